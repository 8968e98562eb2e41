import { setTimeout as elapse } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { startRedis } from '../redis-server.js'
import { endure, losses, nothing } from './endure.js'
import { Nodes } from './nodes.js'
import { type StoreFault, storeFaults } from './store-faults.js'
import type { Tally } from './swarm.js'

/** Members who talk while something befalls the store. */
async function endureFault(t: Test, fault: StoreFault): Promise<Tally> {
  const redis = await startRedis(t)
  const nodes = await Nodes.start(t, 2, redis.url)
  const befall = async (): Promise<void> => {
    await elapse(1500)
    await storeFaults[fault](redis)
  }
  return endure(t, nodes, { clients: 30, rooms: 10, befall, talkMs: 1500 })
}

t.test('the store stands still for five seconds: nothing is lost, and nobody is said to have left', async (t) => {
  t.strictSame(losses(await endureFault(t, 'pause')), nothing)
})

for (const fault of ['kill', 'flush', 'rollback'] as const) {
  t.test(`${fault}: what the store has lost is stated, and calls go on`, async (t) => {
    const tally = await endureFault(t, fault)
    t.equal(tally.left, 0, 'nobody is said to have left')
    t.equal(tally.seatsLost, 0, 'seats are brought back')
    t.ok(tally.resyncs > 0)
  })
}
