import { setTimeout as elapse } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { shiftedClock } from '../shifted-clock.js'
import { endure } from './endure.js'
import { Nodes } from './nodes.js'
import { Sentinels, type SentinelsOptions } from './sentinel.js'

/** Members who talk while the master is killed, and its replica takes over. */
async function failOver(t: Test, options: SentinelsOptions, clock: Record<string, string> = {}): Promise<void> {
  const sentinels = await Sentinels.start(t, options)
  const nodes = await Nodes.start(t, 2, sentinels.url, clock)
  const befall = async (): Promise<void> => {
    await elapse(1500)
    await sentinels.failOver(250)
  }
  const tally = await endure(t, nodes, { clients: 30, rooms: 10, befall, talkMs: 3000 })
  t.strictSame([tally.left, tally.seatsLost], [0, 0])
  t.ok(tally.resyncs > 0, 'something was lost')
}

t.test('the master is killed, and its replica takes over: what was lost is stated, and calls go on', (t) =>
  failOver(t, { password: 'of the store', sentinelPassword: 'of the sentinels' }),
)

for (const [replicaClock, clock] of [
  ['+1h', '-2h'],
  ['-1h', '+2h'],
] as const) {
  t.test(`the same, where the replica's clock is off by ${replicaClock}, and ours by ${clock}`, (t) =>
    failOver(t, { replicaClock }, shiftedClock(clock)),
  )
}
