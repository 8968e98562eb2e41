// As much of RFC 6455, section 5, as a client that makes load needs.
import { randomBytes } from 'node:crypto'

export const opcodes = { text: 0x1, close: 0x8, ping: 0x9, pong: 0xa } as const

/** A whole frame as a client has to send it: final, masked, with a random mask. */
export function maskedFrame(payload: Buffer, opcode: number = opcodes.text): Buffer {
  const { length } = payload
  const headBytes = length < 126 ? 2 : length < 65_536 ? 4 : 10
  const frame = Buffer.allocUnsafe(headBytes + 4 + length)
  frame[0] = 0x80 | opcode
  if (headBytes === 2) frame[1] = 0x80 | length
  else if (headBytes === 4) frame.writeUInt16BE(length, 2)
  else frame.writeBigUInt64BE(BigInt(length), 2)
  if (headBytes === 4) frame[1] = 0x80 | 126
  if (headBytes === 10) frame[1] = 0x80 | 127
  const mask = randomBytes(4)
  mask.copy(frame, headBytes)
  for (let at = 0; at < length; at += 1) {
    frame[headBytes + 4 + at] = (payload[at] ?? 0) ^ (mask[at & 3] ?? 0)
  }
  return frame
}

/** @param bytes  the frames that are whole in it are told of  @returns where the first that is not whole begins */
export function scanFrames(
  bytes: Buffer,
  length: number,
  onFrame: (opcode: number, start: number, end: number) => void,
): number {
  let at = 0
  while (at + 2 <= length) {
    let start = at + 2
    let size = (bytes[at + 1] ?? 0) & 0x7f
    if (size === 126) {
      start = at + 4
      if (start > length) return at
      size = bytes.readUInt16BE(at + 2)
    } else if (size === 127) {
      start = at + 10
      if (start > length) return at
      size = Number(bytes.readBigUInt64BE(at + 2))
    }
    if (start + size > length) return at
    onFrame((bytes[at] ?? 0) & 0x0f, start, start + size)
    at = start + size
  }
  return at
}
