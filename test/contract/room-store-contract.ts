import fc from 'fast-check'
import type { Test } from 'tap'
import type { Entry, JoinOutcome, RoomStore, Seat, Sink } from '../../plugins/rooms/room-store.js'
import type { LeaveReason, PeerId, RoomId } from '../../schemas/index.js'

const whole = Buffer.from('{"from":"x","type":"ice"}')

/** A member that writes down what its room tells it. */
class Member implements Sink {
  seat: Seat | undefined
  /** The other's peerId, and whether this member is the initiator of the pair. */
  readonly pairs = new Map<PeerId, boolean>()
  readonly frames: string[] = []
  readonly faults: string[] = []
  readonly goodbyes: LeaveReason[] = []

  async join(store: RoomStore, roomId: RoomId, capacity = 2, name?: string): Promise<JoinOutcome> {
    return store.join(roomId, { capacity, name }, this)
  }

  async leave(reason: LeaveReason = 'left'): Promise<void> {
    const seat = this.seat
    this.seat = undefined
    this.pairs.clear()
    await seat?.leave(reason)
  }

  seated(seat: Seat): void {
    if (this.seat !== undefined) this.faults.push('seated twice')
    this.seat = seat
    for (const { peerId } of seat.others) this.pairs.set(peerId, true)
  }

  deliver(entry: Entry): void {
    if (this.seat === undefined) this.faults.push(`told ${entry.kind} without a seat`)
    switch (entry.kind) {
      case 'message':
        this.frames.push(entry.frame.toString())
        break
      case 'peer-joined':
        if (this.pairs.has(entry.peer.peerId)) this.faults.push('told of one newcomer twice')
        this.pairs.set(entry.peer.peerId, false)
        break
      case 'peer-left':
        if (!this.pairs.delete(entry.peerId)) this.faults.push('told that a stranger left')
        this.goodbyes.push(entry.reason)
        break
    }
  }
}

