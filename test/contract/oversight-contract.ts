import type { Test } from 'tap'
import type { Clock } from '../../plugins/rooms/clock.js'
import type { RoomEvent } from '../../plugins/rooms/room-event.js'
import type { RoomOversight } from '../../plugins/rooms/room-oversight.js'
import type { JoinRequest, RoomStore } from '../../plugins/rooms/room-store.js'
import { ListeningMember } from './listening-member.js'
import { ManualClock } from './manual-clock.js'
import { ResumableMember } from './resumable-member.js'

type WholeStore = RoomStore & RoomOversight

/** What every room store must do for whoever runs the service: say who is where, do as it is told, and tell what happens. */
export function oversightContract(t: Test, makeStore: (clock: Clock) => WholeStore): void {
  const start = (): { store: WholeStore; clock: ManualClock; events: RoomEvent[] } => {
    const clock = new ManualClock()
    const store = makeStore(clock)
    const events: RoomEvent[] = []
    store.watch((event) => void events.push(event))
    return { store, clock, events }
  }
  const join = async (store: RoomStore, name: string, more: Partial<JoinRequest> = {}): Promise<ListeningMember> => {
    const member = new ListeningMember()
    await member.join(store, 'r', 4, { name }, more)
    return member
  }
  const idOf = ({ seat, knock }: ListeningMember): string => seat?.peerId ?? knock?.peerId ?? ''
  const told = (events: readonly RoomEvent[]): unknown[] =>
    events.map(({ change }) => {
      if (change.kind === 'joined') return ['joined', change.occupant.member.name]
      return change.kind === 'left' ? ['left', change.occupant.member.name, change.reason] : change.kind
    })

  t.test('what happens in a room is told once each, in its order, from the first one to the last', async (t) => {
    const { store, clock, events } = start()
    const ada = await join(store, 'Ada', { identity: { subject: 'user-1', tokenId: 'token-1' }, isHost: true })
    const bo = await join(store, 'Bo')
    await ada.seat?.update({ name: 'A.' })
    await ada.seat?.command({ kind: 'kick', peerId: idOf(bo) })
    const cy = await join(store, 'Cy')
    await ada.leave()
    await cy.leave('disconnected')
    t.strictSame(told(events), [
      'started',
      ['joined', 'Ada'],
      ['joined', 'Bo'],
      ['left', 'Bo', 'kicked'],
      ['joined', 'Cy'],
      ['left', 'A.', 'left'],
      ['left', 'Cy', 'disconnected'],
      'ended',
    ])
    t.strictSame(
      events.map(({ n }) => n),
      [1, 2, 3, 4, 5, 6, 7, 8],
    )
    const sessions = new Set(events.map(({ session }) => session))
    t.equal(sessions.size, 1)
    t.ok(events.every(({ roomId, atMs }) => roomId === 'r' && Number.isSafeInteger(atMs)))
    const [, first] = events
    t.match(first?.change, { occupant: { member: { role: 'host' }, identity: { subject: 'user-1' } } })

    await clock.advance(1)
    await join(store, 'Di')
    t.match(events[8], { n: 1, change: { kind: 'started' } }, 'it is another room then')
    t.notOk(sessions.has(events[8]?.session ?? ''))
  })

  t.test('who comes back to its seat has not left, and who does not, has', async (t) => {
    const { store, clock, events } = start()
    const ada = new ResumableMember()
    await ada.join(store, 'r', 4, undefined, { profile: { name: 'Ada' } })
    ada.take()
    await ada.break()
    t.match((await store.look('r'))?.occupants, [{ isAway: true }])
    t.equal(await ada.resume(store), 'resumed')
    t.match((await store.look('r'))?.occupants, [{ isAway: false }])
    t.strictSame(told(events), ['started', ['joined', 'Ada']])
    await ada.break()
    await clock.advance(30_000)
    t.strictSame(told(events.slice(2)), [['left', 'Ada', 'expired'], 'ended'])
  })

  t.test('while a page may only be loaded anew the room goes on', async (t) => {
    const { store, clock, events } = start()
    const [ada, again] = [new ResumableMember(), new ResumableMember()]
    await ada.join(store, 'r', 4, undefined, { profile: { name: 'Ada' } })
    ada.take()
    const { peerId = '' } = ada.seat ?? {}
    await store.release('r', peerId, 1)
    await again.join(store, 'r', 4, { peerId, attempt: 2 }, { profile: { name: 'Ada' } })
    again.take()
    t.strictSame(told(events.slice(2)), [
      ['left', 'Ada', 'left'],
      ['joined', 'Ada'],
    ])
    await store.release('r', again.seat?.peerId ?? '', 1)
    t.equal(events.length, 5)
    await clock.advance(5000)
    t.strictSame(told(events.slice(5)), ['ended'])
  })

  t.test('who only knocks has not come in', async (t) => {
    const { store, events } = start()
    const bo = await join(store, 'Bo', { door: 'knock' })
    t.strictSame(events, [])
    const ada = await join(store, 'Ada', { isHost: true })
    await ada.seat?.command({ kind: 'admit', peerId: idOf(bo) })
    await ada.leave()
    await bo.leave()
    t.strictSame(told(events), [
      'started',
      ['joined', 'Ada'],
      ['joined', 'Bo'],
      ['left', 'Ada', 'left'],
      ['left', 'Bo', 'left'],
      'ended',
    ])
  })

  t.test('a room is seen as it is, by any name', async (t) => {
    const { store } = start()
    t.strictSame([await store.names(), await store.look('r')], [[], undefined])
    const beforeMs = Date.now()
    const ada = await join(store, 'Ada', { identity: { subject: 'user-1', name: 'Ada' }, isHost: true })
    await join(store, 'Bo')
    const strange = '{%} 名前:q'
    await new ListeningMember().join(store, strange)
    t.strictSame([...(await store.names())].sort(), ['r', strange].sort())
    const { occupants = [], ...room } = (await store.look('r')) ?? {}
    t.strictSame(room, { roomId: 'r', door: 'open', capacity: 4 })
    t.match(occupants, [
      {
        member: { peerId: idOf(ada), name: 'Ada', role: 'host' },
        identity: { subject: 'user-1', name: 'Ada' },
        isAway: false,
      },
      { member: { name: 'Bo' } },
    ])
    // The clock of such a test begins elsewhere.
    const isMeant = (ms = 0): boolean => ms < 1_000_001_000_000 || (ms >= beforeMs && ms <= Date.now())
    t.ok(occupants.every(({ joinedAtMs }) => isMeant(joinedAtMs)))
    t.match((await store.look(strange))?.occupants, { length: 1 })
    await ada.leave()
    t.equal((await store.look('r'))?.occupants.length, 1)
  })

  t.test('whoever runs the service kicks anybody, who stays out, and hosts, too', async (t) => {
    const { store, events } = start()
    const ada = await join(store, 'Ada', { identity: { subject: 'ada' }, isHost: true })
    const bo = await join(store, 'Bo')
    t.equal(await store.direct('elsewhere', { kind: 'kick', peerId: 'x' }), 'room-not-found')
    t.equal(await store.direct('r', { kind: 'kick', peerId: 'x' }), 'peer-not-found')
    t.equal(await store.direct('r', { kind: 'kick', peerId: idOf(ada) }), 'done')
    t.ok(ada.isKicked)
    t.strictSame(bo.goodbyes, ['kicked'])
    t.equal(await new ListeningMember().join(store, 'r', 4, {}, { identity: { subject: 'ada' } }), 'kicked')
    t.equal(await store.direct('r', { kind: 'kick', peerId: idOf(bo) }), 'done')
    t.strictSame(await store.look('r'), undefined, 'with the last one the room is over')
    t.match(events.at(-1)?.change, { kind: 'ended' })
  })

  t.test('it has the door', async (t) => {
    const { store } = start()
    const ada = await join(store, 'Ada')
    t.equal(await store.direct('elsewhere', { kind: 'door', door: 'locked' }), 'room-not-found')
    t.equal(await store.direct('r', { kind: 'door', door: 'knock' }), 'done')
    const bo = new ListeningMember()
    t.equal(await bo.join(store, 'r'), 'knocking')
    t.equal(await store.direct('r', { kind: 'kick', peerId: idOf(bo) }), 'done')
    t.equal(bo.turnedAwayAs, 'kicked')
    t.equal(await store.direct('r', { kind: 'door', door: 'locked' }), 'done')
    t.equal(await new ListeningMember().join(store, 'r'), 'locked')
    t.equal((await store.look('r'))?.door, 'locked')
    t.equal(await store.direct('r', { kind: 'door', door: 'open' }), 'done')
    t.strictSame(ada.doors, ['knock', 'locked', 'open'])
  })

  t.test('what it announces is heard by those who want news, also after they were away', async (t) => {
    const { store } = start()
    const ada = await join(store, 'Ada')
    const deaf = await join(store, 'Bo', { wantsUpdates: false })
    const announcement = { text: 'Ends at "ten" \\ 十点', data: { at: [10] } }
    t.equal(await store.direct('elsewhere', { kind: 'announce', announcement }), 'room-not-found')
    t.equal(await store.direct('r', { kind: 'announce', announcement }), 'done')
    t.strictSame([ada.announcements, deaf.announcements], [[announcement], []])
    t.strictSame([...ada.faults, ...deaf.faults], [])
  })

  t.test('it closes a room: all are out at once, and whoever comes then is in another one', async (t) => {
    const { store, clock, events } = start()
    const ada = await join(store, 'Ada', { isHost: true })
    const bo = new ResumableMember()
    await bo.join(store, 'r', 4, undefined, { profile: { name: 'Bo' } })
    bo.take()
    await bo.break()
    await store.direct('r', { kind: 'door', door: 'knock' })
    const cy = await join(store, 'Cy')
    t.equal(await store.direct('r', { kind: 'close' }), 'done')
    t.ok(ada.isOut)
    t.strictSame(ada.goodbyes, [], 'nobody is told of the others')
    t.equal(cy.turnedAwayAs, 'refused')
    t.equal(await bo.resume(store), 'gone')
    t.strictSame(told(events.slice(3)), [['left', 'Ada', 'closed'], ['left', 'Bo', 'closed'], 'ended'])
    t.strictSame([await store.look('r'), await store.names()], [undefined, []])
    t.strictSame([store.size.seats, await store.direct('r', { kind: 'close' })], [0, 'room-not-found'])
    await clock.advance(60_000)
    const di = await join(store, 'Di')
    t.equal(di.seat?.door, 'open')
    t.match(events.slice(6), [{ n: 1, change: { kind: 'started' } }, { n: 2 }])
  })
}
