import Fastify from 'fastify'
import t from 'tap'
import { signalbox } from '../../src/index.js'
import { until } from '../cluster/until.js'
import { Client, listen, manyFromHere, urlOf } from '../helper.js'
import { startRedis } from '../redis-server.js'

const redis = await startRedis(t)

t.test('an application sees its rooms, and has them under control', async (t) => {
  const host = Fastify()
  await host.register(signalbox, { prefix: '/calls', ...manyFromHere, authorize: () => ({ subject: 'user-7' }) })
  await listen(t, host)
  const url = `${urlOf(host)}/calls/ws`
  t.strictSame([await host.signalbox.rooms(), await host.signalbox.room('1001')], [[], undefined])
  const ada = await Client.join(t, url, '1001', { name: 'Ada', updates: true, capacity: 5 })
  const bo = await Client.join(t, url, '1001')
  await ada.next('ready')
  await bo.next('ready')
  t.strictSame(await host.signalbox.rooms(), [{ roomId: '1001', door: 'open', capacity: 5, members: 2 }])
  const { members = [], ...room } = (await host.signalbox.room(1001)) ?? {}
  t.strictSame(room, { roomId: '1001', door: 'open', capacity: 5 })
  t.match(members, [
    { peerId: ada.peerId, name: 'Ada', subject: 'user-7', isAway: false },
    { peerId: bo.peerId, isAway: false },
  ])

  await host.signalbox.lock('1001')
  t.match(await ada.next('room-updated'), { door: 'locked' })
  await host.signalbox.lock('1001', { knock: true })
  t.match(await ada.next('room-updated'), { door: 'knock' })
  await host.signalbox.unlock('1001')
  await ada.next('room-updated')
  await host.signalbox.announce('1001', { text: 'Soon over', data: { minutes: 5 } })
  t.match(await ada.next('announcement'), { text: 'Soon over', data: { minutes: 5 } })
  t.strictSame(await bo.rest(), [], 'nothing that is new to a client that does not ask for it')
  await host.signalbox.close('1001')
  for (const client of [ada, bo]) t.match(await client.closed, { code: 4011 })
  t.strictSame(await host.signalbox.rooms(), [])
  const again = await Client.join(t, url, '1001')
  t.strictSame(await again.rest(), [])
})

t.test('on every node alike', async (t) => {
  const options = { ...manyFromHere, redisUrl: redis.url }
  const nodes = [Fastify(), Fastify()] as const
  for (const node of nodes) {
    await node.register(signalbox, options)
    await listen(t, node)
    await until('the store is reached', async () => (await node.inject('/readyz')).statusCode === 200)
  }
  const [first, second] = nodes
  const ada = await Client.join(t, urlOf(first), '1001', { name: 'Ada', updates: true })
  t.match(await second.signalbox.rooms(), [{ roomId: '1001', members: 1 }])
  t.match(await second.signalbox.room('1001'), { members: [{ name: 'Ada', isAway: false }] })
  await second.signalbox.announce('1001', { text: 'From afar' })
  t.match(await ada.next('announcement'), { text: 'From afar' })
  await second.signalbox.close('1001')
  t.match(await ada.closed, { code: 4011 })
})

t.test('what cannot be done is an error of the closed list, with a status', async (t) => {
  const host = Fastify()
  await host.register(signalbox, manyFromHere)
  await listen(t, host)
  const { signalbox: rooms } = host
  await Client.join(t, urlOf(host), '1001')
  const [notFound, nobody, bad] = ['ROOM_NOT_FOUND', 'PEER_NOT_FOUND', 'BAD_REQUEST'].map(
    (code) => `SIGNALBOX_ERR_${code}`,
  )
  for (const act of [
    () => rooms.kick('1002', 'x'),
    () => rooms.lock('1002'),
    () => rooms.unlock('1002'),
    () => rooms.close('1002'),
    () => rooms.announce('1002', { text: 'x' }),
  ])
    await t.rejects(act, { name: 'FastifyError', code: notFound, statusCode: 404 })
  await t.rejects(rooms.kick('1001', 'x'), { code: nobody, statusCode: 404 })
  for (const act of [
    async () => void (await rooms.room(' ')),
    () => rooms.close('x'.repeat(65)),
    () => rooms.announce('1001', {}),
    () => rooms.announce('1001', { text: 'x'.repeat(2001) }),
    () => rooms.announce('1001', { data: { x: 'x'.repeat(8192) } }),
    () => rooms.announce('1001', { text: 7 } as never),
    async () => void (await rooms.rooms({ limit: 0 })),
    async () => void (await rooms.rooms({ offset: 1 } as never)),
  ])
    await t.rejects(act, { code: bad, statusCode: 400 })
})

t.test('many rooms are listed page by page', async (t) => {
  const host = Fastify()
  await host.register(signalbox, manyFromHere)
  await listen(t, host)
  const names = Array.from({ length: 7 }, (_, index) => `room-${index}`)
  await Promise.all(names.map((name) => Client.join(t, urlOf(host), name)))
  const listed: string[] = []
  for (;;) {
    const page = await host.signalbox.rooms({ limit: 3, ...(listed.length > 0 && { after: listed.at(-1) ?? '' }) })
    if (page.length === 0) break
    listed.push(...page.map(({ roomId }) => roomId))
  }
  t.strictSame(listed, names)
})

t.test('app.signalbox is of the context that it is registered in, and of those below', async (t) => {
  const host = Fastify()
  t.throws(() => host.signalbox.rooms(), TypeError)
  let loaded: unknown
  host.register(async (a) => {
    a.register(signalbox, { prefix: '/a', ...manyFromHere })
    a.get('/rooms-of-a', async () => a.signalbox.rooms())
    a.register(async (below) => below.get('/below', async () => below.signalbox.rooms()))
  })
  host.register(async (b) => {
    await b.register(signalbox, { prefix: '/b', ...manyFromHere })
    loaded = b.signalbox
    b.get('/rooms-of-b', async () => b.signalbox.rooms())
  })
  await listen(t, host)
  t.ok(loaded)
  t.notOk(host.hasDecorator('signalbox'))
  await Client.join(t, `${urlOf(host)}/a/ws`, 'of-a')
  await Client.join(t, `${urlOf(host)}/b/ws`, 'of-b')
  for (const path of ['/rooms-of-a', '/below']) t.match((await host.inject(path)).json(), [{ roomId: 'of-a' }], path)
  t.match((await host.inject('/rooms-of-b')).json(), [{ roomId: 'of-b' }])
})

t.test('of two in one context nobody could tell which is meant, and it says so', async (t) => {
  const host = Fastify()
  await host.register(signalbox, { prefix: '/a', ...manyFromHere })
  t.ok(host.signalbox)
  await host.register(signalbox, { prefix: '/b', ...manyFromHere })
  await listen(t, host)
  t.throws(() => host.signalbox, { code: 'SIGNALBOX_ERR_SEVERAL', message: /plugin of its own/ })
  await Client.join(t, `${urlOf(host)}/a/ws`, '1001')
  await Client.join(t, `${urlOf(host)}/b/ws`, '1001')
})

t.test('while the store does not answer it says so', async (t) => {
  const host = Fastify()
  await host.register(signalbox, { ...manyFromHere, redisUrl: 'redis://127.0.0.1:1' })
  t.teardown(() => host.close())
  await host.ready()
  const expected = { code: 'SIGNALBOX_ERR_STORE_UNAVAILABLE', statusCode: 503 }
  await t.rejects(host.signalbox.rooms(), expected)
  await t.rejects(host.signalbox.close('1001'), expected)
})
