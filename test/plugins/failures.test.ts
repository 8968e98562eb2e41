import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { buildApp, signalbox } from '../../src/index.js'
import { Client, listen, urlOf } from '../helper.js'

interface Entry {
  readonly level: number
  readonly msg: string
  readonly reason?: string
}

/** The service in a host's app, with what is logged at `warn` and above. */
async function start(t: Test, prepare: (host: FastifyInstance) => void): Promise<{ url: string; entries: Entry[] }> {
  const entries: Entry[] = []
  const loggerInstance: FastifyBaseLogger = pino(
    { level: 'warn' },
    { write: (line) => void entries.push(JSON.parse(line)) },
  )
  const host = Fastify({ loggerInstance })
  prepare(host)
  await host.register(signalbox, { prefix: '/calls' })
  await listen(t, host)
  return { url: urlOf(host), entries }
}

/** As some HTTP clients make them. */
function talkative(): Error {
  return Object.assign(new Error('secret inside'), { config: { headers: { authorization: 'secret token' } } })
}

async function ask(url: string, path: string, method = 'GET'): Promise<{ status: number; text: string }> {
  const response = await fetch(`${url.replace('ws', 'http')}${path}`, { method })
  return { status: response.status, text: await response.text() }
}

const answer = {
  statusCode: 500,
  error: 'Internal Server Error',
  message: 'This is a fault of the server. It has been logged.',
}

t.test("what a host's hook throws is logged once, and nobody else is told", async (t) => {
  const { url, entries } = await start(t, (host) => {
    host.addHook('onRequest', async () => {
      throw talkative()
    })
  })
  const asked = [
    ['/calls/', 'GET'],
    ['/calls/livez', 'GET'],
    ['/calls/sdk/index.js', 'GET'],
    ['/calls/ws', 'GET'],
    ['/calls/leave', 'POST'],
  ] as const
  for (const [path, method] of asked) {
    const { status, text } = await ask(url, path, method)
    t.strictSame({ status, text: JSON.parse(text) }, { status: 500, text: answer }, path)
  }
  await t.rejects(Client.connect(t, `${url}/calls/ws`), { message: /500/ })
  t.match(
    entries,
    Array.from({ length: asked.length + 1 }, () => ({ level: 50, msg: 'request failed', reason: 'secret inside' })),
  )
  t.equal(entries.length, asked.length + 1)
  t.notMatch(JSON.stringify(entries), 'secret token')
})

t.test('also where it is no error, and in an app of its own', async (t) => {
  const entries: Entry[] = []
  const loggerInstance = pino({ level: 'warn' }, { write: (line) => void entries.push(JSON.parse(line)) })
  const app = buildApp({ loggerInstance })
  app.addHook('onRequest', async () => {
    throw 'secret'
  })
  await listen(t, app)
  t.strictSame(JSON.parse((await ask(urlOf(app), '/livez')).text), answer)
  t.match(entries, [{ level: 50, msg: 'request failed' }])
  t.equal(entries.length, 1)
})

t.test('what a host means to be told is told, as the host tells it', async (t) => {
  const { url, entries } = await start(t, (host) => {
    host.setErrorHandler((error: Error, _request, reply) => reply.code(418).send({ told: error.message }))
    host.addHook('onRequest', async ({ url }) => {
      throw Object.assign(new Error('as meant'), url.includes('busy') ? { statusCode: 503 } : { status: 401 })
    })
  })
  for (const path of ['/calls/ws?busy', '/calls/ws'])
    t.strictSame(await ask(url, path), { status: 418, text: '{"told":"as meant"}' })
  t.strictSame(entries, [])
})
