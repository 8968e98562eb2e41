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
