import fc from 'fast-check'

export const op = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

export interface Frame {
  readonly isFinal: boolean
  /** The three reserved bits, 0 to 7. */
  readonly reserved: number
  readonly opcode: number
  /** In how many bytes the length is written; the shortest way has the fewest. */
  readonly lengthBytes: 1 | 2 | 8
  /** Undefined: not masked, as only a server may. */
  readonly mask: readonly number[] | undefined
  readonly payload: Buffer
}

/** The bytes of a frame as a client sends it (RFC 6455, section 5.2). */
export function encode({ isFinal, reserved, opcode, lengthBytes, mask, payload }: Frame): Buffer {
  const maskBit = mask === undefined ? 0 : 0x80
  const head = Buffer.alloc(2 + (lengthBytes === 1 ? 0 : lengthBytes))
  head[0] = (isFinal ? 0x80 : 0) | (reserved << 4) | opcode
  head[1] = maskBit | (lengthBytes === 1 ? payload.length : lengthBytes === 2 ? 126 : 127)
  if (lengthBytes === 2) head.writeUInt16BE(payload.length, 2)
  if (lengthBytes === 8) head.writeBigUInt64BE(BigInt(payload.length), 2)
  if (mask === undefined) return Buffer.concat([head, payload])
  return Buffer.concat([head, Buffer.from(mask), payload.map((byte, k) => byte ^ (mask[k % 4] ?? 0))])
}

/** A text frame with a mask, as a client is to send it. */
export function textFrame(text: string | Buffer, mask: readonly number[] = [1, 2, 3, 4]): Buffer {
  const payload = Buffer.from(text)
  return encode({ isFinal: true, reserved: 0, opcode: op.text, lengthBytes: shortest(payload.length), mask, payload })
}

function shortest(length: number): 1 | 2 | 8 {
  if (length < 126) return 1
  return length < 65_536 ? 2 : 8
}

const byte = fc.nat(255)
const mask = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(byte, byte, byte, byte) },
  { weight: 1, arbitrary: fc.constant([0, 0, 0, 0]) },
)
const shortText = fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => Buffer.from(text))
const longText = fc
  .tuple(fc.constantFrom('a', 'é', '€', '😀'), fc.integer({ min: 60, max: 2500 }))
  .map(([letter, count]) => Buffer.from(letter.repeat(count)))
/** Bytes that are mostly no UTF-8, and text that is cut within a letter. */
const noText = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  longText.map((bytes) => bytes.subarray(0, -1)),
)

function frames(opcode: number, payload: fc.Arbitrary<Buffer>, more: Partial<Frame> = {}): fc.Arbitrary<Frame> {
  return fc
    .record({
      isFinal: fc.constant(true),
      reserved: fc.constant(0),
      opcode: fc.constant(opcode),
      lengthBytes: fc.constant<1 | 2 | 8>(1),
      mask,
      payload,
    })
    .map((frame) => ({ ...frame, lengthBytes: shortest(frame.payload.length), ...more }))
}

const text = frames(op.text, fc.oneof(shortText, longText))
const control = fc.oneof(
  frames(
    op.ping,
    shortText.map((bytes) => bytes.subarray(0, 125)),
  ),
  frames(
    op.pong,
    shortText.map((bytes) => bytes.subarray(0, 125)),
  ),
)

/** A message in several frames, perhaps with control frames between them, and torn within a letter. */
const fragmented: fc.Arbitrary<Frame[]> = fc
  .tuple(fc.constantFrom(op.text, op.binary), fc.oneof(shortText, longText, noText), fc.array(fc.nat(100)), control)
  .map(([opcode, whole, at, between]) => {
    const cuts = [
      0,
      ...at.map((percent) => Math.floor((whole.length * percent) / 100)).sort((a, b) => a - b),
      whole.length,
    ]
    const parts = cuts.slice(1).map((end, k) => whole.subarray(cuts[k], end))
    return parts.flatMap((payload, k) => {
      const isFinal = k === parts.length - 1
      const lengthBytes = shortest(payload.length)
      const part = { isFinal, reserved: 0, opcode: k === 0 ? opcode : 0, lengthBytes, mask: [9, 8, 7, 6], payload }
      return k % 2 === 1 ? [between, part] : [part]
    })
  })

/** What no client may send, or ends the connection. */
const wrong: fc.Arbitrary<Frame> = fc.oneof(
  frames(op.text, noText),
  frames(op.text, fc.oneof(shortText, longText), { mask: undefined }),
  frames(op.continuation, shortText),
  frames(op.ping, shortText, { isFinal: false }),
  frames(op.ping, fc.constant(Buffer.alloc(126))),
  frames(op.text, fc.constant(Buffer.alloc(70_000, 'x'))),
  fc.tuple(fc.integer({ min: 1, max: 7 }), text).map(([reserved, frame]) => ({ ...frame, reserved })),
  fc.tuple(fc.constantFrom(3, 7, 11, 15), text).map(([opcode, frame]) => ({ ...frame, opcode })),
  frames(
    op.close,
    fc.tuple(fc.constantFrom(1000, 1001, 1005, 999, 4999), shortText).map(([code, reason]) => {
      const head = Buffer.alloc(2)
      head.writeUInt16BE(code)
      return Buffer.concat([head, reason]).subarray(0, 125)
    }),
  ),
  frames(op.close, fc.constant(Buffer.alloc(0))),
  frames(op.close, fc.constant(Buffer.from([3]))),
)

/** Good frames with their length written in more bytes than are needed. */
const longWinded: fc.Arbitrary<Frame> = fc
  .tuple(fc.constantFrom<(2 | 8)[]>(2, 8), text)
  .map(([lengthBytes, frame]) => ({ ...frame, lengthBytes }))

/** What a client sends, of which most is right, and in how large pieces it comes. */
export const conversation = fc.record({
  frames: fc
    .array(
      fc.oneof(
        { weight: 12, arbitrary: text.map((frame) => [frame]) },
        { weight: 3, arbitrary: control.map((frame) => [frame]) },
        { weight: 3, arbitrary: fragmented },
        { weight: 2, arbitrary: longWinded.map((frame) => [frame]) },
        { weight: 1, arbitrary: frames(op.binary, noText).map((frame) => [frame]) },
        { weight: 1, arbitrary: wrong.map((frame) => [frame]) },
      ),
      { minLength: 1, maxLength: 12 },
    )
    .map((list) => list.flat()),
  /** How long each piece is, one after the other and from the beginning again; 0: all the rest. */
  pieces: fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 3000 })), {
    minLength: 1,
    maxLength: 20,
  }),
})

export function cut(bytes: Buffer, pieces: readonly number[]): Buffer[] {
  const cuts: Buffer[] = []
  for (let at = 0, k = 0; at < bytes.length; k += 1) {
    const length = pieces[k % pieces.length] || bytes.length
    cuts.push(bytes.subarray(at, at + length))
    at += length
  }
  // Very many turns take very long, and show no more than many do.
  return cuts.length <= 60 ? cuts : [...cuts.slice(0, 59), Buffer.concat(cuts.slice(59))]
}
