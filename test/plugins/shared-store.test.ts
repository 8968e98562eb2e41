import type { Socket } from 'node:net'
import Fastify, { type FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import t, { type Test } from 'tap'
import { openAccess } from '../../plugins/access/access.js'
import { admission } from '../../plugins/admission/plugin.js'
import { drain } from '../../plugins/drain.js'
import { LogNames } from '../../plugins/naming/log-names.js'
import type { RoomStore } from '../../plugins/rooms/room-store.js'
import { signaling } from '../../plugins/signaling/plugin.js'
import { websocket } from '../../plugins/websocket/plugin.js'
import {
  AccessConfig,
  AdmissionLimits,
  defaultsOf,
  Limits,
  LogConfig,
  QualityConfig,
  WebConfig,
} from '../../schemas/index.js'
import { deafSink } from '../contract/deaf-sink.js'
import { Client, listen, manyFromHere, unhurried, urlOf } from '../helper.js'
import { ResumingClient } from '../resuming-client.js'
import { SlowRoomStore } from './slow-room-store.js'

async function start(
  t: Test,
  store: RoomStore,
  more: Partial<Limits> = {},
  lines: string[] = [],
): Promise<{ app: FastifyInstance; url: string }> {
  const app = Fastify({ logger: { level: 'warn', stream: { write: (line: string) => lines.push(line) } } })
  const limits = {
    ...defaultsOf(Limits),
    ...defaultsOf(AdmissionLimits),
    ...unhurried,
    ...manyFromHere,
    closeTimeoutMs: 500,
    ...more,
  }
  await app.register(fp(async (app) => void app.decorate('rooms', store), { name: 'signalbox-rooms' }))
  await app.register(fp(async (app) => void app.decorate('access', openAccess), { name: 'signalbox-access' }))
  const iceServers = {
    for: () => ({ iceServers: [] }),
    health: undefined,
    tried: new Map<string, boolean>(),
    check: async () => [],
  }
  await app.register(fp(async (app) => void app.decorate('iceServers', iceServers), { name: 'signalbox-ice-servers' }))
  const logNames = new LogNames(defaultsOf(LogConfig))
  await app.register(admission, { limits, logNames })
  await app.register(signaling, {
    limits,
    settings: { ...defaultsOf(AccessConfig), ...defaultsOf(QualityConfig) },
    logNames,
  })
  await app.register(drain, { limits })
  const config = { ...defaultsOf(WebConfig), publicUrl: '' }
  await app.register(websocket, { config, limits, root: (_request, reply) => reply.callNotFound() })
  await listen(t, app)
  return { app, url: urlOf(app) }
}

t.test('what is sent while a join is under way is handled after it, in order', async (t) => {
  const store = new SlowRoomStore()
  const { url } = await start(t, store)
  const ada = await Client.join(t, url, '1001')
  const bo = await Client.connect(t, url)
  store.shut()
  bo.send({ type: 'join', roomId: '1001' })
  for (let n = 0; n < 300; n += 1) bo.send({ type: 'ice', n, filler: 'x'.repeat(1000) })
  bo.send({ type: 'leave' })
  await ada.settle()
  store.open()
  t.match(await bo.next('joined'), { peers: 1 })
  await bo.next('ready')
  await ada.next('ready')
  for (let n = 0; n < 300; n += 1) t.match(await ada.next('ice'), { n })
  t.match(await ada.next('peer-left'), { reason: 'left' })
  await bo.next('left')
})

t.test('while a join is under way no more is read than was on its way, and nothing of it is lost', async (t) => {
  const store = new SlowRoomStore()
  // Both ends live in this process, so what is passed on at once can be read only after.
  const { app, url } = await start(t, store, { maxQueuedBytes: 64 * 1_048_576 })
  const ada = await Client.join(t, url, '1001')
  const sockets: Socket[] = []
  app.server.on('connection', (socket: Socket) => sockets.push(socket))
  const bo = await Client.connect(t, url)
  store.shut()
  const arrived = store.joinArrives()
  bo.send({ type: 'join', roomId: '1001' })
  await arrived
  const frames = 300
  for (let n = 0; n < frames; n += 1) bo.send({ type: 'ice', n, filler: 'x'.repeat(60_000) })
  for (let round = 0; round < 30; round += 1) await ada.settle()
  const read = sockets[0]?.bytesRead ?? 0
  t.ok(read < 1_000_000, `${read} of ${frames * 60_000} bytes were read`)
  store.open()
  await ada.next('ready')
  for (let n = 0; n < frames; n += 1) t.match(await ada.next('ice'), { n })
})

t.test('who is gone before a join is done leaves no seat behind', async (t) => {
  const store = new SlowRoomStore()
  const { url } = await start(t, store)
  const ada = await Client.join(t, url, '1001')
  const bo = await Client.connect(t, url)
  store.shut()
  const arrived = store.joinArrives()
  bo.send({ type: 'join', roomId: '1001' })
  bo.send({ type: 'ice', never: 'seen' })
  await arrived
  bo.socket.terminate()
  await bo.closed
  await ada.settle()
  store.open()
  const { peerId } = await ada.next('ready')
  t.match(await ada.next('peer-left'), { peerId, reason: 'disconnected' })
  t.strictSame(await ada.rest(), [])
  t.strictSame(store.size, { rooms: 1, seats: 1 })
})

t.test(
  'a socket is not closed for joining late while its resume is under way, and is when that is refused',
  async (t) => {
    const store = new SlowRoomStore()
    const { url } = await start(t, store, { joinTimeoutMs: 300 })
    const owner = new ResumingClient(url, '1001', () => {})
    t.teardown(() => owner.socket?.terminate())
    await owner.join()
    await owner.resume()
    const [refused, granted] = [await Client.connect(t, url), await Client.connect(t, url)]
    store.shut()
    // The second one waits behind the first, and is not to be looked at any more.
    for (let n = 0; n < 2; n += 1) refused.send(owner.resumeMessage(owner.attempt))
    granted.send(owner.resumeMessage(owner.attempt + 1))
    // Not all are looked at in one moment: whoever came before the last of two has been by then.
    for (let n = 0; n < 2; n += 1) {
      const later = await Client.connect(t, url)
      t.match(await later.closed, { code: 4008 }, 'so the time of those before is over')
    }
    store.open()
    t.match(await refused.next('error'), { code: 'resume-stale' })
    t.match(await refused.closed, { code: 4008 })
    await t.rejects(refused.nextFrame(), /no message is left/)
    await granted.next('resumed')
    const last = await Client.connect(t, url)
    t.match(await last.closed, { code: 4008 })
    t.equal(granted.socket.readyState, granted.socket.OPEN)
  },
)

t.test('updates that take their time are made one after the other, each on top of the one before', async (t) => {
  const store = new SlowRoomStore()
  const { url } = await start(t, store)
  const ada = await Client.join(t, url, '1001', { updates: true })
  const bo = await Client.join(t, url, '1001', { name: 'Bo' })
  await ada.next('ready')
  store.shut()
  bo.send({ type: 'update', metadata: { hand: true } })
  bo.send({ type: 'update', media: { mic: false } })
  bo.send({ type: 'update', name: null })
  bo.send({ type: 'leave' })
  await ada.settle()
  store.open()
  const { peerId } = bo
  t.strictSame(
    [await ada.next('peer-updated'), await ada.next('peer-updated'), await ada.next('peer-updated')],
    [
      { type: 'peer-updated', peerId, name: 'Bo', metadata: { hand: true } },
      { type: 'peer-updated', peerId, name: 'Bo', metadata: { hand: true }, media: { mic: false } },
      { type: 'peer-updated', peerId, metadata: { hand: true }, media: { mic: false } },
    ],
  )
  t.match(await ada.next('peer-left'), { peerId })
})

t.test('a refusal that comes late still reaches the one who asked', async (t) => {
  const { url } = await start(t, new SlowRoomStore())
  const ada = await Client.join(t, url, '1001')
  ada.send({ type: 'offer', to: 'nobody', id: 'mine' })
  t.match(await ada.next('error'), { code: 'peer-not-found', id: 'mine' })
})

t.test('the app closes while a join is under way', async (t) => {
  const store = new SlowRoomStore()
  const { app, url } = await start(t, store)
  const ada = await Client.connect(t, url)
  store.shut()
  const arrived = store.joinArrives()
  ada.send({ type: 'join', roomId: '1001' })
  await arrived
  await app.close()
  t.match(await ada.closed, { code: 1012 })
  store.open()
  await store.join('elsewhere', { profile: {}, capacity: 2 }, deafSink)
  t.strictSame(store.size, { rooms: 1, seats: 1 }, 'only the seat just taken')
})

t.test('when the service itself fails the socket is closed with 1011, and the reason is in the log only', async (t) => {
  const lines: string[] = []
  const { url } = await start(
    t,
    {
      join: async () => {
        throw new Error('secret of the store')
      },
      resume: async () => 'gone',
      release: async () => false,
      size: { rooms: 0, seats: 0 },
    },
    {},
    lines,
  )
  const ada = await Client.connect(t, url)
  ada.send({ type: 'join', roomId: '1001' })
  t.strictSame(await ada.closed, { code: 1011, reason: 'internal error' })
  await t.rejects(ada.nextFrame(), /no message is left/)
  t.match(JSON.parse(lines.at(-1) ?? ''), { msg: 'message handler failed', err: { message: 'secret of the store' } })
})
