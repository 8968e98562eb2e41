import t from 'tap'
import { Rounds } from '../../plugins/signaling/rounds.js'

/** Runs rounds from one time to another, as a timer would. @returns when each was ticked */
function runner(count: number, periodMs: number) {
  const ticks: number[][] = Array.from({ length: count }, () => [])
  const all = new Set(ticks.map((times) => ({ tick: (nowMs: number) => void times.push(nowMs) })))
  const rounds = new Rounds(all, periodMs)
  let nowMs = 0
  const runUntil = (endMs: number): void => {
    for (; nowMs < endMs; nowMs += rounds.everyMs) rounds.run(nowMs)
  }
  const stall = (ms: number): void => {
    nowMs += ms
  }
  return { ticks, all, rounds, runUntil, stall }
}

t.test('each is ticked once in a period, and not all of them at once', async (t) => {
  for (const count of [1, 5, 16, 100, 1000]) {
    const { ticks, runUntil } = runner(count, 1000)
    runUntil(10_000)
    t.ok(ticks.every(({ length }) => length === 10))
    t.ok(
      ticks.every((times) => times.every((ms, k) => k === 0 || Math.abs(ms - (times[k - 1] ?? 0) - 1000) < 63)),
      'in even intervals',
    )
    const perRun = new Map<number, number>()
    for (const ms of ticks.flat()) perRun.set(ms, (perRun.get(ms) ?? 0) + 1)
    t.ok(Math.max(...perRun.values()) <= Math.ceil(count / 16), `${count}: a sixteenth of them at the most`)
  }
})

t.test('short periods have fewer parts', async (t) => {
  t.equal(new Rounds(new Set(), 10).everyMs, 10)
  t.equal(new Rounds(new Set(), 25).everyMs, 12.5)
  t.equal(new Rounds(new Set(), 1000).everyMs, 62.5)
})

t.test('who comes is ticked from then on, and who goes is not', async (t) => {
  const { ticks, all, runUntil } = runner(32, 1000)
  runUntil(2500)
  const [first] = all
  if (first !== undefined) all.delete(first)
  const late: number[] = []
  all.add({ tick: (nowMs) => void late.push(nowMs) })
  runUntil(10_000)
  t.equal(ticks[0]?.length, 3)
  t.equal(ticks[1]?.length, 10)
  t.ok(late.length >= 7 && (late[0] ?? 0) < 3600, `${late}`)
})

t.test('after a stall all have a period in which what they have said is read, but not again and again', async (t) => {
  const { ticks, runUntil, stall } = runner(16, 1000)
  runUntil(3000)
  stall(5000)
  runUntil(8990)
  t.ok(ticks.every(({ length }) => length === 3))
  runUntil(9950)
  t.ok(ticks.every(({ length }) => length === 4))
  stall(5000)
  runUntil(15_100)
  stall(5000)
  runUntil(21_200)
  t.ok(
    ticks.some(({ length }) => length > 4),
    'it goes on, however slowly',
  )
})