/** What every room store must do, written against the interface alone. */
export function roomStoreContract(t: Test, makeStore: () => RoomStore): void {
  t.test('the first finds nobody, the second finds the first and is the initiator', async (t) => {
    const store = makeStore()
    const [ada, bo] = [new Member(), new Member()]
    t.equal(await ada.join(store, 'r', 2, 'Ada'), 'seated')
    t.equal(await bo.join(store, 'r', 2), 'seated')
    t.match(ada.seat, { roomId: 'r', capacity: 2, others: [] })
    t.strictSame(bo.seat?.others, [{ peerId: ada.seat?.peerId, name: 'Ada' }])
    t.strictSame([...ada.pairs], [[bo.seat?.peerId, false]])
    t.strictSame([...bo.pairs], [[ada.seat?.peerId, true]])
  })

  t.test("the first joiner's capacity counts, and a full room takes nobody and tells nobody", async (t) => {
    const store = makeStore()
    const members = Array.from({ length: 3 }, () => new Member())
    for (const member of members) t.equal(await member.join(store, 'r', 3), 'seated')
    const late = new Member()
    t.equal(await late.join(store, 'r', 16), 'full')
    t.equal(late.seat, undefined)
    for (const member of members) t.equal(member.pairs.size, 2)
  })

  t.test('members are listed oldest first', async (t) => {
    const store = makeStore()
    const members = Array.from({ length: 5 }, () => new Member())
    for (const member of members) await member.join(store, 'r', 5)
    const ids = members.map((member) => member.seat?.peerId)
    t.strictSame(
      members[4]?.seat?.others.map((other) => other.peerId),
      ids.slice(0, 4),
    )
  })

  t.test('a room that everybody has left is gone, with its capacity', async (t) => {
    const store = makeStore()
    const [ada, bo, cy] = [new Member(), new Member(), new Member()]
    await ada.join(store, 'r', 2)
    t.strictSame(store.size, { rooms: 1, seats: 1 })
    await ada.leave()
    t.strictSame(store.size, { rooms: 0, seats: 0 })
    for (const member of [ada, bo, cy]) t.equal(await member.join(store, 'r', 3), 'seated')
  })

  t.test('leaving tells the others why, once', async (t) => {
    const store = makeStore()
    const [ada, bo] = [new Member(), new Member()]
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
    const ada = new Member()
    await ada.join(store, 'r')
    const fleeting = { seated: (seat: Seat) => void seat.leave('disconnected'), deliver: () => {} }
    await store.join('r', { capacity: 2 }, fleeting)
    t.strictSame([ada.faults, ada.pairs.size, ada.goodbyes], [[], 0, ['disconnected']])
    t.strictSame(store.size, { rooms: 1, seats: 1 })
  })

  t.test('a peerId cannot be guessed, and none comes twice', async (t) => {
    const store = makeStore()
    const ids = new Set<string>()
    for (let n = 0; n < 200; n += 1) {
      const member = new Member()
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
    const [ada, bo, cy, far] = [new Member(), new Member(), new Member(), new Member()]
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

  t.test('on any history: within capacity, one initiator a pair, nobody left out, empty at the end', async (t) => {
    const roomIds = ['a', 'b', '__proto__']
    const who = fc.nat(15)
    const action = fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({
          kind: fc.constant('join' as const),
          who,
          room: fc.constantFrom(...roomIds),
          capacity: fc.integer({ min: 2, max: 5 }),
        }),
      },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('leave' as const), who }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('send' as const), who, to: who }) },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 120 }), async (actions) => {
        const store = makeStore()
        const members = Array.from({ length: 16 }, () => new Member())
        const seatedIn = (room: RoomId) => members.filter((member) => member.seat?.roomId === room)
        const at = (index: number): Member => members[index] ?? new Member()

        for (const step of actions) {
          const member = at(step.who)
          if (step.kind === 'join') {
            await member.leave()
            const present = seatedIn(step.room)
            const capacity = present[0]?.seat?.capacity ?? step.capacity
            const outcome = await member.join(store, step.room, step.capacity)
            check(
              outcome === (present.length < capacity ? 'seated' : 'full'),
              `${outcome} with ${present.length} of ${capacity} there`,
            )
            check(outcome === 'full' || member.seat?.capacity === capacity, "not the first joiner's capacity")
          } else if (step.kind === 'leave') {
            await member.leave()
          } else if (member.seat !== undefined) {
            const addressee = at(step.to)
            const before = addressee.frames.length
            const mayHear = addressee !== member && addressee.seat?.roomId === member.seat.roomId
            const outcome = await member.seat.send(addressee.seat?.peerId ?? 'nobody', whole)
            check(outcome === (mayHear ? 'sent' : 'peer-not-found'), `a frame was ${outcome}`)
            check(addressee.frames.length === before + (mayHear ? 1 : 0), 'a frame went astray')
          }
          for (const room of roomIds) checkRoom(seatedIn(room))
        }

        for (const member of members) {
          await member.leave()
          check(member.faults.length === 0, member.faults.join(', '))
        }
        check(store.size.rooms === 0 && store.size.seats === 0, 'something is left in the store')
      }),
      { numRuns: 400 },
    )
    t.pass('held on 400 random histories of 16 members')
  })
}

function checkRoom(present: readonly Member[]): void {
  for (const member of present) {
    check(present.length <= (member.seat?.capacity ?? 0), 'over its capacity')
    check(member.pairs.size === present.length - 1, 'somebody is left out, or somebody gone is still listed')
    for (const other of present) {
      if (other === member) continue
      const [mine, theirs] = [member.pairs.get(other.seat?.peerId ?? ''), other.pairs.get(member.seat?.peerId ?? '')]
      check(mine !== undefined && mine === !theirs, 'not exactly one initiator')
    }
  }
}

function check(isTrue: boolean, otherwise: string): void {
  if (!isTrue) throw new Error(otherwise)
}
