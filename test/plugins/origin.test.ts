import { once } from 'node:events'
import Fastify from 'fastify'
import { pino } from 'pino'
import t from 'tap'
import WebSocket from 'ws'
import { buildApp, signalbox } from '../../src/index.js'
import { Client, listen, startService, urlOf } from '../helper.js'
import { upgrade } from '../upgrade.js'

t.test('a page of the same host may connect, one of another may not', async (t) => {
  const { url } = await startService(t)
  const { host, port } = new URL(url)
  for (const [expected, origin] of [
    [101, `http://${host}`],
    // TLS may end at a proxy, of which the service knows nothing.
    [101, `https://${host}`],
    [403, 'http://127.0.0.1'],
    [403, `http://127.0.0.1:${Number(port) + 1}`],
    [403, `http://localhost:${port}`],
    [403, `http://${host}.evil.example`],
    [403, `http://evil.example#${host}`],
    [403, `http://evil.example/${host}`],
    [403, `http://evil.example@${host}`],
    [403, `http://${host}/`],
    [403, `http://${host} http://evil.example`],
    [403, `ftp://${host}`],
    [403, `chrome-extension://${host}`],
    [403, host],
    [403, `//${host}`],
    [403, '*'],
    [403, 'null'],
    [403, 'NULL'],
    [403, ''],
    [403, `http://${'a'.repeat(5000)}`],
  ] as const) {
    for (const path of ['/', '/ws']) {
      t.equal(await upgrade(t, `${url}${path}`, { origin }), expected, `${origin.slice(0, 60)} at ${path}`)
    }
  }
})

t.test('the host is the one that the request names, with or without its usual port', async (t) => {
  const { url } = await startService(t)
  for (const [expected, origin, host] of [
    [101, 'https://calls.example', 'calls.example'],
    [101, 'https://calls.example', 'calls.example:443'],
    [101, 'http://calls.example', 'calls.example:80'],
    [101, 'https://calls.example:8443', 'CALLS.example:8443'],
    [101, 'http://[2001:db8::1]:3000', '[2001:db8::1]:3000'],
    [101, 'http://[2001:db8::1]:3000', '[2001:DB8:0::1]:3000'],
    [403, 'https://calls.example', 'calls.example:80'],
    [403, 'https://calls.example:8443', 'calls.example'],
    [403, 'https://calls.example', 'backend:3000'],
    [403, 'https://calls.example', 'x@calls.example'],
    [403, 'https://calls.example', 'calls.example/'],
  ] as const) {
    t.equal(await upgrade(t, url, { origin, host }), expected, `${origin} at ${host}`)
  }
})

t.test('without an Origin everybody may connect, unless one is required', async (t) => {
  const { url } = await startService(t)
  await Client.join(t, url, '1001')
  const strict = await startService(t, { requireOrigin: true, allowedOrigins: ['*'] })
  t.equal(await upgrade(t, strict.url, {}), 403)
  t.equal(await upgrade(t, strict.url, { origin: 'https://app.example' }), 101)
})

t.test('origins on the list may connect, letter by letter; the own one still may', async (t) => {
  const allowedOrigins = ['https://App.example:443', 'http://app.example:8080', 'capacitor://localhost']
  const { url } = await startService(t, { allowedOrigins, publicUrl: 'https://calls.example/room/' })
  for (const [expected, origin] of [
    [101, 'https://app.example'],
    [101, 'http://app.example:8080'],
    [101, 'capacitor://localhost'],
    [101, 'https://calls.example'],
    [101, url.replace('ws', 'http')],
    [403, 'http://app.example'],
    [403, 'https://app.example:8443'],
    [403, 'https://sub.app.example'],
    [403, 'https://app.example.evil.example'],
    [403, 'http://calls.example'],
    [403, 'null'],
  ] as const) {
    t.equal(await upgrade(t, url, { origin }), expected, origin)
  }
})

t.test('* is every origin, but not null', async (t) => {
  const { url } = await startService(t, { allowedOrigins: ['*'] })
  t.equal(await upgrade(t, url, { origin: 'https://anywhere.example' }), 101)
  t.equal(await upgrade(t, url, { origin: 'null' }), 403)
  t.equal(await upgrade(t, url, { origin: 'https://a.example, https://b.example' }), 403)
})

t.test('what is no origin stops the start and is named', async (t) => {
  for (const origin of [
    'app.example',
    'null',
    'https://',
    'https://app.example/',
    'https://a@app.example',
    'https://:1',
  ]) {
    await t.rejects(async () => buildApp({ allowedOrigins: [origin] }).ready(), { message: /allowedOrigins/ }, origin)
  }
})

t.test('the refusal comes before the upgrade, as JSON, without a word of what was sent', async (t) => {
  const { url } = await startService(t)
  const socket = new WebSocket(`${url}/ws`, { origin: 'https://evil.example' })
  socket.on('error', () => {})
  const [, response] = await once(socket, 'unexpected-response')
  t.equal(response.statusCode, 403)
  t.match(response.headers['content-type'], 'application/json')
  const body = Buffer.concat(await response.toArray()).toString()
  t.match(JSON.parse(body), { statusCode: 403, error: 'Forbidden', code: 'origin-not-allowed', message: String })
  t.notMatch(body, 'evil')
})

t.test('embedded: behind a proxy that is trusted the host is the one that people see', async (t) => {
  const host = Fastify({ trustProxy: '127.0.0.1' })
  host.get('/', async () => 'the host')
  await host.register(signalbox, { prefix: '/calls' })
  await listen(t, host)
  const forwarded = { 'x-forwarded-host': 'calls.example', 'x-forwarded-proto': 'https' }
  const url = `${urlOf(host)}/calls/ws`
  t.equal(await upgrade(t, url, { origin: 'https://calls.example', ...forwarded }), 101)
  t.equal(await upgrade(t, url, { origin: 'https://evil.example', ...forwarded }), 403)
  t.equal(await upgrade(t, url, { origin: urlOf(host).replace('ws', 'http'), ...forwarded }), 403)
})

t.test('refusals are logged once, with the first, and the rest together', async (t) => {
  const lines: string[] = []
  const loggerInstance = pino({ level: 'info' }, { write: (line) => void lines.push(line) })
  const { app, url } = await startService(t, { loggerInstance })
  for (let n = 0; n < 20; n += 1) await upgrade(t, url, { origin: `https://evil${n}.example/\u009b${'x'.repeat(500)}` })
  const told = () => lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'refused')
  t.match(told(), [
    {
      level: 30,
      code: 'origin-not-allowed',
      refused: 1,
      origin: /^https:\/\/evil0\.example\/\?x+$/,
      host: new URL(url).host,
    },
  ])
  t.equal(told().length, 1)
  t.equal(told()[0].origin.length, 128)
  await app.close()
  t.match(told()[1], { refused: 19, origin: /evil19/ })
})
