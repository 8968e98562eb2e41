import { setTimeout as elapse } from 'node:timers/promises'
import fastifyWebsocket from '@fastify/websocket'
import Fastify from 'fastify'
import t from 'tap'
import { signalbox } from '../../src/index.js'
import { Client, listen, startService, urlOf } from '../helper.js'
import { RawClient } from '../raw-client.js'

t.test('the request of an upgrade is let go of, and whoever waits for the end of its response is told', async (t) => {
  const { app, url } = await startService(t)
  const leftovers: unknown[] = []
  app.server.prependListener('upgrade', (_request, socket) => {
    const timeout = Object.getOwnPropertySymbols(socket).find(({ description }) => description === 'timeout')
    t.ok(timeout, 'Node keeps its timer there')
    const keys = ['_httpMessage', ...(timeout === undefined ? [] : [timeout])]
    t.ok(keys.every((key) => Reflect.get(socket, key) !== null))
    setImmediate(() => leftovers.push(...keys.map((key): unknown => Reflect.get(socket, key))))
  })
  const client = await Client.join(t, url, 'r')
  t.strictSame(leftovers, [null, null])
  await client.settle()

  const host = Fastify()
  let isClosed = false
  host.addHook('onRequest', (_request, reply, done) => {
    reply.raw.on('close', () => {
      isClosed = true
    })
    done()
  })
  await host.register(fastifyWebsocket)
  await host.register(signalbox)
  await listen(t, host)
  const guest = await Client.join(t, urlOf(host), 'r')
  await guest.settle()
  t.notOk(isClosed)
  guest.socket.close(1000)
  await guest.closed
  while (!isClosed) await new Promise(setImmediate)
  t.pass('the host has heard of it')
})

t.test('the errors of a socket that a host upgrades are told to the host as well', async (t) => {
  const errors: unknown[] = []
  const host = Fastify()
  await host.register(fastifyWebsocket, { errorHandler: (error) => errors.push(Reflect.get(error, 'code')) })
  await host.register(signalbox)
  await listen(t, host)
  const client = await Client.join(t, urlOf(host), 'r')
  client.socket.send(Buffer.from([0xff]), { binary: false })
  t.match(await client.closed, { code: 1007 })
  t.strictSame(errors, ['WS_ERR_INVALID_UTF8'])
})

t.test('each upgrade that no route takes has its own time', async (t) => {
  const { url } = await startService(t, { upgradeTimeoutMs: 300 })
  const taken = await Client.join(t, url, 'r')
  const ends: number[] = []
  const refused = []
  for (let k = 0; k < 3; k += 1) {
    const begunMs = performance.now()
    const client = await RawClient.connect(t, `${url}/nowhere`)
    refused.push(client.ended.then(() => ends.push(performance.now() - begunMs)))
    await elapse(100)
  }
  await Promise.all(refused)
  t.ok(Math.min(...ends) >= 290, `${ends.map(Math.round)} ms`)
  await taken.settle()
})
