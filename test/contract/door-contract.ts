import type { Test } from 'tap'
import type { Clock } from '../../plugins/rooms/clock.js'
import type { HostCommand, JoinRequest, RoomStore } from '../../plugins/rooms/room-store.js'
import { ListeningMember } from './listening-member.js'
import { ManualClock } from './manual-clock.js'
import { ResumableMember } from './resumable-member.js'

const host: Partial<JoinRequest> = { isHost: true, identity: { subject: 'ada' } }

/** What every room store must do for hosts: the door, those who knock, and those who stay out. */
export function doorContract(t: Test, makeStore: (clock: Clock) => RoomStore): void {
  const startRoom = async (
    more: Partial<JoinRequest> = {},
    capacity = 4,
  ): Promise<{ store: RoomStore; clock: ManualClock; ada: ListeningMember }> => {
    const clock = new ManualClock()
    const store = makeStore(clock)
    const ada = new ListeningMember()
    await ada.join(store, 'r', capacity, { name: 'Ada' }, { ...host, ...more })
    return { store, clock, ada }
  }
  const join = async (store: RoomStore, more: Partial<JoinRequest> = {}): Promise<ListeningMember> => {
    const member = new ListeningMember()
    await member.join(store, 'r', 4, {}, more)
    return member
  }
  const order = async ({ seat }: ListeningMember, command: HostCommand): Promise<unknown> => seat?.command(command)
  const idOf = ({ seat, knock }: ListeningMember): string => seat?.peerId ?? knock?.peerId ?? ''

  t.test('a host is seen to be one, and nobody else', async (t) => {
    const { store, ada } = await startRoom()
    const bo = await join(store)
    t.strictSame([ada.seat?.isHost, bo.seat?.isHost], [true, false])
    t.match(bo.known.get(idOf(ada))?.member, { name: 'Ada', role: 'host' })
    t.notOk('role' in (ada.known.get(idOf(bo))?.member ?? {}))
    await ada.seat?.update({ name: 'A.' })
    t.match(bo.updates, [{ name: 'A.', role: 'host' }], 'also when it says something else of itself')
  })

  t.test('a locked room lets in no guest, whoever is there stays, and a host comes in', async (t) => {
    const { store, ada } = await startRoom()
    const bo = await join(store)
    t.equal(await order(ada, { kind: 'door', door: 'locked' }), 'done')
    t.strictSame([ada.doors, bo.doors], [['locked'], ['locked']])
    t.equal(await new ListeningMember().join(store, 'r'), 'locked')
    t.strictSame([ada.known.size, bo.seat?.door], [1, 'locked'])
    t.equal(await new ListeningMember().join(store, 'r', 4, {}, { isHost: true }), 'seated')
    t.equal(await order(ada, { kind: 'door', door: 'locked' }), 'done')
    t.strictSame(ada.doors, ['locked'], 'the same again is no news')
    t.equal(await order(ada, { kind: 'door', door: 'open' }), 'done')
    t.equal(await new ListeningMember().join(store, 'r'), 'seated')
  })

  t.test('who knocks waits, and is let in, or not, or goes', async (t) => {
    const { store, ada } = await startRoom()
    await order(ada, { kind: 'door', door: 'knock' })
    const guest = await join(store)
    const [bo, cy, di] = [new ListeningMember(), await join(store), await join(store)]
    t.equal(await bo.join(store, 'r', 4, { name: 'Bo' }), 'knocking')
    t.equal(guest.seat, undefined)
    t.strictSame([...ada.knockers.keys()], [guest, cy, di, bo].map(idOf))
    t.match(ada.knockers.get(idOf(bo)), { name: 'Bo' })
    const boId = idOf(bo)
    t.equal(await order(ada, { kind: 'admit', peerId: boId }), 'done')
    t.strictSame([bo.seat?.peerId, bo.knock], [boId, undefined], 'its seat is called as it was when it knocked')
    t.strictSame([ada.known.size, bo.known.size], [1, 1])
    t.equal(await order(ada, { kind: 'refuse', peerId: idOf(cy) }), 'done')
    t.equal(cy.turnedAwayAs, 'refused')
    await di.knock?.withdraw()
    await di.knock?.withdraw()
    t.strictSame([ada.knockEnds, ada.knockers.size], [['admitted', 'refused', 'gone'], 1])
    for (const kind of ['admit', 'refuse'] as const)
      t.equal(await order(ada, { kind, peerId: idOf(di) }), 'peer-not-found')
    t.strictSame([bo.knockers.size, bo.knockEnds], [0, []], 'of no interest to a guest')
    t.strictSame(
      [ada, bo, cy, di, guest].flatMap(({ faults }) => faults),
      [],
    )
  })

  t.test(
    'a host who comes later hears who knocks; a room that was guarded from the beginning waits for it',
    async (t) => {
      const store = makeStore(new ManualClock())
      const bo = await join(store, { door: 'knock' })
      t.equal(bo.seat, undefined)
      t.strictSame(store.size.seats, 0)
      const ada = await join(store, { isHost: true })
      t.strictSame([...ada.knockers.keys()], [idOf(bo)])
      t.equal(ada.seat?.door, 'knock')
      await order(ada, { kind: 'admit', peerId: idOf(bo) })
      t.equal(bo.known.size, 1)
      for (const member of [ada, bo]) await member.leave()
      t.equal(store.size.rooms, 0)
      t.equal((await join(store)).seat?.door, 'open', 'a new room')
    },
  )

  t.test('a room in which somebody only knocks ends with the last of them', async (t) => {
    const store = makeStore(new ManualClock())
    const bo = await join(store, { door: 'knock' })
    t.equal(store.size.rooms, 1)
    await bo.knock?.withdraw()
    t.equal(store.size.rooms, 0)
  })

  t.test('the capacity is asked for by who comes in first, and not by who knocks', async (t) => {
    const store = makeStore(new ManualClock())
    await new ListeningMember().join(store, 'r', 100, {}, { door: 'knock' })
    const ada = new ListeningMember()
    await ada.join(store, 'r', 2, {}, { isHost: true })
    t.equal(ada.seat?.capacity, 2)
  })

  t.test('an opened door lets in who knocks, as far as there is room; a locked one turns them away', async (t) => {
    const { store, ada } = await startRoom({}, 2)
    await order(ada, { kind: 'door', door: 'knock' })
    const [bo, cy] = [await join(store), await join(store)]
    await order(ada, { kind: 'door', door: 'open' })
    t.strictSame([bo.seat === undefined, cy.turnedAwayAs], [false, 'full'])
    await order(ada, { kind: 'door', door: 'knock' })
    const di = await join(store)
    t.equal(await order(ada, { kind: 'admit', peerId: idOf(di) }), 'room-full')
    t.ok(di.knock && ada.knockers.has(idOf(di)), 'it goes on waiting')
    await order(ada, { kind: 'door', door: 'locked' })
    t.equal(di.turnedAwayAs, 'locked')
    t.strictSame(ada.faults, [])
  })

  t.test('more than so many cannot knock at once', async (t) => {
    const { store, ada } = await startRoom()
    await order(ada, { kind: 'door', door: 'knock' })
    for (let k = 0; k < 4; k += 1) t.equal(await new ListeningMember().join(store, 'r'), 'knocking')
    t.equal(await new ListeningMember().join(store, 'r'), 'locked')
    t.equal(ada.knockers.size, 4)
  })

  t.test('who is kicked is gone and stays out, whatever it comes as, for as long as the room exists', async (t) => {
    const { store, ada } = await startRoom()
    const mallory = { subject: 'mallory', tokenId: 'm1' }
    const [bo, second] = [
      await join(store, { identity: mallory }),
      await join(store, { identity: { subject: 'mallory' } }),
    ]
    const cy = await join(store, { identity: { subject: 'cy', tokenId: 'shared' } })
    t.equal(await order(ada, { kind: 'kick', peerId: idOf(bo) }), 'done')
    t.strictSame([bo.isKicked, second.isKicked, cy.isKicked], [true, true, false], 'every seat of the same person')
    t.strictSame(
      [ada.goodbyes, cy.goodbyes],
      [
        ['kicked', 'kicked'],
        ['kicked', 'kicked'],
      ],
    )
    for (const identity of [
      mallory,
      { subject: 'mallory', tokenId: 'm2' },
      { tokenId: 'm1' },
      { subject: 'x', tokenId: 'm1' },
    ])
      t.equal(await new ListeningMember().join(store, 'r', 4, {}, { identity, isHost: true }), 'kicked')
    t.equal(await new ListeningMember().join(store, 'r', 4, {}, { identity: { subject: 'm' } }), 'seated')
    await order(ada, { kind: 'kick', peerId: idOf(cy) })
    t.equal(await new ListeningMember().join(store, 'r', 4, {}, { identity: { tokenId: 'shared' } }), 'kicked')
    t.equal(await order(ada, { kind: 'kick', peerId: idOf(ada) }), 'peer-not-found', 'nobody throws itself out')
    t.equal(await order(ada, { kind: 'kick', peerId: 'nobody' }), 'peer-not-found')
  })

  t.test('who has lost its seat is still known, as it may still be connected to the others', async (t) => {
    const { store, clock, ada } = await startRoom()
    const cy = await join(store)
    const bo = await join(store, { identity: { subject: 'bo' } })
    const boId = idOf(bo)
    await bo.leave('disconnected')
    t.equal(await order(ada, { kind: 'kick', peerId: boId }), 'done')
    t.strictSame(
      [ada.goodbyes, cy.goodbyes],
      [
        ['disconnected', 'kicked'],
        ['disconnected', 'kicked'],
      ],
    )
    t.equal(await new ListeningMember().join(store, 'r', 4, {}, { identity: { subject: 'bo' } }), 'kicked')
    t.equal(await order(ada, { kind: 'kick', peerId: boId }), 'peer-not-found', 'once')

    const di = new ResumableMember()
    await di.join(store, 'r', 4, undefined, { identity: { subject: 'di' } })
    di.take()
    await di.break()
    await clock.advance(30_000)
    t.equal(await order(ada, { kind: 'kick', peerId: di.peerId ?? '' }), 'done', 'also whose seat has expired')
    t.equal(await new ListeningMember().join(store, 'r', 4, {}, { identity: { subject: 'di' } }), 'kicked')
    const eve = await join(store, { identity: { subject: 'eve' } })
    const eveId = idOf(eve)
    await eve.leave()
    t.equal(await order(ada, { kind: 'kick', peerId: eveId }), 'peer-not-found', 'who has said goodbye is gone')
  })

  t.test('who knocks can be kept out for good, and nobody knocks twice', async (t) => {
    const { store, ada } = await startRoom()
    await order(ada, { kind: 'door', door: 'knock' })
    const identity = { subject: 'bo' }
    const [first, second] = [await join(store, { identity }), await join(store, { identity })]
    t.strictSame([first.turnedAwayAs, ada.knockers.size], ['duplicate', 1])
    t.equal(await order(ada, { kind: 'kick', peerId: idOf(second) }), 'done')
    t.equal(second.turnedAwayAs, 'kicked')
    t.equal(await new ListeningMember().join(store, 'r', 4, {}, { identity }), 'kicked')
    const nameless = await join(store)
    t.equal(await order(ada, { kind: 'kick', peerId: idOf(nameless) }), 'done', 'also who is known by nothing')
    t.equal(nameless.turnedAwayAs, 'kicked')
    t.strictSame(ada.faults, [])
  })

  t.test('a host does not keep itself out with another page that came by the same token', async (t) => {
    const store = makeStore(new ManualClock())
    const own = { isHost: true, identity: { tokenId: 'ada' } }
    const [ada, stale] = [await join(store, own), await join(store, own)]
    t.equal(await order(ada, { kind: 'kick', peerId: idOf(stale) }), 'done')
    t.equal(stale.isKicked, true)
    t.ok((await join(store, own)).seat)
  })

  t.test('a room that has ended forgets whom it has kicked', async (t) => {
    const { store, ada } = await startRoom()
    const bo = await join(store, { identity: { subject: 'bo' } })
    await order(ada, { kind: 'kick', peerId: idOf(bo) })
    await ada.leave()
    t.ok((await join(store, { identity: { subject: 'bo' } })).seat)
  })

  t.test('who knocks is kept out with whom it is the same as', async (t) => {
    const { store, ada } = await startRoom()
    const bo = await join(store, { identity: { subject: 'bo' } })
    await order(ada, { kind: 'door', door: 'knock' })
    const again = await join(store, { identity: { subject: 'bo' } })
    await order(ada, { kind: 'kick', peerId: idOf(bo) })
    t.equal(again.turnedAwayAs, 'kicked')
    t.equal(ada.knockers.size, 0)
  })

  t.test('a host that throws out a second one of itself does not mean itself', async (t) => {
    const { store, ada } = await startRoom()
    const second = await join(store, host)
    await order(ada, { kind: 'kick', peerId: idOf(second) })
    t.strictSame([second.isKicked, ada.isKicked], [true, false])
    t.ok((await join(store, host)).seat)
  })

  t.test('who is kicked while it is away cannot come back to its seat, nor by loading its page anew', async (t) => {
    const { store, clock, ada } = await startRoom()
    const bo = new ResumableMember()
    const identity = { subject: 'bo' }
    await bo.join(store, 'r', 4, undefined, { identity })
    bo.take()
    await bo.break()
    t.equal(await order(ada, { kind: 'kick', peerId: bo.peerId ?? '' }), 'done')
    t.equal(await bo.resume(store), 'gone')
    const replaces = { peerId: bo.peerId ?? '', attempt: 5 }
    t.equal(await new ResumableMember().join(store, 'r', 4, replaces, { identity }), 'kicked')
    t.equal(clock.pending, 0)

    const cy = new ResumableMember()
    await cy.join(store, 'r', 4, undefined, { identity: { subject: 'cy' } })
    cy.take()
    await store.release('r', cy.peerId ?? '', 1)
    t.equal(await order(ada, { kind: 'kick', peerId: cy.peerId ?? '' }), 'done', 'whose place is only kept')
    const again = { peerId: cy.peerId ?? '', attempt: 2 }
    t.equal(await new ResumableMember().join(store, 'r', 4, again, { identity: { subject: 'cy' } }), 'kicked')
    // Where another node kept the place it looks once more.
    await clock.advance(5000)
    t.equal(clock.pending, 0)
  })

  t.test('nobody comes in by the seat of somebody else', async (t) => {
    const { store, ada } = await startRoom()
    const bo = new ResumableMember()
    await bo.join(store, 'r', 4, undefined, { identity: { subject: 'bo', tokenId: 'b1' } })
    bo.take()
    const mallory = await join(store, { identity: { subject: 'mallory' } })
    await order(ada, { kind: 'kick', peerId: idOf(mallory) })
    const inPlaceOfBo = async (identity: object): Promise<string> =>
      new ListeningMember().join(store, 'r', 4, {}, { identity, replaces: { peerId: bo.peerId ?? '', attempt: 1 } })
    t.equal(await inPlaceOfBo({ subject: 'mallory' }), 'kicked')
    await order(ada, { kind: 'door', door: 'locked' })
    t.equal(await inPlaceOfBo({ subject: 'stranger' }), 'locked')
    t.equal(await inPlaceOfBo({}), 'locked')
    await order(ada, { kind: 'door', door: 'knock' })
    t.equal(await inPlaceOfBo({ subject: 'stranger' }), 'knocking')
    t.ok(bo.isAttached, 'whose seat it was has it')
    await store.release('r', bo.peerId ?? '', 1)
    const place = { peerId: bo.peerId ?? '', attempt: 2 }
    const inKeptPlace = async (identity: object): Promise<string> =>
      new ListeningMember().join(store, 'r', 4, {}, { identity, replaces: place })
    t.equal(await inKeptPlace({ subject: 'mallory' }), 'kicked')
    t.equal(await inKeptPlace({ subject: 'bo', tokenId: 'b2' }), 'seated', 'with another token of its own')
  })

  t.test('of those who came by one link the one who is kicked is gone, and the link lets nobody else in', async (t) => {
    const { store, ada } = await startRoom()
    const identity = { tokenId: 'link' }
    const bo = await join(store, { identity })
    const cy = new ResumableMember()
    await cy.join(store, 'r', 4, undefined, { identity })
    cy.take()
    await order(ada, { kind: 'kick', peerId: idOf(bo) })
    t.ok(cy.isAttached)
    t.equal(await new ListeningMember().join(store, 'r', 4, {}, { identity }), 'kicked')
    const again = { peerId: cy.peerId ?? '', attempt: 1 }
    t.equal(await new ResumableMember().join(store, 'r', 4, again, { identity }), 'seated', 'who is in may load anew')
  })

  t.test('who is let in while a second of the same person is refused hears so', async (t) => {
    const { store, ada } = await startRoom()
    const identity = { subject: 'bo' }
    await join(store, { identity })
    await order(ada, { kind: 'door', door: 'knock' })
    const again = await join(store, { identity, onDuplicate: 'reject' })
    t.equal(await order(ada, { kind: 'admit', peerId: idOf(again) }), 'done')
    t.strictSame([again.turnedAwayAs, ada.knockEnds], ['duplicate', ['refused']])
  })

  t.test('who is in loads its page anew also behind a locked door', async (t) => {
    const { store, ada } = await startRoom()
    const bo = new ResumableMember()
    await bo.join(store, 'r', 4)
    bo.take()
    await order(ada, { kind: 'door', door: 'locked' })
    const again = new ResumableMember()
    t.equal(await again.join(store, 'r', 4, { peerId: bo.peerId ?? '', attempt: 1 }), 'seated')
    again.take()
    await store.release('r', again.peerId ?? '', 1)
    const third = new ResumableMember()
    t.equal(await third.join(store, 'r', 4, { peerId: again.peerId ?? '', attempt: 2 }), 'seated')
    third.take()
    t.equal(await new ResumableMember().join(store, 'r', 4, { peerId: 'made up', attempt: 9 }), 'locked')
  })

  t.test('a second one of the same person is let in, or takes the place of the first, or is not let in', async (t) => {
    const { store, ada } = await startRoom({}, 2)
    const identity = { subject: 'bo' }
    const bo = await join(store, { identity })
    t.equal(await new ListeningMember().join(store, 'r', 2, {}, { identity, onDuplicate: 'reject' }), 'duplicate')
    bo.faults.length = 0
    const again = await join(store, { identity, onDuplicate: 'replace' })
    t.ok(again.seat, 'though the room was full')
    t.strictSame([ada.goodbyes, bo.seat, bo.isKicked], [['replaced'], undefined, false])
    t.equal(await new ListeningMember().join(store, 'r', 2, {}, { identity }), 'full')
    const other = await startRoom()
    const [first, second] = [await join(other.store, { identity }), await join(other.store, { identity })]
    t.ok(first.seat && second.seat)
    t.equal(
      await new ListeningMember().join(other.store, 'r', 4, {}, { identity: {}, onDuplicate: 'reject' }),
      'seated',
      'who says nothing of itself is nobody else',
    )
  })

  t.test('a host that can come back misses none of it, and its commands are done once', async (t) => {
    const clock = new ManualClock()
    const store = makeStore(clock)
    const ada = new ResumableMember()
    await ada.join(store, 'r', 4, undefined, { isHost: true, door: 'knock' })
    ada.take()
    await ada.break()
    const bo = await join(store)
    await ada.resume(store)
    ada.take()
    t.strictSame([...ada.knockers], [idOf(bo)])
    t.equal(ada.seat?.isHost, true)
    t.equal(await ada.seat?.command({ kind: 'admit', peerId: idOf(bo) }, 1), 'done')
    t.equal(await ada.seat?.command({ kind: 'admit', peerId: idOf(bo) }, 1), 'done', 'said again it is done already')
    t.equal(ada.seat?.received, 1)
    t.equal(await ada.seat?.command({ kind: 'kick', peerId: 'nobody' }, 2), 'peer-not-found')
    t.equal(ada.seat?.received, 1, 'what cannot be done does not count')
    ada.take()
    t.strictSame([ada.faults, [...ada.knockers], ada.known.size], [[], [], 1])
  })
}
