import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import type { Test } from 'tap'
import type { RoomStore } from '../../plugins/rooms/room-store.js'
import type { Member, Profile, RoomId } from '../../schemas/index.js'
import { check } from './check.js'
import { type Known, ListeningMember } from './listening-member.js'

const memberCount = 16
const roomIds: readonly RoomId[] = ['a', 'b', '__proto__']

const who = fc.nat(memberCount - 1)
const profile: fc.Arbitrary<Profile> = fc
  .record(
    {
      name: fc.constantFrom('Ada', 'Bo', '__proto__'),
      metadata: fc.dictionary(fc.constantFrom('a', '__proto__', 'constructor'), fc.jsonValue({ maxDepth: 2 }), {
        maxKeys: 3,
      }),
      media: fc.record({ mic: fc.boolean(), camera: fc.boolean(), screen: fc.boolean() }, { requiredKeys: [] }),
    },
    { requiredKeys: [] },
  )
  .map((value): Profile => JSON.parse(JSON.stringify(value)))
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('join' as const),
      who,
      // Mostly one room, so that it fills up.
      roomId: fc.oneof(
        { weight: 4, arbitrary: fc.constant('a') },
        { weight: 2, arbitrary: fc.constantFrom(...roomIds) },
      ),
      capacity: fc.oneof(fc.constant(memberCount), fc.integer({ min: 2, max: memberCount })),
      profile,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave' as const), who }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('send' as const), who, to: fc.option(who, { nil: undefined }) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('update' as const), who, profile }) },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** All there are, in one room. */
const everybody: readonly Step[] = Array.from({ length: memberCount }, (_, who) => ({
  kind: 'join',
  who,
  roomId: 'a',
  capacity: memberCount,
  profile: {},
}))
const history = fc
  .tuple(fc.nat(5), fc.array(step, { maxLength: 150, size: 'max' }))
  .map(([dice, steps]) => (dice === 0 ? [...everybody, ...steps] : steps))

/** A seat as it should be; one is made at each join, so two are the same only if they are the same stay. */
interface ModelSeat {
  readonly index: number
  readonly capacity: number
  profile: Profile
}

/** The rooms as they should be: who sits where, oldest first, and every frame that each has been handed. */
class Model {
  readonly rooms = new Map<RoomId, ModelSeat[]>(roomIds.map((roomId) => [roomId, []]))
  readonly frames: readonly string[][] = Array.from({ length: memberCount }, () => [])

  find(index: number): { roomId: RoomId; seats: ModelSeat[]; seat: ModelSeat } | undefined {
    for (const [roomId, seats] of this.rooms) {
      const seat = seats.find((candidate) => candidate.index === index)
      if (seat !== undefined) return { roomId, seats, seat }
    }
    return undefined
  }

  leave(index: number): void {
    const at = this.find(index)
    at?.seats.splice(at.seats.indexOf(at.seat), 1)
  }
}

/** What must hold on any history, checked against a model after each step. */
export function roomStoreHistories(t: Test, makeStore: () => RoomStore): void {
  t.test('on any history the room is as a plain model of it says, for each member', async (t) => {
    let fullest = 0
    await fc.assert(
      fc.asyncProperty(history, async (steps) => {
        const store = makeStore()
        const model = new Model()
        const members = Array.from({ length: memberCount }, () => new ListeningMember())
        for (const [n, next] of steps.entries()) {
          await take(store, model, members, next, n)
          for (const [index, member] of members.entries()) checkMember(model, members, index, member)
          const seats = [...model.rooms.values()].map((room) => room.length)
          fullest = Math.max(fullest, ...seats)
          check(store.size.seats === seats.reduce((sum, count) => sum + count), 'the store counts its seats wrongly')
          check(store.size.rooms === seats.filter((count) => count > 0).length, 'the store counts its rooms wrongly')
        }
        for (const member of members) await member.leave()
        check(store.size.rooms === 0 && store.size.seats === 0, 'something is left in the store')
      }),
      { numRuns: 120 },
    )
    t.equal(fullest, memberCount, `held on 120 random histories of 16 members, up to ${fullest} of them in one room`)
  })
}

