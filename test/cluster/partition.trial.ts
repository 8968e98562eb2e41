import t from 'tap'
import { Client } from '../helper.js'
import { startRedis } from '../redis-server.js'
import { ResumingClient } from '../resuming-client.js'
import { askForUpgrade } from '../upgrade.js'
import { Nodes } from './nodes.js'
import { startStoreProxy } from './store-proxy.js'
import { isSoWithin } from './until.js'

/** What a probe says. */
async function probe(url: string, path: string): Promise<readonly [number, string]> {
  const reply = await fetch(`${url.replace('ws', 'http')}${path}`)
  const { status }: { status: string } = JSON.parse(await reply.text())
  return [reply.status, status]
}

t.test('one node cannot reach the store: it is alive, not ready after a while, and its calls go on', async (t) => {
  const redis = await startRedis(t)
  const proxy = await startStoreProxy(t, redis.port)
  const nodes = await Nodes.start(t, 1, redis.url)
  const [near, far] = [nodes.url(0), await nodes.add({ SIGNALBOX_REDIS_URL: proxy.url })]
  const heard: Record<string, unknown>[] = []
  const ada = new ResumingClient(far, 'r', () => {})
  const bo = new ResumingClient(near, 'r', (message) => heard.push({ ...message }))
  t.teardown(() => {
    for (const { socket } of [ada, bo]) socket?.terminate()
  })
  await ada.join()
  await bo.join()
  const startMs = performance.now()
  proxy.stall()
  ada.send({ type: 'ice', to: bo.peerId, candidate: { k: 1 } })

  const late = await Client.connect(t, far)
  late.send({ type: 'join', roomId: 'r2' })
  const { code, reason } = await late.closed
  const { retryMs }: { retryMs: number } = JSON.parse(reason)
  t.strictSame([code, retryMs >= 1000 && retryMs <= 5000], [1013, true], 'who wants to come in is told to come again')

  t.strictSame(await probe(far, '/readyz'), [200, 'ok'], 'for a while it stays ready')
  t.ok(await isSoWithin(17_000, async () => (await probe(far, '/readyz'))[0] === 503))
  t.ok(performance.now() - startMs > 14_000)
  t.strictSame(await probe(far, '/readyz'), [503, 'store-unavailable'])
  t.strictSame(
    [await probe(far, '/livez'), await probe(near, '/readyz')],
    [
      [200, 'ok'],
      [200, 'ok'],
    ],
  )
  t.ok(ada.isAttached && bo.isAttached)
  t.notOk(heard.some(({ type }) => type === 'peer-left' || type === 'ice'))

  proxy.goOn()
  t.ok(await isSoWithin(15_000, () => heard.some(({ type }) => type === 'ice')), 'what was said meanwhile comes')
  t.ok(await isSoWithin(15_000, async () => (await probe(far, '/readyz'))[0] === 200))
  t.notOk(heard.some(({ type }) => type === 'peer-left'))
  t.strictSame([ada.faults, bo.faults, ada.resyncs + bo.resyncs], [[], [], 0])
})

t.test(
  'a node that is cut off for longer than a lease: who can go elsewhere is there before anybody takes it for gone',
  async (t) => {
    const redis = await startRedis(t)
    const proxy = await startStoreProxy(t, redis.port)
    const lease = { SIGNALBOX_LEASE_MS: '8000', SIGNALBOX_RESUME_WINDOW_MS: '6000' }
    const nodes = await Nodes.start(t, 1, redis.url, lease)
    const [near, far] = [nodes.url(0), await nodes.add({ SIGNALBOX_REDIS_URL: proxy.url })]
    const gone: string[] = []
    const bo = new ResumingClient(near, 'r', (message) => {
      if (message.type === 'peer-left') gone.push(message.peerId)
    })
    const ada = new ResumingClient(far, 'r', ({ type, ...message }) => {
      if (type !== 'draining' || !('retryMs' in message)) return
      ada.url = near
      setTimeout(() => void ada.resume(), message.retryMs)
    })
    t.teardown(() => {
      for (const { socket } of [ada, bo]) socket?.terminate()
    })
    await bo.join({ capacity: 3 })
    await ada.join()
    const old = await Client.join(t, far, 'r')
    const first = ada.socket
    proxy.stall()

    t.ok(await isSoWithin(8000, () => ada.isAttached && ada.socket !== first), 'it was asked to move, and has')
    t.strictSame(await probe(far, '/readyz'), [503, 'store-unavailable'])
    t.match(await askForUpgrade(t, far), { status: 503, code: 'store-unavailable' }, 'who comes is sent elsewhere')
    t.ok(await isSoWithin(12_000, () => gone.length > 0))
    t.strictSame(gone, [old.peerId], 'who cannot move has left after the lease')
    const next = await Client.join(t, near, 'r')
    const fourth = await Client.connect(t, near)
    fourth.send({ type: 'join', roomId: 'r' })
    t.match(await fourth.next('full'), {}, 'there are never more than have a place')
    for (let others = 0; others < 2; others += 1) await next.next('ready')
    ada.send({ type: 'ice', to: next.peerId, candidate: { k: 1 } })
    t.match(await next.next('ice'), { from: ada.peerId })

    const backMs = performance.now()
    proxy.goOn()
    t.match(await old.closed, { code: 1013 }, 'and is told to come again as soon as its node knows')
    t.ok(performance.now() - backMs < 15_000)
    t.ok(await isSoWithin(15_000, async () => (await probe(far, '/readyz'))[0] === 200))
    t.strictSame(gone, [old.peerId])
    t.strictSame([ada.faults, bo.faults, ada.resyncs + bo.resyncs], [[], [], 0])
    t.strictSame(nodes.complaints, [])
  },
)

t.test('a node that starts while the store is away is alive, and ready as soon as it is there', async (t) => {
  const redis = await startRedis(t)
  await redis.kill()
  const nodes = await Nodes.start(t, 1, redis.url)
  const url = nodes.url(0)
  t.strictSame(
    [await probe(url, '/livez'), await probe(url, '/readyz')],
    [
      [200, 'ok'],
      [503, 'store-unavailable'],
    ],
  )
  await redis.start()
  t.ok(await isSoWithin(10_000, async () => (await probe(url, '/readyz'))[0] === 200))
  const ada = await Client.join(t, url, 'r')
  t.ok(ada.peerId)
  t.strictSame(nodes.complaints, [])
})
