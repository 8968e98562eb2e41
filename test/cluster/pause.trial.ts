import { setTimeout as elapse } from 'node:timers/promises'
import t from 'tap'
import { startRedis } from '../redis-server.js'
import { endure, losses, nothing } from './endure.js'
import { Nodes } from './nodes.js'
import { storeFaults } from './store-faults.js'

t.test('the store stands still for a minute, twice a lease: nothing is lost, and nobody has left', async (t) => {
  const redis = await startRedis(t)
  const nodes = await Nodes.start(t, 2, redis.url)
  const befall = async (): Promise<void> => {
    await elapse(1500)
    await storeFaults.pause(redis, 60_000)
  }
  t.strictSame(losses(await endure(t, nodes, { clients: 30, rooms: 10, befall, talkMs: 1500 })), nothing)
})
