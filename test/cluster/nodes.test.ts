import { setTimeout as elapse } from 'node:timers/promises'
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
