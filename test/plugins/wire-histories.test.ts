import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import Fastify, { type FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import t from 'tap'
import type {} from '../../plugins/rooms/plugin.js'
import { service } from '../../src/signalbox.js'
import { listen, manyFromHere, urlOf } from '../helper.js'
import { WireMember } from './wire-member.js'

const memberCount = 16
const who = fc.nat(memberCount - 1)
const name = fc.constantFrom('Ada', 'Bo')
const metadata = fc.dictionary(fc.constantFrom('a', '__proto__', 'constructor'), fc.nat(), { maxKeys: 2 }).map(plain)
const media = fc.record({ mic: fc.boolean(), screen: fc.boolean() }, { requiredKeys: [] }).map(plain)
const orNull = { nil: null }

const join = fc.record({
  kind: fc.constant('join' as const),
  who,
  roomId: fc.constantFrom('a', 'a', 'a', 'b'),
  capacity: fc.constantFrom(3, 6, memberCount, memberCount, memberCount),
  profile: fc.record({ name, metadata, media }, { requiredKeys: [] }).map(plain),
})
const step = fc.oneof(
  { weight: 4, arbitrary: join },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave' as const), who }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('kill' as const), who, how: fc.constantFrom(0, 1000, 1001) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('send' as const),
      who,
      to: fc.nat(99),
      type: fc.constantFrom('offer' as const, 'answer' as const, 'ice' as const, 'restart' as const, 'keep' as const),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('update' as const),
      who,
      change: fc
        .record(
          {
            name: fc.option(name, orNull),
            metadata: fc.option(metadata, orNull),
            media: fc.option(media, orNull),
          },
          { requiredKeys: [] },
        )
        .map(plain),
    }),
  },
  // Lets frames arrive, so that what follows goes by what is known then; without it, steps overtake the news of each other.
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('breathe' as const), who }) },
)
/** All there are, in one room. */
const everybody = Array.from({ length: memberCount }, (_, who) => ({
  kind: 'join' as const,
  who,
  roomId: 'a',
  capacity: memberCount,
  profile: {},
}))
/** A crowd at the door, then anything. */
const history = fc
  .tuple(
    fc.oneof(
      { weight: 2, arbitrary: fc.array(join, { minLength: 15, maxLength: 15 }) },
      { weight: 1, arbitrary: fc.constant(everybody) },
    ),
    fc.record({ kind: fc.constant('breathe' as const), who }),
    fc.array(step, { minLength: 30, maxLength: 44 }),
  )
  .map(([crowd, breath, rest]) => [...crowd, breath, ...rest])

t.test('whatever happens at once, all views agree at rest, and each frame arrives once, in order', async (t) => {
  const host = Fastify()
  // Without its encapsulation, to look at the sockets and the rooms.
  await host.register(fp(service), {
    ...manyFromHere,
    share: () => {},
    page: false,
    joinTimeoutMs: 60_000,
    pingIntervalMs: 60_000,
  })
  await listen(t, host)
  const url = urlOf(host)
  const seen = { crowds: 0, inOneRoom: 0, arrived: 0, refused: 0, updated: 0 }

  await fc.assert(
    fc.asyncProperty(history, async (steps) => {
      if (everybody.every((next, index) => steps[index] === next)) seen.crowds += 1
      const live: WireMember[] = []
      const killed: WireMember[] = []
      for (let n = 0; n < memberCount; n += 1) live.push(await WireMember.connect(t, url, n))
      for (const next of steps) {
        const member = live[next.who]
        if (member === undefined) continue
        switch (next.kind) {
          case 'join':
            member.join(next.roomId, next.capacity, next.profile)
            break
          case 'leave':
            member.leave()
            break
          case 'update':
            member.update(next.change)
            break
          case 'send':
            for (let n = 0; n < 3; n += 1) member.send(next.type, addresseeOf(member, next.to, live))
            break
          case 'kill':
            if (next.how === 0) member.client.socket.terminate()
            else member.client.socket.close(next.how)
            killed.push(member)
            live[next.who] = await WireMember.connect(t, url, memberCount + killed.length)
            break
          case 'breathe':
            await member.client.settle()
            break
        }
      }
      await comeToRest(host, live, killed)
      for (const member of live) member.replay()
      for (const member of live) checkView(member, live)
      checkFrames(live, killed)
      for (const { faults } of [...live, ...killed]) check(faults.length === 0, faults.join(', '))

      seen.inOneRoom = Math.max(seen.inOneRoom, ...live.map(({ known }) => known.size + 1))
      for (const member of live) {
        seen.arrived += member.received.length
        seen.refused += member.refused.size
        for (const { member: other } of member.known.values()) seen.updated += 'metadata' in other ? 1 : 0
      }
      for (const { client } of live) client.socket.close()
      await Promise.all(live.map(({ client }) => client.closed))
      await untilSockets(host, 0)
      check(isDeepStrictEqual(host.rooms.size, { rooms: 0, seats: 0 }), 'something is left in the rooms')
    }),
    // A history on real sockets is no smaller for having fewer steps.
    { numRuns: 40, endOnFailure: true },
  )
  t.ok(
    seen.crowds > 0 && seen.inOneRoom > 6 && seen.arrived > 100 && seen.refused > 50 && seen.updated > 50,
    JSON.stringify(seen),
  )
})

