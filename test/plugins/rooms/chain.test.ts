import t from 'tap'
import { Chain, partOf } from '../../../plugins/rooms/redis/chain.js'
import type { Share } from '../../../plugins/rooms/redis/reply.js'
import type { Entry, Linked } from '../../../plugins/rooms/room-store.js'

/** A record with so many entries. */
function share(n: number, prev: number, entries = 1): Share {
  const some = Array.from({ length: entries }, (): Entry => ({ kind: 'peer-away', peerId: `${n}` }))
  return { id: `${n}-0`, prev: `${prev}-0`, entries: some }
}

const seqs = (linked: readonly Linked[]): string[] => linked.map(({ link }) => `${link.prev} ${link.seq}`)

t.test('what comes too early waits, and what comes twice is told once', async (t) => {
  const chain = new Chain('0-0', true)
  t.strictSame(seqs(chain.take(share(3, 2))), [])
  t.ok(chain.isWaiting)
  t.strictSame(seqs(chain.take(share(1, 0))), ['0-0 1-0'])
  t.strictSame(seqs(chain.take(share(1, 0))), [])
  t.strictSame(seqs(chain.take(share(2, 1))), ['1-0 2-0', '2-0 3-0'])
  t.equal(chain.last, '3-0')
})

t.test('what was found in the log is told from where it goes on, and not again when it comes after all', async (t) => {
  const chain = new Chain('0-0', true)
  chain.take(share(3, 2))
  // The log is looked at from 0; meanwhile the first two come.
  const log = [share(1, 0), share(2, 1), share(3, 2), share(4, 3)]
  t.equal(chain.take(share(1, 0)).length, 1)
  t.strictSame(seqs(chain.goOnWith(log)), ['1-0 2-0', '2-0 3-0', '3-0 4-0'])
  t.notOk(chain.isWaiting)
  for (const late of log.slice(1)) t.strictSame(chain.take(late), [])
  t.notOk(chain.isWaiting)
  t.strictSame(chain.goOnWith(log), [], 'all of it has come')
  t.strictSame(seqs(chain.take(share(5, 4))), ['4-0 5-0'])
})

t.test('what has waited for what is read in the log is told with it', async (t) => {
  const chain = new Chain('0-0', true)
  chain.take(share(3, 2))
  t.strictSame(seqs(chain.goOnWith([share(1, 0), share(2, 1)])), ['0-0 1-0', '1-0 2-0', '2-0 3-0'])
  t.notOk(chain.isWaiting)
})

t.test('what comes after the place that it goes on from is told, and nothing waits for what is lost', async (t) => {
  const chain = new Chain('0-0', true)
  for (const n of [3, 6]) chain.take(share(n, n - 1))
  t.strictSame(seqs(chain.beginAt('5-0')), ['5-0 6-0'])
  t.notOk(chain.isWaiting)
  t.strictSame(seqs(chain.take(share(7, 6))), ['6-0 7-0'])
})

t.test('a record of several entries has a place for each, and can be gone on with in its middle', async (t) => {
  const chain = new Chain('0-0', true)
  t.strictSame(seqs(chain.take(share(1, 0, 3))), ['0-0 1-0.1', '1-0.1 1-0.2', '1-0.2 1-0'])
  const again = new Chain('0-0', true)
  t.strictSame(seqs(again.goOnWith([share(1, 0, 3), share(2, 1)], 1)), ['1-0.1 1-0.2', '1-0.2 1-0', '1-0 2-0'])
})

t.test('entries of a later version are passed over, and the others have the places that they have there', async (t) => {
  const chain = new Chain('0-0', true)
  const some: Entry = { kind: 'peer-away', peerId: '1' }
  t.strictSame(seqs(chain.take({ id: '1-0', prev: '0-0', entries: [undefined, some, undefined, some, undefined] })), [
    '0-0 1-0.2',
    '1-0.2 1-0.4',
  ])
  t.strictSame(seqs(chain.take(share(2, 1))), ['1-0.4 2-0'])
  t.ok(chain.acknowledge('1-0.4') && chain.acknowledge('2-0'))
  t.equal(chain.acknowledged, '2-0')
})

t.test('one that nobody knows the entries of is passed over', async (t) => {
  const chain = new Chain('0-0', true)
  t.strictSame(chain.take(share(1, 0, 0)), [])
  t.strictSame(seqs(chain.take(share(2, 1))), ['0-0 2-0'])
})

t.test('what was told can be acknowledged, in part and again, and nothing else', async (t) => {
  const chain = new Chain('0-0', true)
  for (const one of [share(1, 0), share(2, 1, 3), share(3, 2)]) chain.take(one)
  t.equal(chain.acknowledge('2-0.1'), true)
  t.equal(chain.acknowledged, '1-0')
  for (const never of ['2-0.3', '4-0', '2-1', '', 'x', '2-0.0', '02-0']) t.equal(chain.acknowledge(never), false, never)
  t.equal(chain.acknowledge('3-0'), true)
  t.equal(chain.acknowledge('1-0'), true, 'older')
  t.equal(chain.acknowledged, '3-0')
  const deaf = new Chain('0-0', false)
  deaf.take(share(1, 0))
  t.strictSame([deaf.acknowledge('1-0'), deaf.acknowledged], [false, '1-0'], 'where nobody does it is what was told')
})

t.test('a place is a record, and perhaps a part of it', async (t) => {
  t.strictSame(partOf('17-4.2'), { id: '17-4', part: 2 })
  t.strictSame(partOf('17-4'), { id: '17-4', part: undefined })
  for (const none of ['17', '-4', '17-', '17-4.', '17-4.0', '17-04', ' 17-4']) t.equal(partOf(none), undefined, none)
})
