import { setTimeout as elapse } from 'node:timers/promises'
import t from 'tap'
import { endure, losses, nothing } from './endure.js'
import { Nodes } from './nodes.js'
import { RedisCluster } from './redis-cluster.js'

t.test('slots with rooms in them move while members talk: nothing is lost or said to be', async (t) => {
  const cluster = await RedisCluster.start(t)
  const nodes = await Nodes.start(t, 2, cluster.url)
  const befall = async (): Promise<void> => {
    for (const count of await cluster.keyCounts()) t.ok(count > 0, 'each master has rooms')
    for (const room of ['room 0', 'room 1', 'room 2']) {
      t.ok((await cluster.moveSlotOf(`signalbox:1:{${room}}`, 200)) >= 2, 'a room and its log went along')
      await elapse(500)
    }
  }
  t.strictSame(losses(await endure(t, nodes, { clients: 30, rooms: 10, befall, talkMs: 0 })), nothing)
})

t.test('a master is killed, and its replica takes over: what was lost is stated, and calls go on', async (t) => {
  const cluster = await RedisCluster.start(t)
  const nodes = await Nodes.start(t, 2, cluster.url)
  const befall = async (): Promise<void> => {
    await elapse(1500)
    await cluster.failOver(250)
  }
  const tally = await endure(t, nodes, { clients: 30, rooms: 10, befall, talkMs: 3000 })
  t.strictSame([tally.left, tally.seatsLost], [0, 0])
  t.ok(tally.resyncs > 0, 'something was lost')
})
