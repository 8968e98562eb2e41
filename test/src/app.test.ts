import { once } from 'node:events'
import net from 'node:net'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import fastifyWebsocket from '@fastify/websocket'
import Fastify, { LogController } from 'fastify'
import { pino } from 'pino'
import t from 'tap'
import { buildApp, signalbox } from '../../src/index.js'
import { Client, listen, startService, urlOf } from '../helper.js'
import { fileOf, filesOf } from '../page-files.js'
import { RawClient } from '../raw-client.js'

t.test('the probes answer with a bare status', async (t) => {
  const { app } = await startService(t)
  for (const path of ['/livez', '/healthz', '/readyz']) {
    const reply = await app.inject(path)
    t.equal(reply.statusCode, 200)
    t.strictSame(reply.json(), { status: 'ok' })
  }
})

t.test('the page and the SDK are served, and nothing of how they were made', async (t) => {
  const { app } = await startService(t)
  const page = await app.inject('/')
  t.equal(page.statusCode, 200)
  t.match(page.headers['content-type'], /^text\/html/)
  t.match(page.body, '<script type="module"')
  for (const [path, type] of [
    [await fileOf(app, 'page-'), /javascript/],
    ['/check', /^text\/html/],
    [await fileOf(app, 'check-', '/check'), /javascript/],
    ['/sdk/index.js', /javascript/],
    [await fileOf(app, 'styles-'), /^text\/css/],
  ] as const) {
    const reply = await app.inject(path)
    t.equal(reply.statusCode, 200, path)
    t.match(reply.headers['content-type'], type)
  }
  for (const path of [
    '/tsconfig.tsbuildinfo',
    '/sdk/index.d.ts',
    '/page/main.ts',
    '/page/main.js',
    `${await fileOf(app, 'page-')}.map`,
    `${await fileOf(app, 'page-')}.br`,
    '/index.html',
    '/service-worker.ts',
    '/page/check/main.js',
    '/../package.json',
    '/%2e%2e/package.json',
    '/tsconfig.json',
  ]) {
    t.equal((await app.inject(path)).statusCode, 404, path)
  }
})

