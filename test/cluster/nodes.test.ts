import { setTimeout as elapse } from 'node:timers/promises'
import t from 'tap'
import { startRedis } from '../redis-server.js'
import { Nodes } from './nodes.js'
import { randomFrom, Swarm } from './swarm.js'

const nothing = { lost: 0, doubled: 0, disordered: 0, left: 0, resyncs: 0, seatsLost: 0 }

t.test(
  'nodes are killed, and no message is lost, doubled or out of order, and nobody is said to have left',
  async (t) => {
    const redis = await startRedis(t)
    const nodes = await Nodes.start(t, 3, redis.url)
    const seed = Date.now() >>> 0
    const swarm = new Swarm(nodes, { clients: 60, rooms: 20, random: randomFrom(seed) })
    t.teardown(() => swarm.close())
    await swarm.begin()
    for (let kill = 0; kill < 4; kill += 1) {
      await elapse(1500)
      await nodes.kill(kill)
      await nodes.add()
    }
    await elapse(1000)
    const tally = await swarm.rest()
    t.comment(`seed ${seed}, ${nodes.kills} killed: ${JSON.stringify(tally)}`)
    const { lost, doubled, disordered, left, resyncs, seatsLost } = tally
    t.strictSame({ lost, doubled, disordered, left, resyncs, seatsLost }, nothing)
    t.strictSame([swarm.faults, nodes.complaints], [[], []])
    t.ok(swarm.isAgreed, 'all know of each other')
    // Of some the node was killed before it could say so.
    const losers = tally.lowerFenced + tally.lowerOvertaken
    t.ok(losers > 20 && losers <= tally.doubleResumes, 'of two attempts the lower one never keeps the seat')
    t.ok(tally.sent > 1000 && tally.resumed > 100 && tally.doubleResumes > 20, 'enough has happened')
  },
)

t.test('nodes are replaced one after the other, as in a rolling deploy, and nobody notices', async (t) => {
  const redis = await startRedis(t)
  const nodes = await Nodes.start(t, 2, redis.url, { SIGNALBOX_DRAIN_MS: '2000' })
  const seed = Date.now() >>> 0
  const swarm = new Swarm(nodes, { clients: 40, rooms: 10, random: randomFrom(seed) })
  t.teardown(() => swarm.close())
  await swarm.begin()
  for (let replaced = 0; replaced < 2; replaced += 1) {
    await nodes.add()
    t.equal(await nodes.stop(0), 0)
  }
  const tally = await swarm.rest()
  t.comment(`seed ${seed}: ${JSON.stringify(tally)}`)
  const { lost, doubled, disordered, left, resyncs, seatsLost } = tally
  t.strictSame({ lost, doubled, disordered, left, resyncs, seatsLost }, nothing)
  t.strictSame([swarm.faults, nodes.complaints], [[], []])
  t.ok(swarm.isAgreed, 'all know of each other')
})
