import { setTimeout as elapse } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { shiftedClock } from '../shifted-clock.js'
import { Nodes } from './nodes.js'
import { Sentinels, type SentinelsOptions } from './sentinel.js'
import { randomFrom, Swarm } from './swarm.js'

/** How long it may take until all is as it was. */
const healingMs = 15_000

/** Members who talk while the master is killed, and its replica takes over. */
async function endure(t: Test, options: SentinelsOptions, clock: Record<string, string> = {}): Promise<void> {
  const sentinels = await Sentinels.start(t, options)
  const nodes = await Nodes.start(t, 2, sentinels.url, clock)
  const seed = Date.now() >>> 0
  const swarm = new Swarm(nodes, { clients: 30, rooms: 10, random: randomFrom(seed) })
  t.teardown(() => swarm.close())
  await swarm.begin()
  await elapse(1500)
  await sentinels.failOver(250)
  const healedByMs = performance.now() + healingMs
  await elapse(3000)
  const tally = await swarm.rest(healedByMs - performance.now())
  t.comment(`seed ${seed}: ${JSON.stringify(tally)}`)
  t.strictSame([swarm.faults, nodes.complaints], [[], []])
  t.ok(await swarm.agree(healedByMs - performance.now()), 'all know of each other')
  const { lost, doubled, left, seatsLost } = tally
  t.strictSame({ lost, doubled, left, seatsLost }, { lost: 0, doubled: 0, left: 0, seatsLost: 0 })
  t.ok(tally.resyncs > 0, 'something was lost')
  t.ok(tally.taken > 500, 'enough has happened')
}

t.test('the master is killed, and its replica takes over: what was lost is stated, and calls go on', (t) =>
  endure(t, { password: 'of the store', sentinelPassword: 'of the sentinels' }),
)

for (const [replicaClock, clock] of [
  ['+1h', '-2h'],
  ['-1h', '+2h'],
] as const) {
  t.test(`the same, where the replica's clock is off by ${replicaClock}, and ours by ${clock}`, (t) =>
    endure(t, { replicaClock }, shiftedClock(clock)),
  )
}
