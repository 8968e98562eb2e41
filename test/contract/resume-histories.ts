import fc from 'fast-check'
import type { Clock } from '../../plugins/rooms/clock.js'
import type { RoomStore } from '../../plugins/rooms/room-store.js'
import { ManualClock } from './manual-clock.js'
import { ResumableMember } from './resumable-member.js'

const memberCount = 5
const capacity = 3
const resumeWindowMs = 30_000
const who = fc.nat(memberCount - 1)
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('enter' as const), who }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('say' as const), who, to: fc.nat(memberCount) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('take' as const), who, count: fc.nat(6) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('break' as const), who, isNoticed: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('resume' as const), who, isDoubled: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('replay' as const), who }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave' as const), who }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(500, 4000, 31_000) }) },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** What random histories have come across, so that a run that proves nothing is noticed. */
export interface Seen {
  taken: number
  resumed: number
  expired: number
  resyncs: number
}

/**
 * Runs random histories of resumable members in one room against a store: sockets that break with frames on their way, are
 * noticed late or never, resume twice at once, with old attempts, or too late.
 *
 * @throws  when anything was lost, doubled, out of order or in two minds, or the room held too many
 */
export async function resumeHistories(makeStore: (clock: Clock) => RoomStore, numRuns: number): Promise<Seen> {
  const seen = { taken: 0, resumed: 0, expired: 0, resyncs: 0 }
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 120, size: 'max' }), async (steps) => {
      const clock = new ManualClock()
      const store = makeStore(clock)
      const members = Array.from({ length: memberCount }, () => new ResumableMember())
      for (const next of steps) {
        await go(store, clock, members, next, seen)
        check(store.size.seats <= capacity, `${store.size.seats} seats of ${capacity}`)
      }
      await comeToRest(store, clock, members, seen)
      checkRest(members, seen)
      for (const member of members) await member.seat?.leave('left')
      clock.advance(120_000)
      check(store.size.rooms === 0 && store.size.seats === 0 && clock.pending === 0, 'something is left')
    }),
    { numRuns, endOnFailure: true },
  )
  return seen
}

async function go(
  store: RoomStore,
  clock: ManualClock,
  members: ResumableMember[],
  next: Step,
  seen: Seen,
): Promise<void> {
  const index = 'who' in next ? next.who : 0
  const member = members[index]
  if (member === undefined) return
  switch (next.kind) {
    case 'enter':
      if (member.peerId === undefined && !member.isAttached) await enter(store, member)
      break
    case 'say': {
      const others = [...member.known.keys()]
      const to = others[next.to % Math.max(1, others.length)]
      if (to !== undefined && member.isAttached) await member.say(to)
      break
    }
    case 'take':
      member.take(next.count)
      break
    case 'break':
      if (member.peerId === undefined) break
      if (next.isNoticed) {
        if (member.isAttached) member.awayAtMs = clock.now()
        await member.break()
      } else zombies.get(member)?.push(member.breakUnnoticed()) ?? zombies.set(member, [member.breakUnnoticed()])
      break
    case 'resume':
      if (member.peerId === undefined || member.isAttached) break
      await resume(store, clock, members, index, seen, next.isDoubled)
      // What the dead socket still had comes late.
      for (const seat of zombies.get(member)?.splice(0) ?? []) {
        await seat?.send([...member.known.keys()][0], Buffer.from('{"from":"nobody","k":-1}'))
        await seat?.away()
      }
      break
    case 'replay':
      // Somebody has recorded a resume, and sends it again.
      if (member.peerId !== undefined && member.attempt > 0) {
        const wasAttached = member.isAttached
        const outcome = await store.resume(
          member.roomId,
          { peerId: member.peerId, attempt: member.attempt, seq: member.last },
          { seated: () => {}, resumed: () => {}, deliver: () => {}, fenced: () => {} },
        )
        check(outcome !== 'resumed', 'a recorded resume was taken')
        check(member.isAttached === wasAttached, 'a recorded resume has cost the seat')
      }
      break
    case 'leave':
      if (!member.isAttached || member.peerId === undefined) break
      await member.seat?.leave('left')
      members[index] = new ResumableMember()
      break
    case 'wait':
      clock.advance(next.ms)
      break
  }
}

const zombies = new WeakMap<ResumableMember, (ResumableMember['seat'] | undefined)[]>()

async function enter(store: RoomStore, member: ResumableMember): Promise<void> {
  if ((await member.join(store, 'r', capacity)) === 'seated') member.take(1)
}

/** @param isDoubled  over two sockets at once, of which the one with the lower attempt arrives last */
async function resume(
  store: RoomStore,
  clock: ManualClock,
  members: ResumableMember[],
  index: number,
  seen: Seen,
  isDoubled: boolean,
): Promise<void> {
  const member = members[index]
  if (member === undefined) return
  const isOver = member.awayAtMs !== undefined && clock.now() - member.awayAtMs >= resumeWindowMs
  const attempt = member.attempt + (isDoubled ? 2 : 1)
  const outcome = await member.resume(store, attempt)
  check(outcome === (isOver ? 'gone' : 'resumed'), `${outcome}, ${isOver ? 'after' : 'within'} the window`)
  if (isOver) {
    seen.expired += 1
    members[index] = new ResumableMember()
    return
  }
  seen.resumed += 1
  member.awayAtMs = undefined
  if (isDoubled) {
    check((await member.resume(store, attempt - 1)) === 'stale', 'an older attempt was taken')
    check(member.isAttached, 'an older attempt has cost the seat')
    // It does not wait to be told what has been taken.
    await member.sayAgain()
  }
  member.take(1)
  await member.sayAgain()
}

async function comeToRest(store: RoomStore, clock: ManualClock, members: ResumableMember[], seen: Seen): Promise<void> {
  for (const [index, member] of members.entries()) {
    if (member.peerId !== undefined && !member.isAttached) await resume(store, clock, members, index, seen, false)
  }
  for (const member of members) member.take()
}

function checkRest(members: readonly ResumableMember[], seen: Seen): void {
  const present = members.filter(({ isAttached }) => isAttached)
  check(present.length <= capacity, 'more members than places')
  for (const member of members) {
    check(member.faults.length === 0, member.faults.join(', '))
    seen.resyncs += member.resyncs
  }
  for (const member of present) {
    check(member.known.size === present.length - 1, 'a member is missing, or one too many is listed')
    for (const other of present) {
      if (other === member || other.peerId === undefined || member.peerId === undefined) continue
      check(member.known.get(other.peerId) !== other.known.get(member.peerId), 'not exactly one initiator')
      const taken = member.taken.get(other.peerId)
      seen.taken += taken ?? 0
      if (member.resyncs === 0)
        check(
          (taken ?? 0) === (other.said.get(member.peerId) ?? 0),
          `${taken} of ${other.said.get(member.peerId)} came`,
        )
    }
  }
}

function check(isTrue: boolean, otherwise: string): void {
  if (!isTrue) throw new Error(otherwise)
}