/** Mostly somebody of the same room, as far as the sender knows; sometimes anybody. */
function addresseeOf(sender: WireMember, choice: number, live: readonly WireMember[]): string {
  const known = [...sender.known.keys()]
  const anybody = live[choice % live.length]?.room?.peerId ?? 'nobody'
  return choice < 80 ? (known[choice % known.length] ?? anybody) : anybody
}

/** Everything that was sent has been handled, and everything that was said about it has arrived. */
async function comeToRest(host: FastifyInstance, live: readonly WireMember[], killed: readonly WireMember[]) {
  await Promise.all(killed.map(({ client }) => client.closed))
  await untilSockets(host, live.length)
  // Once for what each of them sent, once more for what the others are told of it.
  await Promise.all(live.map(({ client }) => client.settle()))
  await Promise.all(live.map(({ client }) => client.rest()))
}

async function untilSockets(host: FastifyInstance, count: number): Promise<void> {
  while (host.signaling.sockets > count) await new Promise((resolve) => setImmediate(resolve))
}

function checkView(member: WireMember, live: readonly WireMember[]): void {
  const { room } = member
  const others = live.filter((other) => other !== member && room !== undefined && other.room?.roomId === room.roomId)
  check(member.known.size === others.length, 'somebody is left out, or somebody gone is still listed')
  for (const other of others) {
    const mine = member.known.get(other.room?.peerId ?? '')
    const theirs = other.known.get(room?.peerId ?? '')
    check(mine !== undefined && mine.isInitiator !== theirs?.isInitiator, 'not exactly one initiator')
    check(other.room?.capacity === room?.capacity, 'two capacities in one room')
    const { peerId: _, ...profile } = mine?.member ?? { peerId: '' }
    check(!member.wantsUpdates || isDeepStrictEqual(profile, other.profile), 'the profile is not the present one')
  }
  check(room === undefined || others.length < room.capacity, 'over its capacity')
}

function checkFrames(live: readonly WireMember[], killed: readonly WireMember[]): void {
  const all = [...live, ...killed]
  const ownerOf = new Map(all.flatMap((member) => Array.from(member.peerIds, (peerId) => [peerId, member] as const)))
  for (const member of all) {
    const last = new Map<number, number>()
    for (const { sender, n, from } of member.received) {
      // Who was killed may not have heard what it was called.
      const owner = ownerOf.get(from)
      const isKnown = owner === undefined ? killed.some(({ number }) => number === sender) : owner.number === sender
      check(isKnown, 'a frame with the name of somebody else')
      check(n > (last.get(sender) ?? 0), 'a frame came twice, or out of order')
      last.set(sender, n)
    }
    for (const { n, to } of member.sent) {
      const addressee = ownerOf.get(to)
      const hasArrived =
        addressee?.received.some((parcel) => parcel.sender === member.number && parcel.n === n) ?? false
      check(!(hasArrived && member.refused.has(n)), 'a frame was refused and arrived all the same')
      // Who was killed may have taken with it what was under way, to it or from it.
      if (killed.includes(member) || (addressee !== undefined && killed.includes(addressee))) continue
      check(hasArrived !== member.refused.has(n), 'a frame neither arrived nor was refused')
    }
  }
}

function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value))
}

function check(isTrue: boolean, otherwise: string): void {
  if (!isTrue) throw new Error(otherwise)
}
