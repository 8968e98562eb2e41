import t from 'tap'
import type { Reply } from '../../../../plugins/rooms/redis/reply.js'
import type { RoomLink } from '../../../../plugins/rooms/redis/room-link.js'
import { RedisRoomStore } from '../../../../plugins/rooms/redis-room-store.js'
import { StoreUnavailable } from '../../../../plugins/rooms/room-store.js'
import { deafSink } from '../../../contract/deaf-sink.js'
import { ManualClock } from '../../../contract/manual-clock.js'

/** A way to a store where anybody is seated, and which notes whose room is touched. */
class CountingLink implements RoomLink {
  isAway = false
  readonly mayHaveLost = false
  readonly touched = new Set<string>()

  async run(roomKey: string, operation: string): Promise<Reply> {
    if (this.isAway) throw new StoreUnavailable()
    if (operation === 'touch') this.touched.add(roomKey)
    const description = ['1', 0, '1-0', 0, 8, '{"peerId":"ada"}', '{}']
    const said = operation === 'touch' ? ['here 1-0'] : [description, '1-0']
    return { outcome: 'seated', nowMs: 0, dueInMs: undefined, door: 'open', seats: 1, said, news: [] }
  }

  alarm(): void {}

  async nextTry(): Promise<void> {}
}

t.test('an alarm while rooms are looked at for the one before is one more', async (t) => {
  const [link, clock, rooms] = [new CountingLink(), new ManualClock(), 64]
  const store = new RedisRoomStore({
    link,
    shared: { keySecret: undefined, silentMs: 0 },
    prefix: 'test:',
    touchMs: 1_000_000,
    resumeWindowMs: 1000,
    reloadWindowMs: 0,
    mendMs: 1000,
    onError: (error) => t.fail('in the background', { error }),
    clock,
  })
  t.teardown(() => store.close())
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
