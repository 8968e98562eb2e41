import t from 'tap'
import { Rounds, type Ticking } from '../../plugins/signaling/rounds.js'

/** Runs rounds from one time to another, as a timer would. @returns when each was ticked */
function runner(count: number, periodMs: number) {
  const ticks: number[][] = Array.from({ length: count }, () => [])
  const rounds = new Rounds<Ticking>(periodMs)
  const all = ticks.map((times) => ({ tick: (nowMs: number) => void times.push(nowMs) }))
  for (const one of all) rounds.add(one)
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
  t.equal(new Rounds(10).everyMs, 10)
  t.equal(new Rounds(25).everyMs, 12.5)
  t.equal(new Rounds(1000).everyMs, 62.5)
})

t.test('who comes is ticked from then on, and who goes is not', async (t) => {
  const { ticks, all, rounds, runUntil } = runner(32, 1000)
  runUntil(2500)
  const [first] = all
  t.ok(first && rounds.delete(first))
  t.notOk(first && rounds.delete(first), 'it is gone')
  const late: number[] = []
  rounds.add({ tick: (nowMs) => void late.push(nowMs) })
  t.strictSame([rounds.size, [...rounds].length], [32, 32])
  runUntil(10_000)
  t.ok((ticks[0]?.length ?? 4) <= 3)
  t.equal(ticks[1]?.length, 10)
  t.ok(late.length >= 7 && (late[0] ?? 0) < 3600, `${late}`)
})

t.test('however many come and go, each of those who stay is ticked in each period', async (t) => {
  const { ticks, rounds, runUntil } = runner(5, 1000)
  for (let ms = 0; ms < 10_000; ms += rounds.everyMs) {
    const fleeting = Array.from({ length: 20 }, () => ({ tick: () => {} }))
    for (const one of fleeting) rounds.add(one)
    runUntil(ms + rounds.everyMs)
    for (const one of fleeting.slice(0, 19)) rounds.delete(one)
  }
  t.strictSame(
    ticks.map(({ length }) => length),
    [10, 10, 10, 10, 10],
  )
  t.equal(rounds.size, 165)
})

t.test('who is thrown out by the tick of another is not ticked', async (t) => {
  const rounds = new Rounds<Ticking>(10)
  const seen: string[] = []
  const second = { tick: () => void seen.push('second') }
  rounds.add({
    tick: () => {
      seen.push('first')
      rounds.delete(second)
    },
  })
  rounds.add(second)
  rounds.run(0)
  t.strictSame(seen, ['first'])
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
