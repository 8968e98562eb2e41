import { setTimeout as elapse } from 'node:timers/promises'
import t from 'tap'
import { Nodes } from './nodes.js'
import { RedisCluster } from './redis-cluster.js'
import { randomFrom, Swarm } from './swarm.js'

const healingMs = 15_000

t.test('slots with rooms in them move while members talk: nothing is lost or said to be', async (t) => {
  const cluster = await RedisCluster.start(t)
  const nodes = await Nodes.start(t, 2, cluster.url)
  const seed = Date.now() >>> 0
  const swarm = new Swarm(nodes, { clients: 30, rooms: 10, random: randomFrom(seed) })
  t.teardown(() => swarm.close())
  await swarm.begin()
  for (const count of await cluster.keyCounts()) t.ok(count > 0, 'each master has rooms')
  for (const room of ['room 0', 'room 1', 'room 2']) {
    t.ok((await cluster.moveSlotOf(`signalbox:1:{${room}}`, 200)) >= 2, 'a room and its log went along')
    await elapse(500)
  }
  const tally = await swarm.rest(healingMs)
  t.comment(`seed ${seed}: ${JSON.stringify(tally)}`)
  const { lost, doubled, disordered, left, resyncs, seatsLost } = tally
  t.strictSame(
    { lost, doubled, disordered, left, resyncs, seatsLost },
    { lost: 0, doubled: 0, disordered: 0, left: 0, resyncs: 0, seatsLost: 0 },
  )
  t.strictSame([swarm.faults, nodes.complaints], [[], []])
  t.ok(swarm.isAgreed, 'all know of each other')
  t.ok(tally.taken > 500, 'enough has happened')
})

t.test('a master is killed, and its replica takes over: what was lost is stated, and calls go on', async (t) => {
  const cluster = await RedisCluster.start(t)
  const nodes = await Nodes.start(t, 2, cluster.url)
  const seed = Date.now() >>> 0
  const swarm = new Swarm(nodes, { clients: 30, rooms: 10, random: randomFrom(seed) })
  t.teardown(() => swarm.close())
  await swarm.begin()
  await elapse(1500)
  await cluster.failOver(250)
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
})
