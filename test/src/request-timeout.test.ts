import { once } from 'node:events'
import net from 'node:net'
import { connect as connectTls } from 'node:tls'
import t, { type Test } from 'tap'
import { buildApp } from '../../src/index.js'
import { makeSelfSigned } from '../../src/self-signed.js'
import { Client, listen, urlOf } from '../helper.js'
import { fileOf } from '../page-files.js'

/** Says these, and then nothing more. @returns after how long the connection was over, and what came */
async function hold(t: Test, socket: net.Socket, said: string): Promise<{ ms: number; answer: string }> {
  t.teardown(() => socket.destroy())
  let answer = ''
  socket.on('data', (chunk) => {
    answer += chunk
  })
  socket.on('error', () => {})
  const startMs = performance.now()
  socket.write(said)
  await once(socket, 'close')
  return { ms: performance.now() - startMs, answer }
}

t.test(
  'a request that does not come in whole is over in time, ten seconds by default, over HTTP and HTTPS',
  async (t) => {
    const [plain, secure] = [
      buildApp(),
      buildApp({
        https: makeSelfSigned({ hosts: ['localhost'], from: new Date(), to: new Date(Date.now() + 86_400_000) }),
      }),
    ]
    await listen(t, plain)
    await listen(t, secure)
    for (const { server } of [plain, secure]) {
      t.strictSame([server.headersTimeout, server.requestTimeout], [10_000, 10_000])
      // So that the test is over sooner.
      server.headersTimeout = 1000
      server.requestTimeout = 1000
    }
    const tcp = () => net.connect(Number(new URL(urlOf(plain)).port), '127.0.0.1')
    const tls = () =>
      connectTls({ port: Number(new URL(urlOf(secure)).port), host: '127.0.0.1', rejectUnauthorized: false })
    const held = await Promise.all([
      hold(t, tcp(), 'GET /livez HTTP/1.1\r\nHost: x\r\nX-Slow: '),
      hold(t, tcp(), 'POST /leave HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\n{'),
      hold(t, tls(), 'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'),
    ])
    for (const { ms, answer } of held) {
      t.match(answer, /^HTTP\/1\.1 408 /)
      t.ok(ms >= 990 && ms < 4000, `${Math.round(ms)} ms`)
    }
  },
)

t.test(
  'who asks and does not read the answers is cut, after half a minute at the most; a WebSocket that is silent is not',
  async (t) => {
    const app = buildApp({ pingIntervalMs: 60_000 })
    await listen(t, app)
    t.equal(app.server.timeout, 15_000, 'Node may look twice')
    app.server.timeout = 2000
    const silent = await Client.connect(t, urlOf(app), { autoPong: true })
    silent.send({ type: 'join', roomId: 'r' })
    await silent.next('joined')
    const { port } = new URL(urlOf(app))
    const socket = net.connect(Number(port), '127.0.0.1')
    t.teardown(() => socket.destroy())
    socket.on('error', () => {})
    socket.pause()
    const startMs = performance.now()
    // Far more than the buffers between the two take.
    socket.write(`GET ${await fileOf(app, 'page-')} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(500))
    const [peer] = await once(app.server, 'connection')
    await once(peer, 'close')
    const ms = performance.now() - startMs
    t.ok(ms >= 2000 && ms < 15_000, `${Math.round(ms)} ms`)
    await silent.settle()
    t.equal(silent.socket.readyState, silent.socket.OPEN)
  },
)