t.test('everything the page names is served from the same place', async (t) => {
  const { app } = await startService(t, { prefix: '/calls' })
  const { body } = await app.inject('/calls/')
  t.notMatch(body, /(?:src|href)="(?!\.\/|#)/, 'each is relative')
  const addresses = await filesOf(app, '/calls/')
  t.ok(addresses.length > 2)
  for (const address of addresses) {
    t.match(address, /^\/calls\//)
    t.equal((await app.inject(address)).statusCode, 200, address)
  }
})

t.test('without the page there is the WebSocket only', async (t) => {
  const { app, url } = await startService(t, { page: false })
  t.equal((await app.inject('/')).statusCode, 404)
  t.equal((await app.inject('/check')).statusCode, 404)
  await Client.join(t, `${url}/`, '1001')
})

t.test('embedded: everything is under the prefix, and nothing leaks into the host', async (t) => {
  const host = Fastify()
  host.get('/', async () => 'the host')
  await host.register(signalbox, { prefix: '/calls' })
  await listen(t, host)

  t.equal((await host.inject('/')).body, 'the host')
  t.equal((await host.inject('/livez')).statusCode, 404)
  t.equal((await host.inject('/calls/livez')).statusCode, 200)
  t.match(await host.inject('/calls?a=1'), { statusCode: 302, headers: { location: './calls/?a=1' } })
  t.match((await host.inject('/calls/')).headers['content-type'], /^text\/html/)
  for (const name of ['rooms', 'signaling', 'drain', 'websocketServer']) t.notOk(host.hasDecorator(name), name)

  const ada = await Client.join(t, `${urlOf(host)}/calls/ws`, '1001')
  await Client.join(t, `${urlOf(host)}/calls`, '1001')
  await ada.next('ready')
  await t.rejects(Client.connect(t, `${urlOf(host)}/ws`), { message: /404/ })
})

t.test('embedded beside the @fastify/websocket of the host: both work, and our bound on frames holds', async (t) => {
  const host = Fastify()
  await host.register(fastifyWebsocket)
  host.get('/echo', { websocket: true }, (socket) => {
    socket.on('message', (data) => socket.send(`echo ${data}`))
  })
  await host.register(signalbox, { prefix: '/calls', maxFrameBytes: 2048 })
  await listen(t, host)

  const echo = await Client.connect(t, `${urlOf(host)}/echo`)
  echo.send('hello')
  t.equal(await echo.nextFrame(), 'echo hello')
  const ada = await Client.join(t, `${urlOf(host)}/calls/ws`, '1001')
  const bo = await Client.join(t, `${urlOf(host)}/calls/ws`, '1001')
  await ada.next('ready')
  bo.send({ type: 'offer', sdp: 'x'.repeat(3000) })
  t.match(await bo.closed, { code: 1009 })
})

t.test('beside the @fastify/websocket of a host that leaves the closing to others it drains as ever', async (t) => {
  const host = Fastify()
  await host.register(fastifyWebsocket, { preClose: (done) => done() })
  await host.register(signalbox, { prefix: '/calls' })
  await listen(t, host)
  const ada = await Client.connect(t, `${urlOf(host)}/calls/ws`)
  ada.send({ type: 'join', roomId: '1001', resume: true })
  const { seq } = await ada.next('joined')
  ada.send({ type: 'ack', seq })
  const bo = await Client.join(t, `${urlOf(host)}/calls/ws`, '1001')
  await ada.next('ready')
  const closed = host.close()
  await ada.next('draining')
  ada.socket.close(1000)
  t.match(await bo.closed, { code: 1012 })
  await closed
})

t.test("the log is the host's, with ids and without people's addresses, names or descriptions", async (t) => {
  const lines: string[] = []
  const host = Fastify({
    logger: { level: 'info', stream: { write: (line: string) => lines.push(line) } },
    logController: new LogController({ disableRequestLogging: true }),
  })
  await host.register(signalbox, { prefix: '/calls', logIds: 'plain' })
  await listen(t, host)
  const ada = await Client.join(t, `${urlOf(host)}/calls/ws`, '1001', { name: 'Secret Name' })
  const bo = await Client.join(t, `${urlOf(host)}/calls/ws`, '1001')
  bo.send({ type: 'offer', sdp: 'v=0 secret-sdp' })
  bo.send('{"secret-garbage')
  await ada.next('ready')
  await ada.next('offer')
  bo.send({ type: 'leave' })
  await ada.next('peer-left')
  await host.close()

  const entries = lines.map((line) => JSON.parse(line))
  t.match(
    entries.filter((entry) => entry.msg === 'peer joined'),
    [
      { roomId: '1001', peerId: ada.peerId },
      { roomId: '1001', peerId: bo.peerId },
    ],
  )
  t.match(
    entries.find((entry) => entry.msg === 'peer left'),
    { roomId: '1001', peerId: bo.peerId, reason: 'left' },
  )
  const people = lines.filter((line) => !line.includes('Server listening')).join('')
  t.notMatch(people, /secret/i)
  t.notMatch(people, /127\.0\.0\.1/)
})

t.test('rooms are hashed in the log unless asked for, the same one alike in all lines', async (t) => {
  for (const logIds of ['hashed', 'plain'] as const) {
    const lines: string[] = []
    const loggerInstance = pino({ level: 'info' }, { write: (line) => void lines.push(line) })
    const { app, url } = await startService(t, { loggerInstance, logIds })
    const ada = await Client.join(t, url, 'room-4711')
    const bo = await Client.join(t, url, 'room-4711')
    bo.send({ type: 'leave' })
    await ada.next('ready')
    await ada.next('peer-left')
    const cy = await Client.join(t, url, 'room-4712')
    await app.close()
    const entries = lines.map((line) => JSON.parse(line))
    const namesOf = (peerId: string) => entries.filter((entry) => entry.peerId === peerId).map(({ roomId }) => roomId)
    const [name] = namesOf(ada.peerId)
    t.match(name, logIds === 'plain' ? /^room-4711$/ : /^#[\w-]{12}$/)
    t.strictSame(namesOf(bo.peerId), [name, name])
    t.not(namesOf(cy.peerId)[0], name)
    t.equal(lines.join('').includes('room-471'), logIds === 'plain')
  }
})

t.test('an option that is unknown or out of bounds stops the start and is named', async (t) => {
  for (const [options, message] of [
    [{ maxFrameBites: 1 }, /maxFrameBites is not an option/],
    [{ maxFrameBytes: 0 }, /maxFrameBytes: .*1024.*, not 0/],
    [{ joinTimeoutMs: '10s' }, /joinTimeoutMs: .*, not "10s"/],
    [{ maxRoomCapacity: 2.5 }, /maxRoomCapacity/],
  ] as const) {
    await t.rejects(async () => buildApp(options as object).ready(), { name: 'TypeError', message })
  }
})

t.test('closing the app closes every socket with 1012, and tells nobody that the others left', async (t) => {
  const { app, url } = await startService(t)
  const clients = await Promise.all(Array.from({ length: 10 }, () => Client.join(t, url, '1001', { capacity: 10 })))
  await Promise.all(clients.map((client) => client.rest()))
  await app.close()
  for (const client of clients) {
    t.match(await client.closed, { code: 1012, reason: /^\{"retryMs":\d+\}$/ })
    await t.rejects(client.nextFrame(), /no message is left/)
  }
})

for (const return503OnClosing of [true, false]) {
  t.test(
    `draining: not ready, nobody taken in, the deaf cut off (return503OnClosing ${return503OnClosing})`,
    async (t) => {
      const host = Fastify({ return503OnClosing })
      await host.register(signalbox, { closeTimeoutMs: 400 })
      await listen(t, host)
      const http = urlOf(host).replace('ws:', 'http:')
      const ada = await Client.join(t, urlOf(host), '1001')
      const bo = await Client.join(t, urlOf(host), '1001')
      ada.socket.pause()

      const started = performance.now()
      const closed = host.close()
      t.match(await bo.closed, { code: 1012 })
      const ready = await fetch(`${http}/readyz`)
      t.equal(ready.status, 503)
      if (!return503OnClosing) t.strictSame(await ready.json(), { status: 'draining' })
      await t.rejects(Client.connect(t, urlOf(host)), { message: /503/ })
      await closed
      const tookMs = performance.now() - started
      t.ok(tookMs >= 300 && tookMs < 2000, `closed after ${Math.round(tookMs)} ms`)
    },
  )
}

t.test('twice in one app, under two prefixes: each has its own rooms, and both close with 1012', async (t) => {
  const lines: string[] = []
  const host = Fastify({ logger: { level: 'warn', stream: { write: (line: string) => lines.push(line) } } })
  await host.register(signalbox, { prefix: '/a' })
  await host.register(signalbox, { prefix: '/b', maxFrameBytes: 2048 })
  await listen(t, host)
  const ada = await Client.join(t, `${urlOf(host)}/a/ws`, '1001')
  const bo = await Client.join(t, `${urlOf(host)}/b/ws`, '1001')
  const cy = await Client.join(t, `${urlOf(host)}/b/ws`, '1001')
  t.match(await bo.next('ready'), { peerId: cy.peerId })
  t.strictSame(await ada.rest(), [])
  cy.send({ type: 'ice', candidate: 'x'.repeat(3000) })
  t.match(await cy.closed, { code: 1009 })
  await host.close()
  t.match(await ada.closed, { code: 1012 })
  t.match(await bo.closed, { code: 1012 })
  t.strictSame(lines, [], 'and nothing is warned of')
})

t.test('embedded beside the @fastify/static of the host', async (t) => {
  const host = Fastify()
  const root = fileURLToPath(new URL('../../schemas/', import.meta.url))
  await host.register(fastifyStatic, { root, prefix: '/files/' })
  await host.register(signalbox, { prefix: '/calls' })
  await listen(t, host)
  t.equal((await host.inject('/files/index.js')).statusCode, 200)
  t.match((await host.inject('/calls/')).headers['content-type'], /^text\/html/)
  t.equal((await host.inject(await fileOf(host, 'page-', '/calls/'))).statusCode, 200)
})

t.test('the way to the page never leads to another host', async (t) => {
  const host = Fastify({ routerOptions: { ignoreDuplicateSlashes: true } })
  await host.register(signalbox, { prefix: '/:tenant' })
  await listen(t, host)
  for (const path of ['/calls', '//evil.example', '/\\evil.example', '/calls?a=1?b=//x', '/calls?//evil.example/']) {
    // By hand, as a client library would put the address right first.
    const socket = net.connect(Number(new URL(urlOf(host)).port), '127.0.0.1')
    socket.write(`GET ${path} HTTP/1.1\r\nHost: host\r\nConnection: close\r\n\r\n`)
    const reply = (await socket.toArray()).join('')
    const [, location = ''] = /^location: (.*)\r$/m.exec(reply) ?? []
    t.match(reply, /^HTTP\/1.1 302/, path)
    t.equal(new URL(location, `http://host${path}`).host, 'host', `${path}: ${location}`)
  }
  t.equal((await host.inject('/calls?a=1?b=2')).headers.location, './calls/?a=1?b=2')
})

t.test('an app of its own logs no address of anybody, also for what it refuses', async (t) => {
  const lines: string[] = []
  const loggerInstance = pino({ level: 'debug' }, { write: (line) => void lines.push(line) })
  const { app, url } = await startService(t, { loggerInstance })
  const http = url.replace('ws:', 'http:')
  for (const path of ['/', '/livez?secret=1', '/nowhere?secret=2', '/ws?secret=3']) await fetch(`${http}${path}`)
  for (const path of ['/livez?secret=4', '/favicon.svg?secret=5', '/nowhere?secret=6']) {
    await t.rejects(Client.connect(t, `${url}${path}`), { message: /404/ }, path)
  }
  const ada = await Client.join(t, `${url}/ws?secret=7`, '1001', { name: 'secret' })
  ada.send('{"secret')
  await ada.next('error')
  await app.close()
  const entries = lines.filter((line) => !line.includes('Server listening')).join('')
  t.match(entries, 'peer joined')
  t.notMatch(entries, /secret|127\.0\.0\.1|remoteAddress/)
})

t.test('an upgrade that no route takes does not keep its socket, even if it goes on talking', async (t) => {
  const { app, url } = await startService(t, { upgradeTimeoutMs: 200 })
  const refused = await RawClient.connect(t, `${url}/nowhere`)
  const chatter = setInterval(() => refused.socket.write('x'), 20)
  t.teardown(() => clearInterval(chatter))
  await refused.ended
  const open = await new Promise((resolve) => app.server.getConnections((_error, count) => resolve(count)))
  t.equal(open, 0)
})

t.test('a connection that never finishes its request does not keep the app from closing', async (t) => {
  const { app, url } = await startService(t)
  const { hostname, port } = new URL(url)
  const openings = ['', 'GET / HT', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n']
  for (const bytes of openings) {
    const socket = net.connect(Number(port), hostname)
    socket.on('error', () => {})
    t.teardown(() => socket.destroy())
    await once(socket, 'connect')
    socket.write(bytes)
  }
  const startedAt = performance.now()
  await app.close()
  t.ok(performance.now() - startedAt < 1000)
})
