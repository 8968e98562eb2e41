import fc from 'fast-check'
import type { Clock } from '../../plugins/rooms/clock.js'
import type { RoomStore, Sink } from '../../plugins/rooms/room-store.js'
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
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reload' as const), who, isTold: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('acknowledge' as const), who }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rename' as const), who }) },
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

/** A moment in which anything else may happen: the scheduler says when it is over. */
export type Pause = () => Promise<unknown>

/**
 * The same histories, but each member goes its way without waiting for the others: what they ask of the store is under way at the
 * same time, and arrives, and is answered, in any order. Time stands still.
 *
 * @param makeStore  is given what a store waits for between one step of its own and the next
 * @throws           as `resumeHistories`
 */
export async function concurrentHistories(
  makeStore: (clock: Clock, pause: Pause) => RoomStore,
  numRuns: number,
): Promise<Seen> {
  const seen = { taken: 0, resumed: 0, expired: 0, resyncs: 0 }
  const steps = fc.array(step, { minLength: 20, maxLength: 80, size: 'max' })
  await fc.assert(
    fc.asyncProperty(steps, fc.scheduler(), async (steps, scheduler) => {
      const clock = new ManualClock()
      const pause: Pause = () => scheduler.schedule(Promise.resolve())
      const inner = makeStore(clock, pause)
      const store = delayed(inner, pause)
      const members = Array.from({ length: memberCount }, () => new ResumableMember())
      const ways = members.map(async (_member, index) => {
        for (const next of steps) {
          if (!('who' in next) || next.who !== index) continue
          await go(store, clock, members, next, seen)
          check(inner.size.seats <= capacity, `${inner.size.seats} seats of ${capacity}`)
        }
      })
      await scheduler.waitFor(Promise.all(ways))
      await scheduler.waitFor(comeToRest(store, clock, members, seen))
      checkRest(members, seen)
      await scheduler.waitFor(Promise.all(members.map(({ seat }) => seat?.leave('left'))))
      clock.advance(120_000)
      check(inner.size.rooms === 0 && inner.size.seats === 0 && clock.pending === 0, 'something is left')
    }),
    { numRuns, endOnFailure: true },
  )
  return seen
}

/** Whatever is asked of it, or of a seat in it, arrives later, and is answered later still. */
function delayed<Asked extends object>(asked: Asked, pause: Pause): Asked {
  return new Proxy(asked, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target)
      if (typeof value !== 'function') return value
      return async (...given: unknown[]) => {
        await pause()
        const answer: unknown = await Reflect.apply(
          value,
          target,
          given.map((what) => (isSink(what) ? sinkOf(what, pause) : what)),
        )
        await pause()
        return answer
      }
    },
  })
}

function isSink(what: unknown): what is Sink {
  return typeof what === 'object' && what !== null && 'deliver' in what
}

function sinkOf(sink: Sink, pause: Pause): Sink {
  return {
    seated: (seat) => sink.seated(delayed(seat, pause)),
    resumed: (seat, missed) => sink.resumed(delayed(seat, pause), missed),
    deliver: (entry, link) => sink.deliver(entry, link),
    fenced: () => sink.fenced(),
  }
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
    case 'reload':
      if (member.peerId !== undefined) await reload(store, clock, members, index, next.isTold)
      break
    case 'acknowledge':
      if (member.peerId !== undefined && member.isAttached)
        check((await member.seat?.acknowledge(member.last)) === true, 'what was told could not be acknowledged')
      break
    case 'rename':
      if (member.isAttached && member.peerId !== undefined) await member.rename(`${clock.now()}`)
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

/** @param isTold  whether the page that goes can still say so */
async function reload(
  store: RoomStore,
  clock: ManualClock,
  members: ResumableMember[],
  index: number,
  isTold: boolean,
): Promise<void> {
  const member = members[index]
  if (member?.peerId === undefined) return
  const isOver = member.awayAtMs !== undefined && clock.now() - member.awayAtMs >= resumeWindowMs
  const { peerId, roomId, attempt } = member
  if (isTold) check((await store.release(roomId, peerId, attempt)) === !isOver, 'its own seat could not be given up')
  const again = new ResumableMember()
  members[index] = again
  const outcome = await again.join(store, roomId, capacity, { peerId, attempt: attempt + 1 })
  check(outcome === 'seated' || isOver, 'a reload has cost the seat')
  if (outcome === 'seated') again.take(1)
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
