import fc from 'fast-check'
import t from 'tap'
import { kinds, longestSeen, unmask } from '../../../plugins/frames/unmask.js'

t.test('each byte is XORed with its byte of the mask, wherever it lies, and no other is touched', async (t) => {
  const places = fc.record({
    memory: fc.uint8Array({ minLength: 4, maxLength: 400 }),
    offset: fc.nat(3),
    mask: fc.nat(),
    start: fc.nat(),
    length: fc.nat(),
    isAtHand: fc.boolean(),
  })
  fc.assert(
    fc.property(places, ({ memory, offset, mask, start, length, isAtHand }) => {
      const bytes = Buffer.from(memory.buffer, memory.byteOffset).subarray(Math.min(offset, memory.length - 4))
      const maskAt = mask % (bytes.length - 3)
      const from = Math.min(bytes.length, maskAt + 4 + (start % 10))
      const to = from + (length % (bytes.length - from + 1))
      const before = Buffer.from(bytes)
      const words = isAtHand ? new Int32Array(memory.buffer, 0, memory.buffer.byteLength >> 2) : undefined
      const seen = unmask(bytes, maskAt, from, to, words)
      if (seen !== kindsIn(bytes.subarray(from, to))) throw new Error(`${seen} is not what is there`)
      for (const [at, byte] of before.entries()) {
        const isMasked = at >= from && at < to
        const expected = isMasked ? byte ^ (before[maskAt + ((at - from) % 4)] ?? 0) : byte
        if (bytes[at] !== expected) throw new Error(`${at} of ${from} to ${to}`)
      }
      unmask(bytes, maskAt, from, to)
      if (!bytes.equals(before)) throw new Error('twice is not as before')
    }),
    { numRuns: 2000 },
  )
  t.pass('held on 2000 places')
})

t.test('what is there is seen, wherever it is', async (t) => {
  const usual = fc.constantFrom(0x20, 0x21, 0x22, 0x5b, 0x5d, 0x7f)
  const text = fc.array(fc.oneof({ weight: 30, arbitrary: usual }, { weight: 1, arbitrary: fc.nat(255) }), {
    maxLength: 60,
  })
  const outcomes = new Set<number>()
  fc.assert(
    fc.property(text, fc.uint8Array({ minLength: 4, maxLength: 4 }), (bytes, mask) => {
      const frame = Buffer.concat([mask, Buffer.from(bytes)])
      for (const [k, byte] of bytes.entries()) frame[4 + k] = byte ^ (mask[k & 3] ?? 0)
      const seen = unmask(frame, 0, 4, frame.length)
      if (seen !== kindsIn(bytes)) throw new Error(`${seen}: ${bytes}`)
      outcomes.add(seen)
    }),
    { numRuns: 2000 },
  )
  t.equal(outcomes.size, 4)

  const long = Buffer.alloc(longestSeen + 16, 0x20)
  t.equal(unmask(long, 0, 4, long.length), kinds.escapes, 'more than is looked at')
  long.fill(0)
  long[long.length - 9] = 0x80
  t.equal(unmask(long, 0, 4, long.length), kinds.escapes | kinds.beyondAscii)
})

function kindsIn(bytes: Iterable<number>): number {
  let seen = 0
  for (const byte of bytes) {
    if (byte > 0x7f) seen |= kinds.beyondAscii
    if (byte < 0x20 || byte === 0x5c) seen |= kinds.escapes
  }
  return seen
}
