import fc from 'fast-check'
import t from 'tap'
import { ReplayLog } from '../../../plugins/rooms/replay-log.js'

const bounds = { maxMessages: 100, maxBytes: 1_000_000, maxAgeMs: 1_000_000 }
const message = (bytes: number) => ({ kind: 'message', frame: Buffer.alloc(bytes) }) as const
const update = (size: number) =>
  ({ kind: 'peer-updated', peer: { peerId: 'p', metadata: { text: 'é'.repeat(size) } } }) as const

t.test('so many entries are kept, and no more', (t) => {
  const log = new ReplayLog({ ...bounds, maxMessages: 3 })
  for (let k = 0; k < 4; k += 1) log.append(message(1), 0)
  t.equal(log.size.messages, 3)
  t.equal(log.since('0', 0), undefined)
  t.strictSame(
    log.since('1', 0)?.map(({ link }) => link),
    [
      { seq: '2', prev: '1' },
      { seq: '3', prev: '2' },
      { seq: '4', prev: '3' },
    ],
  )
  t.end()
})

t.test('so many bytes, of messages as of what members say of themselves', (t) => {
  for (const entry of [() => message(1000), () => update(500)]) {
    const log = new ReplayLog({ ...bounds, maxBytes: 10_000 })
    for (let k = 0; k < 20; k += 1) log.append(entry(), 0)
    t.ok(log.size.messages >= 7 && log.size.messages < 10, `${log.size.messages} entries`)
    t.ok(log.size.bytes <= 10_000)
  }
  t.end()
})

t.test('and for so long', (t) => {
  const log = new ReplayLog({ ...bounds, maxAgeMs: 1000 })
  log.append(message(1), 0)
  log.append(message(1), 900)
  log.append(message(1), 1500)
  t.equal(log.size.messages, 2)
  t.end()
})

t.test('also when nothing has come since: what is too old is never replayed, and that is known', (t) => {
  const log = new ReplayLog({ ...bounds, maxAgeMs: 1000 })
  log.append(message(1), 0)
  log.append(message(1), 900)
  const seqs = (seq: string, nowMs: number) => log.since(seq, nowMs)?.map(({ link }) => link.seq)
  t.strictSame(seqs('0', 1000), ['1', '2'])
  t.equal(seqs('0', 1001), undefined)
  t.strictSame(seqs('1', 1001), ['2'])
  t.equal(seqs('1', 1901), undefined)
  t.strictSame([seqs('2', 1901), log.size], [[], { messages: 0, bytes: 0 }], 'who has missed nothing misses nothing')
  t.end()
})

t.test('what is acknowledged is let go', (t) => {
  const log = new ReplayLog(bounds)
  for (let k = 0; k < 4; k += 1) log.append(message(10), 0)
  t.ok(log.acknowledge('3'))
  t.equal(log.size.messages, 1)
  log.acknowledge('4')
  t.strictSame(log.size, { messages: 0, bytes: 0 })
  t.end()
})

t.test('what comes again is what was said, whatever has come and gone meanwhile', async (t) => {
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constant('message' as const), bytes: fc.oneof(fc.nat(400), fc.nat(9000)) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('peer-away' as const), bytes: fc.constant(0) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('ack' as const), bytes: fc.nat(40) }) },
  )
  let byte = 0
  const textOf = (entry: { kind: string; frame?: Buffer }) => `${entry.kind} ${entry.frame?.toString('latin1') ?? ''}`
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const log = new ReplayLog({ ...bounds, maxMessages: 30, maxBytes: 60_000 })
      const said: string[] = []
      for (const { kind, bytes } of steps) {
        if (kind === 'ack') {
          log.acknowledge(String(Math.max(0, said.length - bytes)))
          continue
        }
        byte = (byte + 1) % 256
        const frame = Buffer.alloc(bytes, byte)
        const entry = kind === 'message' ? { kind, frame } : { kind, peerId: 'p' }
        said.push(textOf(entry))
        log.append(entry, 0)
        // It is the speaker's to overwrite from here on.
        frame.fill(0)
      }
      const first = said.length - log.size.messages
      const kept = log.since(String(first), 0)?.map(({ entry }) => textOf(entry))
      if (JSON.stringify(kept) !== JSON.stringify(said.slice(first))) throw new Error(`${steps.length} steps`)
    }),
    { numRuns: 500 },
  )
  t.pass('500 histories')
})

t.test('what nobody comes back for is not kept', async (t) => {
  const log = new ReplayLog({ maxMessages: 10, maxBytes: 10_000, maxAgeMs: 1000 })
  const { seq } = log.append({ kind: 'message', frame: Buffer.from('{}') }, 0)
  log.end()
  t.strictSame([log.size, log.since(seq, 0), log.since('0', 0)], [{ messages: 0, bytes: 0 }, [], undefined])
})
