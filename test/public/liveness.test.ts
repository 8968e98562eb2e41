import t from 'tap'
import { Liveness } from '../../public/sdk/liveness.js'
import { defaultsOf, Limits } from '../../schemas/index.js'

/** As the service says it to who can resume, by its defaults. */
const { pingIntervalMs, pongTimeoutMs } = defaultsOf(Limits)
const maxSilenceMs = pingIntervalMs + pongTimeoutMs

t.test('a socket is dead when it is silent for too long, or does not acknowledge', async (t) => {
  let nowMs = 0
  const start = (): { liveness: Liveness; dead: () => number; run: (toMs: number) => void } => {
    nowMs = 0
    let dead = 0
    const liveness = new Liveness({ maxSilenceMs, onDead: () => (dead += 1), now: () => nowMs })
    t.teardown(() => liveness.stop())
    const run = (toMs: number): void => {
      while (nowMs < toMs) {
        nowMs += 1000
        liveness.look()
      }
    }
    return { liveness, dead: () => dead, run }
  }
  const silent = start()
  silent.run(20_000)
  silent.liveness.heard()
  silent.run(44_000)
  t.equal(silent.dead(), 0)
  silent.run(45_000)
  t.equal(silent.dead(), 1)

  const owing = start()
  owing.liveness.sent()
  owing.run(4000)
  owing.liveness.acknowledged(false)
  owing.run(9000)
  owing.liveness.acknowledged(true)
  owing.run(20_000)
  t.equal(owing.dead(), 0)
  owing.liveness.heard()
  owing.liveness.sent()
  owing.run(22_000)
  owing.liveness.sent()
  owing.run(26_000)
  t.equal(owing.dead(), 1, 'from the first that is owed')

  const asleep = start()
  nowMs = 3_600_000
  asleep.liveness.look()
  t.equal(asleep.dead(), 0, 'what has come meanwhile is read first')
  // As in a page whose timers are held back: it looks once in a minute.
  nowMs += 60_000
  asleep.liveness.look()
  t.equal(asleep.dead(), 1)
})

t.test('it is dead after 25 s of silence at the most, whenever between two looks it was last heard', async (t) => {
  let lookEveryMs = 0
  t.intercept(globalThis, 'setInterval', {
    value: (_look: () => void, everyMs: number) => {
      lookEveryMs = everyMs
    },
  })
  const stepMs = 50
  const silencesMs: number[] = []
  for (let heardMs = 5000; heardMs <= 10_000; heardMs += stepMs) {
    let nowMs = 0
    let deadMs: number | undefined
    const onDead = (): void => {
      deadMs = nowMs
    }
    const liveness = new Liveness({ maxSilenceMs, onDead, now: () => nowMs })
    while (deadMs === undefined && nowMs < 60_000) {
      nowMs += stepMs
      if (nowMs % lookEveryMs === 0) liveness.look()
      if (nowMs === heardMs) liveness.heard()
    }
    silencesMs.push((deadMs ?? Number.POSITIVE_INFINITY) - heardMs)
  }
  const [leastMs, mostMs] = [Math.min(...silencesMs), Math.max(...silencesMs)]
  t.ok(leastMs > maxSilenceMs && mostMs <= 25_000, `${leastMs} to ${mostMs} ms`)
})
