import fc from 'fast-check'
import t from 'tap'
import { type Observation, RecoveryLadder, type Remedy } from '../../public/sdk/recovery-ladder.js'

type Look = Pick<Observation, 'state' | 'flow'> & Partial<Pick<Observation, 'isBroken' | 'canRebuild'>>

const well: Look = { state: 'connected', flow: 'flowing' }
const silent: Look = { state: 'connected', flow: 'silent' }
const away: Look = { state: 'disconnected', flow: 'silent' }
const failed: Look = { state: 'failed', flow: 'silent' }

/** Looks once in a second. @returns at which second which remedy was asked for */
function watch(ladder: RecoveryLadder, looks: readonly Look[], fromSecond = 0): [number, Remedy][] {
  return looks.flatMap((look, index) => {
    const nowMs = (fromSecond + index) * 1000
    const remedy = ladder.look({ nowMs, isBroken: false, canRebuild: true, ...look })
    if (remedy === 'rebuild') ladder.onRebuilt(nowMs)
    return remedy === undefined ? [] : [[fromSecond + index, remedy]]
  })
}

const times = (count: number, look: Look): Look[] => Array.from({ length: count }, () => look)

t.test('what is well is left alone, also when nobody sends', async (t) => {
  const ladder = new RecoveryLadder(0, 0)
  t.strictSame(watch(ladder, [...times(60, well), ...times(60, { state: 'connected', flow: 'idle' })]), [])
  t.equal(ladder.condition('connected', 120_000), 'live')
})

t.test('as long as bytes come it is well, whatever the browser says of a restart', async (t) => {
  const ladder = new RecoveryLadder(0, 0)
  watch(ladder, [well])
  for (const state of ['disconnected', 'connecting'] as const) {
    t.strictSame(watch(ladder, times(20, { state, flow: 'flowing' }), 1), [])
    t.equal(ladder.condition(state, 20_500), 'live')
  }
  t.strictSame(watch(ladder, times(4, away), 21), [[24, 'restart']])
  t.equal(ladder.condition('disconnected', 24_000), 'unstable')
})

t.test('two seconds of silence are unstable; after two more, ICE is restarted; and again after five', async (t) => {
  const ladder = new RecoveryLadder(0, 0)
  watch(ladder, [well])
  t.strictSame(watch(ladder, times(4, away), 1), [[4, 'restart']])
  t.equal(ladder.condition('disconnected', 4000), 'unstable')
  t.strictSame(watch(ladder, times(6, away), 5), [[9, 'restart']])
  t.strictSame(watch(ladder, times(3, well), 11), [])
  t.equal(ladder.condition('connected', 13_000), 'live')
})

t.test('connected, but silent after a restart: there is a new connection', async (t) => {
  const ladder = new RecoveryLadder(0, 0)
  watch(ladder, [well])
  t.strictSame(watch(ladder, times(8, silent), 1), [
    [4, 'restart'],
    [7, 'rebuild'],
  ])
})

t.test('failed, or broken: a new connection at once, then at growing intervals, for ever', async (t) => {
  for (const look of [failed, { ...well, isBroken: true }]) {
    const ladder = new RecoveryLadder(0, 0)
    const seconds = watch(ladder, times(600, look)).map(([second]) => second)
    t.strictSame(seconds.slice(0, 6), [0, 1, 3, 7, 15, 23])
    t.equal((seconds.at(-1) ?? 0) - (seconds.at(-2) ?? 0), 30)
  }
})

t.test('while the other side cannot be told there is no new connection, but one at once when it can', async (t) => {
  const ladder = new RecoveryLadder(0, 0)
  watch(ladder, [well])
  const cut = { canRebuild: false }
  t.strictSame(watch(ladder, times(15, { ...silent, ...cut }), 1), [
    [4, 'restart'],
    [9, 'restart'],
    [14, 'restart'],
  ])
  t.strictSame(watch(ladder, times(10, { ...failed, ...cut }), 16), [])
  t.strictSame(watch(ladder, times(2, failed), 26), [
    [26, 'rebuild'],
    [27, 'rebuild'],
  ])
})

t.test('the patience with a connection comes back when it has been well for a while', async (t) => {
  const ladder = new RecoveryLadder(0, 0)
  watch(ladder, times(30, failed))
  watch(ladder, times(15, well), 30)
  t.strictSame(watch(ladder, [failed, failed], 45), [
    [45, 'rebuild'],
    [46, 'rebuild'],
  ])
})

t.test('the polite side waits for the other, and does not restart what that one restarts', async (t) => {
  const ladder = new RecoveryLadder(0, 1500)
  watch(ladder, [well])
  t.strictSame(watch(ladder, times(4, away), 1), [])
  ladder.onRestarted(4500)
  t.strictSame(watch(ladder, times(5, away), 5), [])
  t.strictSame(watch(new RecoveryLadder(0, 1500), [failed, failed, failed]), [[2, 'rebuild']])
})

t.test('a first connection that does not come about is tried anew', async (t) => {
  const ladder = new RecoveryLadder(0, 0)
  t.equal(ladder.condition('connecting', 0), 'connecting')
  t.strictSame(watch(ladder, times(45, { state: 'connecting', flow: 'silent' })), [
    [20, 'rebuild'],
    [40, 'rebuild'],
  ])
})

t.test('after a pause in looking it starts from what it sees then', async (t) => {
  const ladder = new RecoveryLadder(0, 0)
  watch(ladder, [well])
  ladder.skip(60_000)
  t.strictSame(watch(ladder, [silent, well], 60), [])
})

t.test(
  'whatever it sees: at most one remedy in a second but the first two, never on a connection that is well',
  async (t) => {
    const look = fc.constantFrom<Look>(well, silent, away, failed, { state: 'connecting', flow: 'unknown' })
    fc.assert(
      fc.property(fc.array(look, { maxLength: 200 }), (looks) => {
        const remedies = watch(new RecoveryLadder(0, 0), looks)
        for (const [second, remedy] of remedies) {
          if (looks[second] === well && looks[second - 1] === well) throw new Error(`${remedy} of what is well`)
        }
        const rebuilt = remedies.filter(([, remedy]) => remedy === 'rebuild')
        if (rebuilt.length > 3 + looks.length / 7)
          throw new Error(`made anew ${rebuilt.length} times in ${looks.length} s`)
      }),
      { numRuns: 2000 },
    )
    t.pass('held on 2000 random histories')
  },
)
