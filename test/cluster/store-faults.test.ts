import { setTimeout as elapse } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { type RedisServer, startRedis } from '../redis-server.js'
import { Nodes } from './nodes.js'
import { type StoreFault, storeFaults } from './store-faults.js'
import { randomFrom, Swarm, type Tally } from './swarm.js'

/** How long it may take until all is as it was. */
const healingMs = 15_000

/** Members who talk while something befalls the store. */
async function endure(t: Test, fault: StoreFault): Promise<{ tally: Tally; swarm: Swarm; redis: RedisServer }> {
  const redis = await startRedis(t)
  const nodes = await Nodes.start(t, 2, redis.url)
  const seed = Date.now() >>> 0
  const swarm = new Swarm(nodes, { clients: 30, rooms: 10, random: randomFrom(seed) })
  t.teardown(() => swarm.close())
  await swarm.begin()
  await elapse(1500)
  await storeFaults[fault](redis)
  await elapse(1500)
  const tally = await swarm.rest(healingMs)
  t.comment(`${fault}, seed ${seed}: ${JSON.stringify(tally)}`)
  t.strictSame([swarm.faults, nodes.complaints], [[], []])
  t.ok(await swarm.agree(healingMs), 'all know of each other')
  t.equal(tally.doubled, 0, 'nothing comes twice')
  t.equal(tally.lost, 0, 'what does not come is said to be lost')
  t.ok(tally.taken > 500, 'enough has happened')
  return { tally, swarm, redis }
}

t.test('the store stands still for five seconds: nothing is lost, and nobody is said to have left', async (t) => {
  const { tally } = await endure(t, 'pause')
  const { left, resyncs, seatsLost, disordered } = tally
  t.strictSame({ left, resyncs, seatsLost, disordered }, { left: 0, resyncs: 0, seatsLost: 0, disordered: 0 })
})

for (const fault of ['kill', 'flush', 'rollback'] as const) {
  t.test(`${fault}: what the store has lost is stated, and calls go on`, async (t) => {
    const { tally } = await endure(t, fault)
    t.equal(tally.left, 0, 'nobody is said to have left')
    t.equal(tally.seatsLost, 0, 'seats are brought back')
    t.ok(tally.resyncs > 0)
  })
}
