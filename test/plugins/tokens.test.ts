import { Value } from '@sinclair/typebox/value'
import Fastify from 'fastify'
import { decodeJwt } from 'jose'
import t, { type Test } from 'tap'
import { type BuildOptions, buildApp, signalbox, TokenReply } from '../../src/index.js'
import { Client, listen, startService, urlOf } from '../helper.js'
import { secret } from './access/token-kit.js'

const [apiKey, nextApiKey] = ['an-api-key-for-tests-0123456789abcdef', 'the-next-key-for-tests-0123456789abcd']
const settings = { tokenSecrets: [secret], apiKeys: [apiKey, nextApiKey] }

/** @param headers  undefined takes one away */
function post(url: string, body: unknown, headers: Record<string, string | undefined> = {}): Promise<Response> {
  const all = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', ...headers }
  return fetch(`${url.replace('ws:', 'http:')}/tokens`, {
    method: 'POST',
    headers: Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

async function made(t: Test, response: Response): Promise<TokenReply & { fragment: URLSearchParams }> {
  t.equal(response.status, 201)
  const reply: unknown = await response.json()
  if (!Value.Check(TokenReply, reply)) throw new Error(JSON.stringify(reply))
  return { ...reply, fragment: new URLSearchParams(new URL(reply.link).hash.slice(1)) }
}

t.test('with an API key one gets a token that lets in, and a link that has it in its fragment', async (t) => {
  const { url } = await startService(t, settings)
  const request = { room: ' Räume & 1+1 ', name: 'Ada', role: 'host', ttlSeconds: 60, subject: 'user-1', capacity: 3 }
  const response = await post(url, request)
  t.equal(response.headers.get('cache-control'), 'no-store')
  const { token, expiresAt, link, fragment } = await made(t, response)
  t.match(decodeJwt(token), { room: 'Räume & 1+1', name: 'Ada', role: 'host', sub: 'user-1', capacity: 3 })
  t.equal(new Date(expiresAt).getTime() / 1000, decodeJwt(token).exp)
  t.ok(link.startsWith(`${url.replace('ws:', 'http:')}/#room=`), link)
  t.strictSame(
    [...fragment],
    [
      ['room', 'Räume & 1+1'],
      ['token', token],
    ],
  )
  t.equal((await fetch(link)).status, 200, 'the page is there')

  const ada = await Client.connect(t, url)
  ada.send({ type: 'join', roomId: fragment.get('room'), token: fragment.get('token') })
  t.match(await ada.next('joined'), { capacity: 3 })

  const { token: bare } = await made(t, await post(url, { room: '1001' }, { authorization: `bearer  ${nextApiKey}` }))
  const { exp = 0, iat = 0 } = decodeJwt(bare)
  t.equal(exp - iat, 3600, 'with any of the keys, for an hour')
})

t.test('without a key, or with a wrong one, the answer is the same, whatever the body', async (t) => {
  const { url } = await startService(t, settings)
  const answers = new Set<string>()
  for (const authorization of [
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'Bearer wrong',
    `Bearer ${apiKey}x`,
    `Bearer ${apiKey.slice(0, -1)}`,
    `Bearer ${apiKey} ${apiKey}`,
    `Basic ${apiKey}`,
    apiKey,
    `Bearer ${secret}`,
  ]) {
    for (const body of [{ room: '1001' }, 'nonsense', 'x'.repeat(20_000)]) {
      const response = await post(url, body, { authorization })
      t.equal(response.status, 401)
      t.match(Object.fromEntries(response.headers), { 'www-authenticate': 'Bearer', 'cache-control': 'no-store' })
      answers.add(await response.text())
    }
  }
  t.equal(answers.size, 1)
  t.notMatch([...answers].join(''), apiKey)
})

t.test('what cannot be made is said in a body', async (t) => {
  const { app, url } = await startService(t, settings)
  for (const [body, code, message] of [
    ['{"room"', 'bad-message', /^the request: /],
    ['', 'bad-message', /^the request: /],
    ['null', 'bad-message', /^the request: /],
    [[], 'bad-message', /^the request: /],
    [{}, 'bad-message', /^room: /],
    [{ room: 1001 }, 'bad-message', /^room: /],
    [{ room: '1001', ttl: '1h' }, 'bad-message', /^ttl: /],
    [{ room: '1001', ttlSeconds: '60' }, 'bad-message', /^ttlSeconds: /],
    [{ room: '1001', role: 'admin' }, 'bad-message', /^role: /],
    ['{"room":"1001","__proto__":{"role":"host"}}', 'bad-message', /^__proto__: /],
    [{ room: ' ' }, 'room-id-required', /roomId is required/],
    [{ room: 'x'.repeat(65) }, 'room-id-invalid', /too long/],
    [{ room: '1001', name: 'x'.repeat(65) }, 'name-invalid', /too long/],
  ] as const) {
    const response = await post(url, body)
    t.equal(response.status, 400)
    t.match(await response.json(), { statusCode: 400, code, message })
    t.equal(response.headers.get('cache-control'), 'no-store')
  }
  t.equal((await post(url, 'x'.repeat(8193))).status, 413)
  t.equal((await post(url, 'room=1001', { 'content-type': 'application/x-www-form-urlencoded' })).status, 415)
  t.equal((await app.inject({ url: '/tokens', headers: { authorization: `Bearer ${apiKey}` } })).statusCode, 404)
  const payload = { room: '1001' }
  const headers = { authorization: `Bearer ${apiKey}`, host: 'no host' }
  const odd = await app.inject({ method: 'POST', url: '/tokens', headers, payload })
  t.match(odd.json(), { statusCode: 400, code: 'bad-message', message: /^Host: / })
})

t.test('the link leads to where people reach the page', async (t) => {
  for (const [publicUrl, start] of [
    ['https://calls.example/', 'https://calls.example/#room=1001&token='],
    ['https://calls.example/team/?lang=en', 'https://calls.example/team/?lang=en#room=1001&token='],
    ['https://calls.example/team#old', 'https://calls.example/team#room=1001&token='],
  ] as const) {
    const { url } = await startService(t, { ...settings, publicUrl })
    const { link } = await made(t, await post(url, { room: '1001' }))
    t.ok(link.startsWith(start), link)
  }
})

t.test('embedded it is below the prefix, and believes a proxy as far as its host does', async (t) => {
  const host = Fastify({ trustProxy: '127.0.0.1' })
  await host.register(signalbox, { prefix: '/calls', ...settings })
  await host.register(signalbox, { prefix: '/t/:tenant', ...settings })
  host.post('/own', async (request) => request.body)
  await listen(t, host)
  const forwarded = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'calls.example' }
  for (const [prefix, headers, start] of [
    ['/calls', {}, `${urlOf(host).replace('ws:', 'http:')}/calls/#room=1001`],
    ['/calls', forwarded, 'https://calls.example/calls/#room=1001'],
    ['/t/acme', forwarded, 'https://calls.example/t/acme/#room=1001'],
  ] as const) {
    const { link } = await made(t, await post(`${urlOf(host)}${prefix}`, { room: '1001' }, headers))
    t.ok(link.startsWith(start), link)
  }
  t.equal((await post(urlOf(host), {})).status, 404, 'nothing at the root')
  const own = await host.inject({ method: 'POST', url: '/own', payload: { any: 1 } })
  t.match(own.json(), { any: 1 }, "the host's own routes ask for no key")
})

t.test('without an API key there is no such address; without a secret, no service', async (t) => {
  const { url } = await startService(t, { tokenSecrets: [secret] })
  t.equal((await post(url, { room: '1001' })).status, 404)
  for (const [options, message] of [
    [{ apiKeys: [apiKey] }, 'signalbox: apiKeys needs tokenSecrets beside it, to sign with.'],
    [{ ...settings, publicUrl: 'https://[' }, 'signalbox: publicUrl is no address of the Web.'],
    [{ tokenSecrets: [secret], apiKeys: ['short'] }, /^signalbox: apiKeys(?!.*short)/],
  ] as [BuildOptions, string | RegExp][]) {
    await t.rejects(async () => buildApp(options).ready(), { message })
  }
})