async function take(
  store: RoomStore,
  model: Model,
  members: readonly ListeningMember[],
  next: Step,
  n: number,
): Promise<void> {
  const member = at(members, next.who)
  const before = model.find(next.who)
  switch (next.kind) {
    case 'join': {
      model.leave(next.who)
      await member.leave()
      const seats = model.rooms.get(next.roomId) ?? []
      const capacity = seats[0]?.capacity ?? next.capacity
      const others = seats.map((seat) => memberOf(members, seat))
      const outcome = await member.join(store, next.roomId, next.capacity, next.profile)
      check(
        outcome === (seats.length < capacity ? 'seated' : 'full'),
        `${outcome}, ${seats.length} of ${capacity} there`,
      )
      if (outcome === 'full') return
      seats.push({ index: next.who, capacity, profile: next.profile })
      check(isDeepStrictEqual(member.seat?.others, others), 'the list of members at joining is wrong')
      check(member.seat?.capacity === capacity, "not the first joiner's capacity")
      break
    }
    case 'leave':
      model.leave(next.who)
      await member.leave()
      break
    case 'send': {
      if (member.seat === undefined) return
      const addressee = next.to === undefined ? undefined : at(members, next.to).seat?.peerId
      const seats = before?.seats ?? []
      const heard = seats.filter(({ index }) => index !== next.who && (next.to === undefined || index === next.to))
      const outcome = await member.seat.send(next.to === undefined ? undefined : (addressee ?? 'nobody'), frame(n))
      if (next.to !== undefined) check(outcome === (heard.length > 0 ? 'sent' : 'peer-not-found'), `to one: ${outcome}`)
      else check(outcome === (heard.length < 2 ? 'sent' : 'to-required'), `to the only other one: ${outcome}`)
      if (outcome === 'sent') for (const { index } of heard) model.frames[index]?.push(frame(n).toString())
      break
    }
    case 'update':
      await member.seat?.update(next.profile)
      if (before !== undefined) before.seat.profile = next.profile
      break
  }
}

function checkMember(model: Model, members: readonly ListeningMember[], index: number, member: ListeningMember): void {
  check(member.faults.length === 0, member.faults.join(', '))
  check(isDeepStrictEqual(member.frames, model.frames[index]), 'a frame is missing, came twice, or went astray')
  const stay = model.find(index)
  check(member.seat?.roomId === stay?.roomId, 'in the wrong room')
  if (stay === undefined) return
  check(stay.seats.length <= stay.seat.capacity, 'over its capacity')
  check(isDeepStrictEqual(member.seat?.profile, stay.seat.profile), "a seat's own profile is wrong")
  const order = stay.seats.indexOf(stay.seat)
  const expected = stay.seats
    .map((seat, place): Known => ({ isInitiator: place < order, member: memberOf(members, seat) }))
    .filter((_known, place) => place !== order)
  for (const { isInitiator, member: other } of expected) {
    const known = member.known.get(other.peerId)
    check(known !== undefined, 'somebody is left out')
    check(known?.isInitiator === isInitiator, 'not exactly one initiator, the newcomer')
    check(isDeepStrictEqual(known?.member, other), 'the profile of another member is not the present one')
  }
  check(member.known.size === expected.length, 'somebody gone is still listed')
}

function memberOf(members: readonly ListeningMember[], { index, profile }: ModelSeat): Member {
  return { peerId: at(members, index).seat?.peerId ?? '', ...profile }
}

function frame(n: number): Buffer {
  return Buffer.from(`{"from":"x","type":"ice","n":${n}}`)
}

function at(members: readonly ListeningMember[], index: number): ListeningMember {
  const member = members[index]
  if (member === undefined) throw new RangeError(`no member ${index}`)
  return member
}
