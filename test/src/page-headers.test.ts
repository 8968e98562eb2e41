import fastifyHelmet from '@fastify/helmet'
import Fastify from 'fastify'
import t, { type Test } from 'tap'
import { type SignalboxOptions, signalbox } from '../../src/index.js'
import { startService } from '../helper.js'
import { fileOf, filesOf } from '../page-files.js'

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "connect-src 'self' ws://calls.example wss://calls.example",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types signalbox-worker',
]

t.test('the pages and their files say what they may load, do and be shown in', async (t) => {
  const { app } = await startService(t)
  for (const url of ['/', '/check', ...(await filesOf(app)), ...(await filesOf(app, '/check'))]) {
    const { statusCode, headers } = await app.inject({ url, headers: { host: 'calls.example' } })
    t.equal(statusCode, 200, url)
    const isPicture = /\.svg$/.test(url)
    t.strictSame(
      String(headers['content-security-policy']).split(';'),
      isPicture ? ["default-src 'none'", " style-src 'unsafe-inline'", ' sandbox'] : policy,
      url,
    )
    t.match(
      headers,
      {
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'permissions-policy': /^[a-z-]+=\((self)?\)(, [a-z-]+=\((self)?\))+$/,
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
      },
      url,
    )
    t.strictSame(
      Array.from(String(headers['permissions-policy']).matchAll(/([a-z-]+)=\(self\)/g), ([, feature]) => feature),
      [
        'autoplay',
        'camera',
        'clipboard-write',
        'display-capture',
        'fullscreen',
        'microphone',
        'picture-in-picture',
        'screen-wake-lock',
        'speaker-selection',
      ],
    )
    t.match(headers['permissions-policy'], 'geolocation=()')
    t.equal(headers['strict-transport-security'], undefined, 'no HSTS over plain HTTP')
    t.equal(headers['access-control-allow-origin'], undefined)
  }
})

t.test('a file that has not changed says so, too', async (t) => {
  const { app } = await startService(t)
  for (const url of ['/', '/check', await fileOf(app, 'page-'), '/sdk/index.js']) {
    const { etag } = (await app.inject(url)).headers
    const reply = await app.inject({ url, headers: { 'if-none-match': etag } })
    t.match(reply, { statusCode: 304, headers: { 'content-security-policy': /default-src 'none'/ } }, url)
    t.equal(reply.body, '')
  }
})

t.test('the SDK can be taken from here by pages of any origin', async (t) => {
  const { app } = await startService(t, { prefix: '/calls' })
  const { headers } = await app.inject('/calls/sdk/index.js')
  t.match(headers, {
    'access-control-allow-origin': '*',
    'cross-origin-resource-policy': 'cross-origin',
    'x-content-type-options': 'nosniff',
  })
  const script = await fileOf(app, 'page-', '/calls/')
  t.equal((await app.inject(script)).headers['access-control-allow-origin'], undefined)
})

t.test('a host that is none adds nothing to the policy', async (t) => {
  const { app } = await startService(t)
  for (const host of ['x; script-src *', 'x *', "'unsafe-inline'", '[2001:db8::1]:3000', 'x,y']) {
    const { headers } = await app.inject({ url: '/', headers: { host } })
    t.match(headers['content-security-policy'], ";connect-src 'self';base-uri 'none';", host)
  }
})

t.test('frameAncestors names who may show the page', async (t) => {
  const { app } = await startService(t, { frameAncestors: ['self', 'https://*.app.example:8443'] })
  const { headers } = await app.inject('/')
  t.match(headers['content-security-policy'], ";frame-ancestors 'self' https://*.app.example:8443;")
  t.equal(headers['x-frame-options'], undefined)
  for (const source of ["'self'", 'https://a; script-src *', 'app.example', 'https://a/b', 'javascript:1', '']) {
    await t.rejects(startWith(t, { frameAncestors: [source] }), { message: /frameAncestors/ }, source)
  }
})

t.test('HSTS only where the request came over TLS, and not on the own machine of a developer', async (t) => {
  const app = await startWith(t, {}, { trustProxy: '127.0.0.1' })
  const hsts = async (proto: string, host: string) => {
    const headers = { 'x-forwarded-proto': proto, 'x-forwarded-host': host }
    return (await app.inject({ url: '/calls/', headers })).headers['strict-transport-security']
  }
  t.equal(await hsts('https', 'calls.example'), 'max-age=31536000')
  t.equal(await hsts('http', 'calls.example'), undefined)
  t.equal(await hsts('https', 'localhost:3000'), undefined)
})

t.test('embedded: the routes of the host, the probes and the WebSocket go without', async (t) => {
  const app = await startWith(t, {})
  for (const url of ['/', '/calls/livez', '/calls/ws', '/nowhere', '/calls/nowhere']) {
    const { headers } = await app.inject(url)
    for (const name of ['content-security-policy', 'permissions-policy', 'cross-origin-opener-policy'])
      t.equal(headers[name], undefined, `${url}: ${name}`)
  }
  t.match((await app.inject('/calls/')).headers['content-security-policy'], /default-src 'none'/)
  for (const name of ['helmet', 'withPageHeaders', 'cspNonce', 'sendFile']) t.notOk(app.hasReplyDecorator(name), name)
})

t.test('embedded beside the @fastify/helmet of the host: each has its own policy', async (t) => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(fastifyHelmet, {
    contentSecurityPolicy: { useDefaults: false, directives: { 'default-src': ['https:'] } },
  })
  app.get('/', async () => 'the host')
  await app.register(signalbox, { prefix: '/calls' })
  t.equal((await app.inject('/')).headers['content-security-policy'], 'default-src https:')
  t.match((await app.inject('/calls/')).headers['content-security-policy'], /^default-src 'none';/)
  const script = await fileOf(app, 'page-', '/calls/')
  t.match((await app.inject(script)).headers['content-security-policy'], /^default-src 'none';/)
})

async function startWith(t: Test, options: SignalboxOptions, server: object = {}) {
  const app = Fastify(server)
  t.teardown(() => app.close())
  app.get('/', async () => 'the host')
  await app.register(signalbox, { prefix: '/calls', ...options })
  await app.ready()
  return app
}
