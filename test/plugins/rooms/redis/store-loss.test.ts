import t, { type Test } from 'tap'
import { StoreCounts } from '../../../../plugins/metrics/store-counts.js'
import type { Reply } from '../../../../plugins/rooms/redis/reply.js'
import type { Argument, RoomLink } from '../../../../plugins/rooms/redis/room-link.js'
import { RedisRoomStore } from '../../../../plugins/rooms/redis-room-store.js'
import { type Seat, StoreUnavailable } from '../../../../plugins/rooms/room-store.js'
import { deafSink } from '../../../contract/deaf-sink.js'
import { ManualClock } from '../../../contract/manual-clock.js'

const nothing = { outcome: 'done', nowMs: 0, dueInMs: undefined, door: undefined, said: [], news: [] }
const description = ['1', 0, '1-0', 1, 8, '{"peerId":"ada"}', '{}']
const saidBy: Record<string, unknown[]> = {
  join: [description, '1-0'],
  attach: ['replay', description, []],
  touch: ['here 1-0'],
}

/** A way to a store where anybody is seated, and which notes whose room is touched. */
class CountingLink implements RoomLink {
  isAway = false
  mayHaveLost = false
  /** It turns out only with the answer to what is asked next that the store is another one. */
  willHaveLost = false
  readonly touched = new Set<string>()
  readonly asked: Argument[][] = []
  /** How often a seat is not known, until its node has brought it back. */
  unknown = 0

  async run(roomKey: string, operation: string, more: readonly Argument[]): Promise<Reply> {
    if (this.isAway) throw new StoreUnavailable()
    this.asked.push([operation, ...more])
    if (this.willHaveLost) this.mayHaveLost = true
    if (operation === 'touch') this.touched.add(roomKey)
    if (operation === 'attach' && this.unknown > 0) {
      this.unknown -= 1
      return { ...nothing, outcome: 'unknown' }
    }
    const outcome = operation === 'attach' ? 'resumed' : 'seated'
    return { ...nothing, outcome, said: saidBy[operation] ?? [] }
  }

  async roomKeys(): Promise<readonly string[]> {
    return []
  }

  alarm(): void {}

  async nextTry(): Promise<void> {}
}

function storeOn(t: Test, link: RoomLink, clock: ManualClock): RedisRoomStore {
  const store = new RedisRoomStore({
    link,
    shared: { keySecrets: [], mayLackSecrets: false, isCutOff: false, leaseMs: 1000, counts: new StoreCounts() },
    prefix: 'test:',
    touchMs: 1_000_000,
    resumeWindowMs: 1000,
    reloadWindowMs: 0,
    mendMs: 1000,
    onError: (error) => t.fail('in the background', { error }),
    clock,
  })
  t.teardown(() => store.close())
  return store
}

t.test('an alarm while rooms are looked at for the one before is one more', async (t) => {
  const [link, clock, rooms] = [new CountingLink(), new ManualClock(), 64]
  const store = storeOn(t, link, clock)
  for (let n = 0; n < rooms; n += 1) await store.join(`${n}`, { profile: {}, capacity: 8 }, deafSink)
  // It can be heard, but not be asked yet.
  link.isAway = true
  store.alarmed()
  await clock.advance(500)
  t.equal(link.touched.size, 0)
  link.isAway = false
  store.alarmed()
  store.alarmed()
  await clock.advance(2000)
  t.equal(link.touched.size, rooms)
  link.touched.clear()
  await clock.advance(5000)
  t.equal(link.touched.size, 0, 'and no more')
})

t.test('a seat that the store does not know is waited for longer when its node may come back later', async (t) => {
  const link = new CountingLink()
  const store = storeOn(t, link, new ManualClock())
  const request = { peerId: 'ada', attempt: 1, seq: '1-0' }
  link.unknown = 10
  t.equal(await store.resume('room', request, deafSink), 'gone')
  link.unknown = 10
  link.mayHaveLost = true
  t.equal(await store.resume('room', request, deafSink), 'resumed')
})

t.test('a store that turns out to be another one with its answer is told what it had taken', async (t) => {
  const link = new CountingLink()
  const store = storeOn(t, link, new ManualClock())
  const request = { peerId: 'ada', attempt: 1, seq: '1-0', received: 7 }
  const received: number[] = []
  const sink = { ...deafSink, resumed: (seat: Seat) => received.push(seat.received) }
  t.equal(await store.resume('room', request, sink), 'resumed')
  link.willHaveLost = true
  t.equal(await store.resume('room', request, sink), 'resumed')
  t.equal(await store.resume('room', request, sink), 'resumed')
  t.strictSame(received, [0, 7, 7], 'what a member says of itself counts only where something may be lost')
  t.strictSame(
    link.asked.map((asked) => asked.slice(0, 6)),
    [
      ['attach', 'ada', 1, '1-0', 0, 0],
      ['attach', 'ada', 1, '1-0', 0, 0],
      ['touch', 1, 'ada', 1, 7, ''],
      ['attach', 'ada', 1, '1-0', 0, 7],
      ['touch', 1, 'ada', 1, 7, ''],
    ],
  )
})
