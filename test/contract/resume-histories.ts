import fc from 'fast-check'
import type { Test } from 'tap'
import type { Clock } from '../../plugins/rooms/clock.js'
import type { RoomStore } from '../../plugins/rooms/room-store.js'
import { check } from './check.js'
import { delayed, type Pause } from './delayed-store.js'
import { ManualClock } from './manual-clock.js'
import { ResumableMember } from './resumable-member.js'
import type { MakeResumableStore } from './resume-contract.js'
import { checkRest, comeToRest } from './resume-rest.js'
import { capacity, go, memberCount, nothingSeen, type Seen, step, type World } from './resume-steps.js'

/**
 * What must hold on any history, one thing after the other and all at once, with the service's own times.
 *
 * @param share  of 2000 histories: a store on another machine has less time for each
 */
export function resumeHistoriesContract(t: Test, makeStore: MakeResumableStore, share = 1): void {
  t.test('thousands of random histories of members who come back', async (t) => {
    const seen = await resumeHistories((clock) => makeStore(clock), 2000 * share)
    const least = { taken: 900 * share, named: 500 * share, resumed: 1000 * share, expired: 100 * share }
    t.ok(isAtLeast(seen, least), JSON.stringify(seen))
  })

  t.test('the same with everything under way at once, time included', async (t) => {
    const seen = await concurrentHistories((clock) => makeStore(clock), 2000 * share)
    const least = { taken: 400 * share, named: 400 * share, resumed: 700 * share, expired: 100 * share }
    t.ok(isAtLeast(seen, least), JSON.stringify(seen))
    // Where an answer takes no time on the clock it is seldom that time runs out meanwhile.
    const met = { raced: share < 1 ? 0 : 30, fenced: 50 * share, overtaken: 50 * share }
    t.ok(isAtLeast(seen, met), 'time and attempts meet what is under way')
  })

  t.test('a log that is too small for some is a stated resync, and never a silent gap', async (t) => {
    const replay = { maxMessages: 3, maxBytes: 1_048_576, maxAgeMs: 55_000 }
    const seen = await resumeHistories((clock) => makeStore(clock, replay), 600 * share)
    t.ok(seen.resyncs > 50 * share, JSON.stringify(seen))
  })
}

function isAtLeast(seen: Seen, least: Partial<Seen>): boolean {
  return Object.entries(least).every(([name, count]) => seen[name as keyof Seen] >= count)
}

/**
 * Runs random histories of resumable members in one room against a store: sockets that break with frames on their way, are
 * noticed late or never, resume twice at once, with old attempts, or too late.
 *
 * @throws  when anything was lost, doubled, out of order or in two minds, or the room held too many
 */
export async function resumeHistories(makeStore: (clock: Clock) => RoomStore, numRuns: number): Promise<Seen> {
  const seen = nothingSeen()
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 120, size: 'max' }), async (steps) => {
      const clock = new ManualClock()
      const store = makeStore(clock)
      const world: World = { store, clock, members: newcomers(), seen, isConcurrent: false }
      for (const next of steps) {
        await go(world, next)
        check(store.size.seats <= capacity, `${store.size.seats} seats of ${capacity}`)
      }
      await comeToRest(world)
      checkRest(world)
      for (const { seat } of world.members) await seat?.leave('left')
      await clock.advance(120_000)
      check(store.size.rooms === 0 && store.size.seats === 0 && clock.pending === 0, 'something is left')
    }),
    { numRuns, endOnFailure: true },
  )
  return seen
}

/**
 * The same histories, but each member goes its way without waiting for the others, and so does time: what they ask of the store is
 * under way at the same time, and arrives, and is answered, in any order.
 *
 * @param makeStore  is given what a store waits for between one step of its own and the next: the scheduler says when it is over
 * @throws           as `resumeHistories`
 */
export async function concurrentHistories(
  makeStore: (clock: Clock, pause: Pause) => RoomStore,
  numRuns: number,
): Promise<Seen> {
  const seen = nothingSeen()
  const steps = fc.array(step, { minLength: 20, maxLength: 80, size: 'max' })
  await fc.assert(
    fc.asyncProperty(steps, fc.scheduler(), async (steps, scheduler) => {
      const clock = new ManualClock()
      const pause: Pause = () => scheduler.schedule(Promise.resolve())
      const inner = makeStore(clock, pause)
      const world: World = { store: delayed(inner, pause), clock, members: newcomers(), seen, isConcurrent: true }
      const ways = world.members.map(async (_member, index) => {
        for (const next of steps) {
          if (!('who' in next) || next.who !== index) continue
          await go(world, next)
          check(inner.size.seats <= capacity, `${inner.size.seats} seats of ${capacity}`)
        }
      })
      const time = async (): Promise<void> => {
        for (const [n, next] of steps.entries()) {
          // At about the pace of the members, so that it does not run ahead of them.
          if (n % 3 === 0 || next.kind === 'wait') await pause()
          if (next.kind === 'wait') await go(world, next)
        }
      }
      await drive(scheduler, Promise.all([...ways, time()]))
      await drive(scheduler, comeToRest(world))
      checkRest(world)
      await drive(scheduler, Promise.all(world.members.map(({ seat }) => seat?.leave('left'))))
      await clock.advance(120_000)
      check(inner.size.rooms === 0 && inner.size.seats === 0 && clock.pending === 0, 'something is left')
    }),
    { numRuns, endOnFailure: true },
  )
  return seen
}

/**
 * Lets what is scheduled happen until that is done, one thing after the other, each when nothing else can happen without it. The
 * scheduler's own `waitFor` counts out fifty promises for that, each time.
 */
async function drive(scheduler: fc.Scheduler, done: Promise<unknown>): Promise<void> {
  let isOver = false
  const over = (): void => {
    isOver = true
  }
  done.then(over, over)
  for (;;) {
    await new Promise(setImmediate)
    if (isOver) break
    if (scheduler.count() > 0) await scheduler.waitOne()
  }
  await done
}

function newcomers(): ResumableMember[] {
  return Array.from({ length: memberCount }, () => new ResumableMember())
}
