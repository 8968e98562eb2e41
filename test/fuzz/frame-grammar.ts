import fc from 'fast-check'
import { type Frame, lengthBitsOf, opcodes } from './frame-writer.js'
import { isSwift, template } from './message-grammar.js'

/** What somebody writes on one connection. */
export interface Conversation {
  readonly frames: readonly Frame[]
  /** Where the bytes are torn apart, as shares of the whole. */
  readonly tears: readonly number[]
  /** Whether the last frame is cut short, and the connection with it. */
  readonly isCut: boolean
}

const masks = fc.oneof(fc.nat({ max: 0xffffffff }), fc.constantFrom(0, 0xffffffff, 0x01000000))
const bits = fc.constantFrom<(7 | 16 | 64)[]>(7, 7, 7, 16, 64)
const payloadOf = (maxLength: number) => fc.uint8Array({ maxLength, size: 'max' }).map((bytes) => Buffer.from(bytes))

function framed(opcode: number, payload: Buffer, more: Partial<Frame> = {}): Frame {
  return { opcode, isFinal: true, reserved: 0, mask: 0, payload, lengthBits: lengthBitsOf(payload.length), ...more }
}

const control: fc.Arbitrary<Frame> = fc
  .tuple(fc.constantFrom(opcodes.ping, opcodes.ping, opcodes.pong), payloadOf(125), masks)
  .map(([opcode, payload, mask]) => framed(opcode, payload, { mask }))

const words = fc.array(fc.constantFrom('a', 'é', '中', '😀', '\u2028', '\ufeff', '\u{10ffff}', '\\u0000'), {
  maxLength: 40,
  size: 'max',
})
const texts = fc.oneof(
  { weight: 6, arbitrary: words.map((parts) => `{"type":"ice","candidate":"${parts.join('')}"}`) },
  { weight: 2, arbitrary: template.map((text) => (isSwift(text) ? text : '')) },
)
const torn = ['c080', 'eda080', 'f4908080', 'ff', 'e282', '80', 'f8888080', 'c1bf', 'f0808080', 'edbfbf', 'fe'].map(
  (hex) => Buffer.from(hex, 'hex'),
)
const textBytes = fc.oneof(
  { weight: 50, arbitrary: texts.map((text) => Buffer.from(text)) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(words, fc.constantFrom(...torn), words)
      .map(([before, wrong, after]) =>
        Buffer.concat([
          Buffer.from(`{"type":"ice","x":"${before.join('')}`),
          wrong,
          Buffer.from(`${after.join('')}"}`),
        ]),
      ),
  },
  {
    weight: 1,
    arbitrary: fc
      .integer({ min: 65_500, max: 65_540 })
      .map((bytes) => Buffer.from(`{"type":"offer","sdp":"${'x'.repeat(bytes - 25)}"}`)),
  },
)

/** A text in fragments, torn anywhere, with control frames between them. */
const message: fc.Arbitrary<Frame[]> = fc
  .record({
    bytes: textBytes,
    cuts: fc.oneof(
      { weight: 2, arbitrary: fc.constant<number[]>([]) },
      { weight: 3, arbitrary: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 7 }) },
    ),
    controls: fc.array(fc.option(control, { freq: 2 }), { minLength: 8, maxLength: 8 }),
    masks: fc.array(masks, { minLength: 8, maxLength: 8 }),
    bits,
  })
  .map(({ bytes, cuts, controls, masks, bits }) => {
    const ends = [...cuts.map((cut) => Math.floor(cut * bytes.length)).sort((a, b) => a - b), bytes.length]
    return ends.flatMap((end, k) => {
      const payload = bytes.subarray(ends[k - 1] ?? 0, end)
      const isFinal = k === ends.length - 1
      const between = isFinal ? undefined : controls[k]
      const lengthBits = lengthBitsOf(payload.length, bits)
      const frame = framed(k === 0 ? opcodes.text : opcodes.continuation, payload, {
        isFinal,
        mask: masks[k],
        lengthBits,
      })
      return between === undefined || between === null ? [frame] : [frame, between]
    })
  })

const closeCode = fc.oneof(
  fc.constantFrom(
    1000,
    1001,
    1002,
    1003,
    1004,
    1005,
    1006,
    1007,
    1008,
    1009,
    1010,
    1011,
    1012,
    1013,
    1014,
    1015,
    1016,
    0,
    1,
    999,
    1100,
    2000,
    2999,
    3000,
    3999,
    4000,
    4001,
    4999,
    5000,
    65_535,
  ),
  fc.constantFrom(1000, 4999),
  fc.nat({ max: 65_535 }),
)
const close = fc
  .tuple(
    closeCode,
    fc.oneof(
      fc.constant(Buffer.alloc(0)),
      payloadOf(123),
      fc.constant(Buffer.from('goodbye 😀')),
      fc.constant(Buffer.alloc(123, 'x')),
    ),
  )
  .map(([code, reason]) => {
    const payload = Buffer.alloc(2)
    payload.writeUInt16BE(code)
    return framed(opcodes.close, Buffer.concat([payload, reason]))
  })

