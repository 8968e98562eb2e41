import type { Test } from 'tap'
import type { Entry, RoomStore, Seat } from '../../plugins/rooms/room-store.js'
import { deafSink } from './deaf-sink.js'
import { ListeningMember } from './listening-member.js'
import { roomStoreHistories } from './room-store-histories.js'

const whole = Buffer.from('{"from":"x","type":"ice"}')
/** What every room store must do, written against the interface alone. */
export function roomStoreContract(t: Test, makeStore: () => RoomStore): void {
  t.test('the first finds nobody, the second finds the first and is the initiator', async (t) => {
    const store = makeStore()
    const [ada, bo] = [new ListeningMember(), new ListeningMember()]
    t.equal(await ada.join(store, 'r', 2, { name: 'Ada' }), 'seated')
    t.equal(await bo.join(store, 'r', 2), 'seated')
    t.match(ada.seat, { roomId: 'r', capacity: 2, others: [] })
    t.strictSame(bo.seat?.others, [{ peerId: ada.seat?.peerId, name: 'Ada' }])
    t.strictSame([...ada.known], [[bo.seat?.peerId, { isInitiator: false, member: { peerId: bo.seat?.peerId } }]])
    t.strictSame(
      Array.from(bo.known, ([peerId, { isInitiator }]) => [peerId, isInitiator]),
      [[ada.seat?.peerId, true]],
    )
  })

  t.test("the first joiner's capacity counts, and a full room takes nobody and tells nobody", async (t) => {
    const store = makeStore()
    const members = Array.from({ length: 3 }, () => new ListeningMember())
    for (const member of members) t.equal(await member.join(store, 'r', 3), 'seated')
    const late = new ListeningMember()
    t.equal(await late.join(store, 'r', 16), 'full')
    t.equal(late.seat, undefined)
    for (const member of members) t.equal(member.known.size, 2)
  })

  t.test('members are listed oldest first', async (t) => {
    const store = makeStore()
    const members = Array.from({ length: 5 }, () => new ListeningMember())
    for (const member of members) await member.join(store, 'r', 5)
    const ids = members.map((member) => member.seat?.peerId)
    t.strictSame(
      members[4]?.seat?.others.map((other) => other.peerId),
      ids.slice(0, 4),
    )
  })

  t.test('a room that everybody has left is gone, with its capacity', async (t) => {
    const store = makeStore()
    const [ada, bo, cy] = [new ListeningMember(), new ListeningMember(), new ListeningMember()]
    await ada.join(store, 'r', 2)
    t.strictSame(store.size, { rooms: 1, seats: 1 })
    await ada.leave()
    t.strictSame(store.size, { rooms: 0, seats: 0 })
    for (const member of [ada, bo, cy]) t.equal(await member.join(store, 'r', 3), 'seated')
  })

  t.test('leaving tells the others why, once', async (t) => {
    const store = makeStore()
    const [ada, bo] = [new ListeningMember(), new ListeningMember()]
    await ada.join(store, 'r')
    await bo.join(store, 'r')
    const seat = bo.seat
    await bo.leave('disconnected')
    await seat?.leave('left')
    t.strictSame(ada.goodbyes, ['disconnected'])
    t.equal(await seat?.send(undefined, whole), 'peer-not-found', 'a seat given up sends nothing')
    t.strictSame(ada.frames, [])
  })

  t.test('who gives its seat up as soon as it has it is heard to come, then to go', async (t) => {
    const store = makeStore()
    const ada = new ListeningMember()
    await ada.join(store, 'r')
    const told: string[] = []
    const fleeting = {
      ...deafSink,
      seated: (seat: Seat) => void seat.leave('disconnected'),
      deliver: ({ kind }: Entry) => void told.push(kind),
    }
    await store.join('r', { profile: {}, capacity: 2 }, fleeting)
    t.strictSame([ada.faults, ada.known.size, ada.goodbyes, told], [[], 0, ['disconnected'], []])
    t.strictSame(store.size, { rooms: 1, seats: 1 })
  })

  t.test('a peerId cannot be guessed, and none comes twice', async (t) => {
    const store = makeStore()
    const ids = new Set<string>()
    for (let n = 0; n < 200; n += 1) {
      const member = new ListeningMember()
      await member.join(store, `${n}`)
      const peerId = member.seat?.peerId ?? ''
      if (!/^[\w-]{22,64}$/.test(peerId)) t.fail(peerId)
      ids.add(peerId)
    }
    t.equal(ids.size, 200)
    // Of 200 random ids of 64 signs each place varies; of a counter or a clock most do not.
    for (let place = 0; place < 20; place += 1)
      t.ok(new Set([...ids].map((id) => id[place])).size > 20, `place ${place}`)
  })

  t.test('a frame reaches the one named, or the only other one, unchanged', async (t) => {
    const store = makeStore()
    const [ada, bo, cy, far] = [
      new ListeningMember(),
      new ListeningMember(),
      new ListeningMember(),
      new ListeningMember(),
    ]
    await ada.join(store, 'r', 3)
    t.equal(await ada.seat?.send(undefined, whole), 'sent', 'nobody there is no error')
    await bo.join(store, 'r')
    t.equal(await ada.seat?.send(undefined, whole), 'sent')
    t.strictSame(bo.frames, [whole.toString()])
    await cy.join(store, 'r')
    await far.join(store, 'elsewhere')
    t.equal(await ada.seat?.send(undefined, whole), 'to-required')
    t.equal(await ada.seat?.send(cy.seat?.peerId, whole), 'sent')
    t.equal(await ada.seat?.send(ada.seat.peerId, whole), 'peer-not-found')
    t.equal(await ada.seat?.send(far.seat?.peerId, whole), 'peer-not-found')
    t.equal(await ada.seat?.send('__proto__', whole), 'peer-not-found')
    t.strictSame([ada.frames, bo.frames.length, cy.frames.length, far.frames], [[], 1, 1, []])
  })

  t.test(
    'an update puts the whole profile in place of the old one; all others are told, and who comes later',
    async (t) => {
      const store = makeStore()
      const [ada, bo, cy, di] = [
        new ListeningMember(),
        new ListeningMember(),
        new ListeningMember(),
        new ListeningMember(),
      ]
      await ada.join(store, 'r', 4, { name: 'Ada', metadata: { hand: true }, media: { mic: true } })
      await bo.join(store, 'r')
      await cy.join(store, 'r')
      const peerId = ada.seat?.peerId
      await ada.seat?.update({ media: { screen: true } })
      await ada.seat?.update({ media: { screen: true } })
      await di.join(store, 'r')
      const now = { peerId, media: { screen: true } }
      t.strictSame([ada.updates, bo.updates, cy.updates, di.updates], [[], [now, now], [now, now], []])
      t.strictSame(di.seat?.others[0], now)
      t.strictSame(ada.seat?.profile, { media: { screen: true } })
      t.strictSame(
        bo.seat?.others,
        [{ peerId, name: 'Ada', metadata: { hand: true }, media: { mic: true } }],
        'as it was',
      )
    },
  )

  t.test('a seat that was given up updates nothing', async (t) => {
    const store = makeStore()
    const [ada, bo] = [new ListeningMember(), new ListeningMember()]
    await ada.join(store, 'r')
    await bo.join(store, 'r')
    const seat = bo.seat
    await bo.leave()
    await seat?.update({ name: 'Bo' })
    t.strictSame([ada.updates, ada.faults], [[], []])
  })

  t.test('what the store was given or has handed out may be changed without anybody noticing', async (t) => {
    const store = makeStore()
    const [ada, bo, cy, di] = [
      new ListeningMember(),
      new ListeningMember(),
      new ListeningMember(),
      new ListeningMember(),
    ]
    const tags = ['a']
    const before = { name: 'Ada', metadata: { tags, ['__proto__']: { a: 1 } }, media: { mic: true } }
    await ada.join(store, 'r', 4, before)
    spoil(before)
    t.strictSame(tags, ['spoilt'], "what the store was given is still the giver's")
    await bo.join(store, 'r')
    spoil(bo.seat?.others)
    spoil(ada.seat?.profile)
    await cy.join(store, 'r')
    const { peerId } = ada.seat ?? {}
    const asJoined = { peerId, name: 'Ada', metadata: { tags: ['a'], ['__proto__']: { a: 1 } }, media: { mic: true } }
    t.strictSame(JSON.stringify(cy.seat?.others[0]), JSON.stringify(asJoined))

    const after = { metadata: { tags: ['b'] } }
    await ada.seat?.update(after)
    spoil(after)
    spoil(bo.updates)
    await di.join(store, 'r')
    const asUpdated = { peerId, metadata: { tags: ['b'] } }
    t.strictSame([cy.updates[0], di.seat?.others[0]], [asUpdated, asUpdated])
  })

  roomStoreHistories(t, makeStore)
}

/** Changes all that can be changed in a value, in place. */
function spoil(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value)) {
    spoil(inner)
    Reflect.set(value, key, 'spoilt')
  }
}
