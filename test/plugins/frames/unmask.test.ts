import fc from 'fast-check'
import t from 'tap'
import { unmask } from '../../../plugins/frames/unmask.js'

t.test('each byte is XORed with its byte of the mask, wherever it lies, and no other is touched', async (t) => {
  const places = fc.record({
    memory: fc.uint8Array({ minLength: 4, maxLength: 400 }),
    offset: fc.nat(3),
    mask: fc.nat(),
    start: fc.nat(),
    length: fc.nat(),
  })
  fc.assert(
    fc.property(places, ({ memory, offset, mask, start, length }) => {
      const bytes = Buffer.from(memory.buffer, memory.byteOffset).subarray(Math.min(offset, memory.length - 4))
      const maskAt = mask % (bytes.length - 3)
      const from = Math.min(bytes.length, maskAt + 4 + (start % 10))
      const to = from + (length % (bytes.length - from + 1))
      const before = Buffer.from(bytes)
      unmask(bytes, maskAt, from, to)
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
