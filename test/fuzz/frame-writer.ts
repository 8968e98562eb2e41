/** A frame as it goes out, right or wrong (RFC 6455, section 5.2). */
export interface Frame {
  readonly opcode: number
  readonly isFinal: boolean
  /** The three reserved bits. */
  readonly reserved: number
  /** Undefined: not masked, as no client may send it. */
  readonly mask: number | undefined
  readonly payload: Buffer
  /** In how many bits the length is written, whether or not fewer would do. */
  readonly lengthBits: 7 | 16 | 64
  /** What is written as the length, where it is not that of the payload. */
  readonly declared?: bigint
}

export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

/** The fewest bits that a length can be written in, or as many as are wanted where more are needed. */
export function lengthBitsOf(length: number, wanted: 7 | 16 | 64 = 7): 7 | 16 | 64 {
  const needed = length < 126 ? 7 : length < 65_536 ? 16 : 64
  return needed > wanted ? needed : wanted
}

export function bytesOf({ opcode, isFinal, reserved, mask, payload, lengthBits, declared }: Frame): Buffer {
  const length = declared ?? BigInt(payload.length)
  const isMasked = mask === undefined ? 0 : 0x80
  const first = (isFinal ? 0x80 : 0) | (reserved << 4) | opcode
  const short = lengthBits === 7 ? Number(length) : lengthBits === 16 ? 126 : 127
  const extended = Buffer.alloc(lengthBits === 7 ? 0 : lengthBits / 8)
  if (lengthBits === 16) extended.writeUInt16BE(Number(length))
  if (lengthBits === 64) extended.writeBigUInt64BE(length)
  const header = Buffer.concat([Buffer.from([first, isMasked | short]), extended])
  if (mask === undefined) return Buffer.concat([header, payload])
  const key = Buffer.alloc(4)
  key.writeUInt32BE(mask >>> 0)
  const masked = Buffer.from(payload)
  for (let at = 0; at < masked.length; at += 1) masked[at] = (masked[at] ?? 0) ^ (key[at % 4] ?? 0)
  return Buffer.concat([header, key, masked])
}