/** One that ends it all, mostly. */
const ending: fc.Arbitrary<Frame[]> = fc.oneof(
  { weight: 6, arbitrary: close.map((frame) => [frame]) },
  { weight: 2, arbitrary: fc.constantFrom(0, 1, 1).map((length) => [framed(opcodes.close, Buffer.alloc(length, 3))]) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.nat({ max: 15 }), fc.nat({ max: 7 }), fc.boolean(), payloadOf(10))
      .map(([opcode, reserved, isFinal, payload]) => [framed(opcode, payload, { reserved, isFinal })]),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(0, 1, 2, 8, 9, 10), payloadOf(20))
      .map(([opcode, payload]) => [framed(opcode, payload, { mask: undefined })]),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(8, 9, 10), fc.integer({ min: 126, max: 300 }))
      .map(([opcode, length]) => [framed(opcode, Buffer.alloc(length, 'x'))]),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(8, 9, 10).map((opcode) => [framed(opcode, Buffer.from('xx'), { lengthBits: 16 })]),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(8, 9, 10).map((opcode) => [framed(opcode, Buffer.alloc(2, 'x'), { isFinal: false })]),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(65_537n, 70_000n, 0xffffffffn, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n)
      .map((declared) => [framed(opcodes.text, Buffer.from('x'), { declared, lengthBits: 64 })]),
  },
  // Each of them small enough, and all of them together not.
  {
    weight: 1,
    arbitrary: fc
      .integer({ min: 20_000, max: 65_536 })
      .map((bytes) => [
        framed(opcodes.text, Buffer.alloc(40_000, ' '), { isFinal: false }),
        framed(opcodes.continuation, Buffer.alloc(bytes, ' ')),
      ]),
  },
  { weight: 1, arbitrary: payloadOf(50).map((payload) => [framed(opcodes.binary, payload)]) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(payloadOf(9), payloadOf(9), control)
      .map(([first, second, between]) => [
        framed(opcodes.binary, first, { isFinal: false }),
        between,
        framed(opcodes.continuation, second),
      ]),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(opcodes.text, opcodes.binary)
      .map((opcode) => [framed(opcodes.text, Buffer.from('{'), { isFinal: false }), framed(opcode, Buffer.from('}'))]),
  },
  { weight: 1, arbitrary: fc.constant<Frame[]>([framed(opcodes.continuation, Buffer.from('}'))]) },
)

/** One bit of one header is another. */
const twist: fc.Arbitrary<(frame: Frame) => Frame> = fc.oneof(
  fc.nat({ max: 15 }).map((opcode) => (frame: Frame) => ({ ...frame, opcode })),
  fc.constantFrom(1, 2, 4).map((reserved) => (frame: Frame) => ({ ...frame, reserved })),
  fc.constant((frame: Frame) => ({ ...frame, isFinal: !frame.isFinal })),
  fc.constant((frame: Frame) => ({ ...frame, mask: undefined })),
)

export const conversation: fc.Arbitrary<Conversation> = fc
  .record({
    messages: fc.array(
      fc.oneof({ weight: 4, arbitrary: message }, { weight: 1, arbitrary: control.map((frame) => [frame]) }),
      { minLength: 1, maxLength: 12, size: 'max' },
    ),
    ending: fc.oneof({ weight: 2, arbitrary: ending }, { weight: 1, arbitrary: fc.constant<Frame[]>([]) }),
    twist: fc.oneof(
      { weight: 3, arbitrary: fc.constant(null) },
      { weight: 1, arbitrary: fc.tuple(fc.nat({ max: 40 }), twist) },
    ),
    tears: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 }),
    cut: fc.nat({ max: 9 }),
  })
  .map(({ messages, ending, twist, tears, cut }) => {
    const frames = [...messages.flat(), ...ending].map((frame, k) =>
      twist !== null && k === twist[0] ? twist[1](frame) : frame,
    )
    return { frames, tears, isCut: cut === 0 }
  })

/** A message in so many fragments. */
export function fragments(count: number): Conversation {
  const frames = Array.from({ length: count }, (_, k) =>
    framed(k === 0 ? opcodes.text : opcodes.continuation, Buffer.from(k === 0 ? '{"type":"ice"}' : ' '), {
      isFinal: k === count - 1,
    }),
  )
  return { frames, tears: [], isCut: false }
}
