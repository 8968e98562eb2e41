import { deflateSync } from 'node:zlib'

/** Of a PNG (W3C PNG, section 5.2): every file begins with it. */
export const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

/**
 * Writes a square picture as PNG (W3C PNG, section 5), 8 bits of red, green, blue and opacity for each point.
 *
 * @param colorAt  at a point, as the number 0xRRGGBBAA
 */
export function encodePng(size: number, colorAt: (x: number, y: number) => number): Buffer {
  const lineBytes = 1 + size * 4
  const lines = Buffer.alloc(size * lineBytes)
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) lines.writeUInt32BE(colorAt(x, y), y * lineBytes + 1 + x * 4)
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(size, 0)
  header.writeUInt32BE(size, 4)
  // 8 bits a sample; red, green, blue and opacity.
  header.set([8, 6], 8)
  return Buffer.concat([pngSignature, chunk('IHDR', header), chunk('IDAT', deflateSync(lines)), chunk('IEND')])
}

/** Width and height of a PNG, in points. */
export function pngSize(file: Buffer): { width: number; height: number } | undefined {
  if (file.length < 24 || !file.subarray(0, 8).equals(pngSignature)) return undefined
  return { width: file.readUInt32BE(16), height: file.readUInt32BE(20) }
}

function chunk(type: string, data = Buffer.alloc(0)): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  check.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, check])
}

/** W3C PNG, annex D. Node has one from version 22 on. */
function crc32(bytes: Buffer): number {
  let rest = 0xffffffff
  for (const byte of bytes) {
    rest ^= byte
    for (let bit = 0; bit < 8; bit += 1) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1
  }
  return (rest ^ 0xffffffff) >>> 0
}
