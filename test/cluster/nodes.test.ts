import { once } from 'node:events'
import { setTimeout as elapse } from 'node:timers/promises'
import { Redis } from 'ioredis'
import t from 'tap'
import { Client } from '../helper.js'
import { startRedis } from '../redis-server.js'
import { endure, losses, nothing } from './endure.js'
import { buildLater } from './later-build.js'
import { Nodes } from './nodes.js'

t.test(
  'nodes are killed, and no message is lost, doubled or out of order, and nobody is said to have left',
  async (t) => {
    const redis = await startRedis(t)
    const nodes = await Nodes.start(t, 3, redis.url)
    const befall = async (): Promise<void> => {
      for (let kill = 0; kill < 4; kill += 1) {
        await elapse(1500)
        await nodes.kill(kill)
        await nodes.add()
      }
    }
    const tally = await endure(t, nodes, { clients: 60, rooms: 20, befall, talkMs: 1000 })
    t.strictSame(losses(tally), nothing)
    // Of some the node was killed before it could say so.
    const losers = tally.lowerFenced + tally.lowerOvertaken
    t.ok(losers > 20 && losers <= tally.doubleResumes, 'of two attempts the lower one never keeps the seat')
    t.ok(tally.sent > 1000 && tally.resumed > 100 && tally.doubleResumes > 20, 'enough has happened')
  },
)

t.test('nodes are replaced by a later version, as in a rolling deploy, and nobody notices', async (t) => {
  const redis = await startRedis(t)
  const nodes = await Nodes.start(t, 2, redis.url, { SIGNALBOX_DRAIN_MS: '2000' })
  const later = buildLater(t)
  const befall = async (): Promise<void> => {
    for (let replaced = 0; replaced < 2; replaced += 1) {
      await nodes.add({}, later)
      t.equal(await nodes.stop(0), 0)
    }
  }
  t.strictSame(losses(await endure(t, nodes, { clients: 40, rooms: 10, befall, talkMs: 0 })), nothing)
})

t.test('who cannot resume has left when its node has stopped', async (t) => {
  const redis = await startRedis(t)
  const nodes = await Nodes.start(t, 2, redis.url)
  const [ada, bo] = [await Client.join(t, nodes.url(0), 'r'), await Client.join(t, nodes.url(1), 'r')]
  await bo.next('ready')
  t.equal(await nodes.stop(0), 0)
  t.match(await ada.closed, { code: 1012 })
  t.match(await bo.next('peer-left'), { peerId: ada.peerId, reason: 'disconnected' })
})

t.test('between members of one node a message is one script to the store, and nothing is published', async (t) => {
  const redis = await startRedis(t)
  const nodes = await Nodes.start(t, 2, redis.url)
  const observer = new Redis(redis.url)
  t.teardown(() => observer.disconnect())
  const [ada, bo] = [await Client.join(t, nodes.url(0), 'r'), await Client.join(t, nodes.url(0), 'r')]
  const cy = await Client.join(t, nodes.url(1), 's')
  const di = await Client.join(t, nodes.url(0), 's')
  for (const one of [ada, bo, cy, di]) await one.next('ready')
  const monitor = await observer.monitor()
  t.teardown(() => monitor.disconnect())
  const asked = { scripts: 0, published: 0 }
  monitor.on('monitor', (_time: string, [command, ...args]: string[], source: string) => {
    if (command?.toLowerCase() === 'evalsha' && args.includes('send')) asked.scripts += 1
    if (command?.toLowerCase() === 'publish' && source === 'lua') asked.published += 1
  })
  const say = async (from: Client, to: Client): Promise<void> => {
    from.send({ type: 'ice', candidate: { candidate: '', sdpMid: '0' } })
    await to.next('ice')
  }
  for (let message = 0; message < 50; message += 1) await say(ada, bo)
  // Whoever watches is told in the order of what was done: with this message all before it are counted.
  await say(di, cy)
  while (asked.scripts < 51) await once(monitor, 'monitor')
  t.strictSame(asked, { scripts: 51, published: 1 }, 'only what goes to another node is published')
})
