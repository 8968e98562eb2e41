import type { Test } from 'tap'
import type { Clock } from '../../plugins/rooms/clock.js'
import type { ReplayBounds } from '../../plugins/rooms/replay-log.js'
import type { RoomStore } from '../../plugins/rooms/room-store.js'
import { ListeningMember } from './listening-member.js'
import { ManualClock } from './manual-clock.js'
import { ResumableMember } from './resumable-member.js'

/** A store with the service's own bounds of what is replayed, or with others. */
export type MakeResumableStore = (clock: Clock, replay?: ReplayBounds) => RoomStore

/** What one misses. */
interface Absence {
  readonly said: number
  /** How much longer than need be each of it is. */
  readonly bytes?: number
  readonly thenMs?: number
}

/** What every room store must do for members that can come back, with the service's own times: 3, 5 and 30 seconds. */
export function resumeContract(t: Test, makeStore: MakeResumableStore): void {
  /** A room of two, both there and up to date. */
  async function startPair(replay?: ReplayBounds): Promise<{
    clock: ManualClock
    store: RoomStore
    ada: ResumableMember
    bo: ResumableMember
  }> {
    const clock = new ManualClock()
    const store = makeStore(clock, replay)
    const [ada, bo] = [new ResumableMember(), new ResumableMember()]
    for (const member of [ada, bo]) {
      await member.join(store, 'r', 2)
      member.take()
    }
    ada.take()
    return { clock, store, ada, bo }
  }
  const idOf = (member: ResumableMember): string => member.peerId ?? ''

  t.test('what is said to somebody who is away comes when they are back, once and in order', async (t) => {
    const { store, ada, bo } = await startPair()
    await bo.say(idOf(ada))
    ada.take()
    await bo.say(idOf(ada))
    await ada.break()
    for (let k = 0; k < 5; k += 1) await bo.say(idOf(ada))
    t.equal(await ada.resume(store), 'resumed')
    ada.take()
    t.strictSame([ada.faults, ada.taken.get(idOf(bo)), ada.resyncs], [[], 7, 0])
  })

  t.test("a short absence is nobody else's business; a longer one is told, and so is the return", async (t) => {
    const { clock, store, ada, bo } = await startPair()
    const old = new ListeningMember()
    await ada.break()
    await clock.advance(2999)
    await ada.resume(store)
    bo.take()
    t.strictSame(bo.notices, [])
    await ada.break()
    await clock.advance(3000)
    await ada.resume(store)
    ada.take()
    bo.take()
    t.strictSame(bo.notices, ['peer-away', 'peer-back'])
    t.equal(await old.join(store, 'r'), 'full', 'the seat is held')
  })

  t.test('who comes while somebody is away is told so', async (t) => {
    const clock = new ManualClock()
    const store = makeStore(clock)
    const [ada, bo, cy] = [new ResumableMember(), new ResumableMember(), new ResumableMember()]
    await ada.join(store, 'r', 3)
    ada.take()
    await ada.break()
    await bo.join(store, 'r', 3)
    bo.take()
    t.strictSame([bo.known.size, bo.notices], [1, []], 'not yet')
    await clock.advance(3000)
    await cy.join(store, 'r', 3)
    cy.take()
    t.strictSame(cy.notices, ['peer-away'])
    await ada.resume(store)
    for (const member of [ada, bo, cy]) member.take()
    t.strictSame(
      [bo.notices, cy.notices],
      [
        ['peer-away', 'peer-back'],
        ['peer-away', 'peer-back'],
      ],
    )
    t.strictSame([ada.faults, bo.faults, cy.faults], [[], [], []])
  })

  t.test('who does not come back in time has left, for everybody', async (t) => {
    const { clock, store, ada, bo } = await startPair()
    await ada.break()
    await clock.advance(29_999)
    bo.take()
    t.strictSame([bo.goodbyes, bo.known.size], [[], 1])
    await clock.advance(1)
    bo.take()
    t.strictSame([bo.goodbyes, bo.known.size], [['expired'], 0])
    t.equal(await ada.resume(store), 'gone')
    t.equal(clock.pending, 0)
    t.strictSame(store.size, { rooms: 1, seats: 1 })
  })

  t.test('a member that cannot come back has none of this', async (t) => {
    const clock = new ManualClock()
    const store = makeStore(clock)
    const ada = new ResumableMember()
    const bo = new ListeningMember()
    await ada.join(store, 'r', 2)
    ada.take()
    await bo.join(store, 'r')
    ada.take()
    await ada.break()
    await clock.advance(3000)
    await ada.resume(store)
    t.strictSame([bo.faults, bo.known.size], [[], 1])
    const seat = bo.seat
    await seat?.away()
    ada.take()
    t.strictSame(ada.goodbyes, ['disconnected'])
    t.equal(
      await store.resume('r', { peerId: seat?.peerId ?? '', attempt: 1, seq: '0' }, new ListeningMember()),
      'gone',
    )
  })

  t.test('the newest attempt has the seat, and the socket before is of no effect', async (t) => {
    const { store, ada, bo } = await startPair()
    const dead = ada.breakUnnoticed()
    t.equal(await ada.resume(store, 5), 'resumed')
    t.equal(await ada.resume(store, 4), 'stale')
    t.equal(await ada.resume(store, 5), 'stale')
    t.equal(await dead?.send(undefined, Buffer.from('{}'), 1), 'peer-not-found')
    await dead?.update({ name: 'nobody' }, 1)
    await dead?.refuse(1, { code: 'bad-message', message: '' })
    await dead?.leave('left')
    await dead?.away()
    ada.take()
    bo.take()
    t.strictSame([ada.faults, ada.fencings, ada.seat?.received, bo.goodbyes], [[], 1, 0, []])
  })

  t.test('an operation is taken once; what is refused counts, and is told in its place', async (t) => {
    const { ada, bo } = await startPair()
    await ada.seat?.update({ name: 'Ada' }, 1)
    await ada.seat?.update({ name: 'nobody' }, 1)
    await ada.seat?.refuse(2, { code: 'bad-message', message: 'no' })
    await ada.seat?.refuse(2, { code: 'bad-message', message: 'no' })
    t.equal(await ada.seat?.send('nobody', Buffer.from('{}'), 3), 'peer-not-found')
    t.equal(ada.seat?.received, 2, 'what was not sent does not count')
    ada.take()
    bo.take()
    t.strictSame([ada.refused, ada.faults, ada.seat?.profile], [['bad-message'], [], { name: 'Ada' }])
  })

  t.test('what was acknowledged is not kept, and nothing that was never told can be acknowledged', async (t) => {
    const { store, ada, bo } = await startPair()
    await bo.say(idOf(ada))
    ada.take()
    const before = ada.last
    for (const never of ['', '-1', '1.5', '99', 'x', `${before}0`])
      t.equal(await ada.seat?.acknowledge(never), false, never)
    await bo.say(idOf(ada))
    ada.take()
    t.equal(await ada.seat?.acknowledge(ada.last), true)
    await ada.break()
    t.equal(await ada.resume(store, 1, before), 'resumed')
    ada.take()
    t.strictSame([ada.resyncs, ada.faults], [1, []], 'too far back is a stated loss')
    t.strictSame([...ada.known], [[idOf(bo), false]])
  })

  const wide: ReplayBounds = { maxMessages: 1000, maxBytes: 1_048_576, maxAgeMs: 55_000 }
  const bounds: readonly { what: string; replay: ReplayBounds; kept: Absence; lost: Absence }[] = [
    { what: 'so many messages', replay: { ...wide, maxMessages: 5 }, kept: { said: 5 }, lost: { said: 6 } },
    {
      what: 'so many bytes',
      replay: { ...wide, maxBytes: 8192 },
      kept: { said: 3, bytes: 1000 },
      lost: { said: 3, bytes: 4000 },
    },
    {
      what: 'for so long, also when nothing comes after it',
      replay: { ...wide, maxAgeMs: 10_000 },
      kept: { said: 1, thenMs: 9900 },
      lost: { said: 1, thenMs: 10_100 },
    },
  ]
  for (const { what, replay, kept, lost } of bounds) {
    t.test(`what is missed is kept ${what}; beyond that the loss is stated, and nothing is replayed`, async (t) => {
      for (const missed of [kept, lost]) {
        const { said, bytes = 0, thenMs = 0 } = missed
        const { clock, store, ada, bo } = await startPair(replay)
        await bo.rename('Bo')
        ada.take()
        await ada.seat?.acknowledge(ada.last)
        await ada.break()
        for (let k = 0; k < said; k += 1) await bo.say(idOf(ada), bytes)
        await clock.advance(thenMs)
        t.equal(await ada.resume(store), 'resumed')
        ada.take()
        t.strictSame([ada.resyncs, ada.taken.get(idOf(bo))], missed === kept ? [0, said] : [1, undefined])
        t.strictSame([[...ada.known], [...ada.names]], [[[idOf(bo), false]], [[idOf(bo), 'Bo']]])
        await bo.say(idOf(ada))
        ada.take()
        t.strictSame([ada.faults, ada.taken.get(idOf(bo))], [[], said + 1], 'and it goes on from there')
      }
    })
  }

  t.test('a reload swaps its own seat, also in a full room; an old attempt does not', async (t) => {
    const { store, ada, bo } = await startPair()
    await ada.break()
    const again = new ResumableMember()
    t.equal(await again.join(store, 'r', 2, { peerId: idOf(ada), attempt: 0 }), 'full', 'no newer attempt')
    t.equal(await again.join(store, 'r', 2, { peerId: idOf(ada), attempt: 1 }), 'seated')
    again.take()
    bo.take()
    t.strictSame([bo.goodbyes, [...bo.known]], [['replaced'], [[idOf(again), false]]])
    t.strictSame([...again.known], [[idOf(bo), true]])
    t.equal(await ada.resume(store), 'gone')
    t.equal(await new ResumableMember().join(store, 'r', 2, { peerId: idOf(ada), attempt: 9 }), 'full')
  })

  t.test('a page that closes has left at once; its place is kept for a moment, for itself alone', async (t) => {
    const { clock, store, ada, bo } = await startPair()
    t.equal(await store.release('r', idOf(ada), 0), true)
    t.equal(await store.release('r', idOf(ada), 0), false, 'it is gone')
    bo.take()
    t.strictSame([bo.goodbyes, ada.fencings], [['left'], 1])
    t.equal(await new ListeningMember().join(store, 'r'), 'full')
    const again = new ResumableMember()
    t.equal(await again.join(store, 'r', 2, { peerId: idOf(ada), attempt: 1 }), 'seated')
    again.take()
    await again.resume(store, 1)
    again.take()
    t.equal(await store.release('r', idOf(again), 0), false, 'an older attempt is not its to give up')
    t.equal(await store.release('r', idOf(again), 1), true)
    await clock.advance(5000)
    t.equal(await new ListeningMember().join(store, 'r'), 'seated')
  })

  t.test('who hangs up, by an attempt that nothing can follow, leaves no place behind', async (t) => {
    const { clock, store, ada, bo } = await startPair()
    t.equal(await store.release('r', idOf(ada), Number.MAX_SAFE_INTEGER), true)
    bo.take()
    t.strictSame([bo.goodbyes, clock.pending], [['left'], 0])
    t.equal(await new ListeningMember().join(store, 'r'), 'seated')
  })

  t.test("a room is kept for its last member's reload, and then gone", async (t) => {
    const clock = new ManualClock()
    const store = makeStore(clock)
    const ada = new ResumableMember()
    await ada.join(store, 'r', 5)
    ada.take()
    await store.release('r', idOf(ada), 0)
    const again = new ResumableMember()
    await again.join(store, 'r', 2, { peerId: idOf(ada), attempt: 1 })
    t.equal(again.seat?.capacity, 5)
    again.take()
    await store.release('r', idOf(again), 0)
    t.strictSame(store.size, { rooms: 1, seats: 0 })
    await clock.advance(5000)
    t.strictSame([store.size, clock.pending], [{ rooms: 0, seats: 0 }, 0])
  })
}
