import fc from 'fast-check'
import type { RoomStore } from '../../plugins/rooms/room-store.js'
import { check } from './check.js'
import { deafSink } from './deaf-sink.js'
import type { ManualClock } from './manual-clock.js'
import { ResumableMember, type Span } from './resumable-member.js'

export const memberCount = 5
export const capacity = 3
const resumeWindowMs = 30_000
const reloadWindowMs = 5000
const who = fc.nat(memberCount - 1)

/** What can happen in a history. */
export const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('enter' as const), who }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('say' as const), who, to: fc.nat(memberCount) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('take' as const), who, count: fc.nat(6) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('break' as const), who, isNoticed: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('resume' as const), who, isDoubled: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('replay' as const), who }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave' as const), who }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reload' as const), who, isTold: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('acknowledge' as const), who }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rename' as const), who }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(500, 4000, 31_000) }) },
)
export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** What random histories have come across, so that a run that proves nothing is noticed. */
export interface Seen {
  taken: number
  resumed: number
  expired: number
  resyncs: number
  /** How often the window was over between a question and its answer. */
  raced: number
  /** How many names were said, and how many of them the others knew in the end. */
  renamed: number
  named: number
  /** Of two attempts at once: the lower one had the seat for a moment, or came too late for it. */
  fenced: number
  overtaken: number
}

export function nothingSeen(): Seen {
  return { taken: 0, resumed: 0, expired: 0, resyncs: 0, raced: 0, renamed: 0, named: 0, fenced: 0, overtaken: 0 }
}

/** One history, as far as it has come. */
export interface World {
  readonly store: RoomStore
  readonly clock: ManualClock
  readonly members: ResumableMember[]
  readonly seen: Seen
  /** Whether other things may happen while one is under way, time included. */
  readonly isConcurrent: boolean
}

/** Does what one member does. */
export async function go(world: World, next: Step): Promise<void> {
  if (next.kind === 'wait') return world.clock.advance(next.ms)
  const { store, clock, members } = world
  const member = members[next.who]
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
      if (member.peerId === undefined || !member.isAttached) break
      if (next.isNoticed) {
        const fromMs = clock.now()
        await member.break()
        member.absence = { fromMs, toMs: clock.now() }
      } else member.breakUnnoticed()
      break
    case 'resume':
      if (member.peerId !== undefined && !member.isAttached) await resume(world, next.who, next.isDoubled)
      break
    case 'replay':
      // Somebody has recorded a resume, and sends it again.
      if (member.peerId !== undefined && member.attempt > 0) {
        const wasAttached = member.isAttached
        const outcome = await store.resume(
          member.roomId,
          { peerId: member.peerId, attempt: member.attempt, seq: member.last },
          deafSink,
        )
        check(outcome !== 'resumed', 'a recorded resume was taken')
        check(member.isAttached === wasAttached, 'a recorded resume has cost the seat')
      }
      break
    case 'leave':
      if (!member.isAttached || member.peerId === undefined) break
      await member.seat?.leave('left')
      members[next.who] = new ResumableMember()
      break
    case 'reload':
      if (member.peerId !== undefined) await reload(world, next.who, next.isTold)
      break
    case 'acknowledge':
      if (member.peerId !== undefined && member.isAttached)
        check((await member.seat?.acknowledge(member.last)) === true, 'what was told could not be acknowledged')
      break
    case 'rename':
      if (member.isAttached && member.peerId !== undefined) {
        world.seen.renamed += 1
        await member.rename(`${world.seen.renamed}`)
      }
      break
  }
}

async function enter(store: RoomStore, member: ResumableMember): Promise<void> {
  if ((await member.join(store, 'r', capacity)) === 'seated') member.take(1)
}

/**
 * Comes back, and finds its seat by the newest attempt: surely, if the window cannot be over when the answer has come, and surely
 * not, if it must have been over before it asked. Between the two either may be.
 *
 * @param isDoubled  over two sockets. Where only one thing happens at a time, the one with the lower attempt arrives last
 */
export async function resume(world: World, index: number, isDoubled: boolean): Promise<void> {
  const { store, clock, members, seen, isConcurrent } = world
  const member = members[index]
  if (member === undefined) return
  const dead = member.dead.splice(0)
  const askedMs = clock.now()
  // The service may notice only now that the socket before is dead, and the window begin with that.
  const noticed = isConcurrent && dead.length > 0 ? { fromMs: askedMs, toMs: Number.POSITIVE_INFINITY } : undefined
  const { absence = noticed } = member
  const attempt = member.attempt + (isDoubled ? 2 : 1)
  const [outcome, atOnce] = await Promise.all([
    member.resume(store, attempt),
    isDoubled && isConcurrent ? member.resume(store, attempt - 1) : undefined,
    ...(isConcurrent ? dead.map((seat) => seat.away()) : []),
  ])
  if (!checkWindow(outcome === 'resumed', absence, askedMs, clock.now(), outcome)) seen.raced += 1
  if (outcome !== 'resumed') {
    check(outcome === 'gone' && (atOnce ?? 'gone') === 'gone', `${outcome}, and ${atOnce} by an older attempt`)
    seen.expired += 1
    members[index] = new ResumableMember()
    return
  }
  seen.resumed += 1
  member.absence = undefined
  if (isDoubled) {
    const older = atOnce ?? (await member.resume(store, attempt - 1))
    check(older === 'stale' || (older === 'resumed' && isConcurrent), `an older attempt was taken: ${older}`)
    if (older === 'stale') seen.overtaken += 1
    else seen.fenced += 1
  }
  check(member.heldBy === attempt, 'an older attempt has cost the seat')
  // Over the second of two sockets it does not wait to be told what has been taken.
  if (isDoubled) await member.sayAgain()
  member.take(1)
  await member.sayAgain()
  if (isConcurrent) return
  // What the dead socket still had comes late.
  for (const seat of dead) {
    await seat.send([...member.known.keys()][0], Buffer.from('{"from":"nobody","k":-1}'))
    await seat.away()
  }
}

/** @returns whether there was only one answer to give */
function checkWindow(
  isHeld: boolean,
  absence: Span | undefined,
  askedMs: number,
  toldMs: number,
  what: string,
): boolean {
  const isOver = absence !== undefined && askedMs - absence.toMs >= resumeWindowMs
  const isWithin = absence === undefined || toldMs - absence.fromMs < resumeWindowMs
  if (isOver) check(!isHeld, `${what}, after the window`)
  else if (isWithin) check(isHeld, `${what}, within the window`)
  return isOver || isWithin
}

/** @param isTold  whether the page that goes can still say so */
async function reload({ store, clock, members }: World, index: number, isTold: boolean): Promise<void> {
  const member = members[index]
  if (member?.peerId === undefined) return
  const { peerId, roomId, attempt, absence } = member
  const askedMs = clock.now()
  let isReleased = false
  if (isTold) {
    isReleased = await store.release(roomId, peerId, attempt)
    checkWindow(isReleased, absence, askedMs, clock.now(), isReleased ? 'given up' : 'could not be given up')
  }
  const again = new ResumableMember()
  members[index] = again
  const outcome = await again.join(store, roomId, capacity, { peerId, attempt: attempt + 1 })
  const toldMs = clock.now()
  if (outcome === 'seated') return again.take(1)
  if (isReleased) check(toldMs - askedMs >= reloadWindowMs, 'a reload has cost the place')
  else if (!isTold) checkWindow(false, absence, askedMs, toldMs, 'a reload has cost the seat')
}
