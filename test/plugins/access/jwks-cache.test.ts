import type { ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { JwksCache } from '../../../plugins/access/jwks-cache.js'
import { buildApp } from '../../../src/index.js'
import { Client, startService } from '../../helper.js'
import { HttpServer } from './http-server.js'
import { ed25519, type Pair, p256, p384, room, rsa, secret, tokenBy } from './token-kit.js'

const [a, b] = [ed25519(), p256()]
const minuteMs = 60_000

/** A server of a JWK Set, and a cache of it with a clock that is set by hand. */
async function serve(t: Test) {
  const served = { keys: [a.jwk({ kid: 'a' })] as unknown[], fetches: 0, answer: undefined as Answer | undefined }
  const server = await HttpServer.start(t, (_request, response) => {
    served.fetches += 1
    if (served.answer !== undefined) served.answer(response)
    else response.end(JSON.stringify({ keys: served.keys }))
  })
  const clock = { now: 0 }
  const reasons: string[] = []
  const log = { warn: (fields: object) => void reasons.push(String(Reflect.get(fields, 'reason'))) }
  const cache = new JwksCache(server.url, { log, now: () => clock.now })
  /** The names of the keys that there are, or the code of the refusal. */
  const kids = (kid?: string): Promise<string> =>
    cache.keys(kid).then(
      (keys) => keys.map((key) => key.kid).join(),
      (error) => error.code,
    )
  return { server, served, clock, reasons, kids }
}

type Answer = (response: ServerResponse) => unknown

async function outcome(t: Test, url: string, token: unknown): Promise<string> {
  const client = await Client.connect(t, url)
  client.send({ type: 'join', roomId: room, capacity: 100, token })
  const answer = JSON.parse(await client.nextFrame())
  client.socket.close()
  return answer.code ?? answer.type
}

const by = (key: Pair, kid?: string) => tokenBy(key, { header: kid === undefined ? {} : { kid } })

t.test('nothing is fetched before a token comes that needs it, and then once for all who wait', async (t) => {
  const { server, served } = await serve(t)
  const { url } = await startService(t, { tokenJwksUrl: server.url, tokenSecrets: [secret] })
  t.equal(await outcome(t, url, undefined), 'token-required')
  t.equal(await outcome(t, url, 'nonsense'), 'token-invalid')
  t.equal(await outcome(t, url, await tokenBy(secret, { header: { kid: 'a' } })), 'joined')
  t.equal(served.fetches, 0)
  const tokens = await Promise.all(Array.from({ length: 10 }, () => by(a, 'a')))
  const outcomes = await Promise.all(tokens.map((token) => outcome(t, url, token)))
  t.ok(outcomes.every((one) => one === 'joined'))
  t.equal(served.fetches, 1)
})

t.test('a new kid is picked up at once, and a removed one refused after that', async (t) => {
  const { server, served } = await serve(t)
  const { url } = await startService(t, { tokenJwksUrl: server.url })
  t.equal(await outcome(t, url, await by(a, 'a')), 'joined')
  t.equal(await outcome(t, url, await by(a)), 'joined', 'without a kid too')
  served.keys = [b.jwk({ kid: 'b' })]
  t.equal(await outcome(t, url, await by(a, 'a')), 'joined', 'until the next fetch')
  t.equal(await outcome(t, url, await by(b, 'b')), 'joined')
  t.equal(await outcome(t, url, await by(a, 'a')), 'token-invalid')
  t.equal(await outcome(t, url, await by(a)), 'token-invalid')
  t.equal(served.fetches, 2)
})

t.test('for names that nobody knows it is fetched at most every 30 s', async (t) => {
  const { served, clock, kids } = await serve(t)
  t.equal(await kids('x1'), 'a')
  t.equal(served.fetches, 1, 'what was just fetched is not fetched again')
  for (const kid of ['x2', 'x3', 'x4']) await kids(kid)
  await Promise.all([kids('x5'), kids('x6')])
  t.equal(served.fetches, 2)
  clock.now += 29_999
  await kids('x7')
  t.equal(served.fetches, 2)
  clock.now += 1
  await Promise.all([kids('x8'), kids('x9')])
  t.equal(served.fetches, 3)
  t.equal(await kids('a'), 'a')
  t.equal(served.fetches, 3)
})

t.test('a set is good for ten minutes, and then fetched anew', async (t) => {
  const { served, clock, kids } = await serve(t)
  t.equal(await kids('a'), 'a')
  served.keys = [b.jwk({ kid: 'b' })]
  clock.now += 10 * minuteMs - 1
  t.equal(await kids('a'), 'a')
  t.equal(await kids(), 'a')
  t.equal(served.fetches, 1)
  clock.now += 1
  t.strictSame(await Promise.all([kids('a'), kids(), kids('b')]), ['b', 'b', 'b'])
  t.equal(served.fetches, 2)
})

t.test('while the address is away the old set is good for an hour, tried anew every 30 s', async (t) => {
  const { server, served, clock, reasons, kids } = await serve(t)
  t.equal(await kids('a'), 'a')
  await server.stop()
  clock.now += 10 * minuteMs
  t.equal(await kids('a'), 'a')
  t.match(reasons, ['no answer: ECONNREFUSED'])
  t.equal(reasons.length, 1)
  clock.now += 29_999
  t.equal(await kids('a'), 'a')
  t.equal(reasons.length, 1, 'not tried again so soon')
  t.equal(await kids('b'), 'access-unavailable', 'the newer set could have that')
  clock.now += 1
  t.equal(await kids('a'), 'a')
  t.equal(reasons.length, 2)

  clock.now = 60 * minuteMs - 1
  t.equal(await kids('a'), 'a')
  clock.now = 60 * minuteMs
  t.equal(await kids('a'), 'access-unavailable')
  t.equal(await kids(), 'access-unavailable')

  await server.comeBack()
  served.keys = [b.jwk({ kid: 'b' })]
  clock.now += 1000
  t.equal(await kids('b'), 'b')
  t.equal(await kids('x'), 'b', 'and what is not in it is not')
})

t.test('an answer that is none counts as away', async (t) => {
  const { served, clock, reasons, kids } = await serve(t)
  const body = (text: string | Buffer, headers = {}): Answer => {
    return (response) => response.writeHead(200, headers).end(text)
  }
  const huge = JSON.stringify({ keys: [a.jwk({ kid: 'a' })], padding: 'x'.repeat(65_536) })
  for (const [answer, reason] of [
    [(response) => response.writeHead(500).end('{"keys":[]}'), 'status 500'],
    [(response) => response.writeHead(204).end(), 'status 204'],
    [(response) => response.writeHead(302, { location: '/elsewhere' }).end(), 'status 302'],
    [body('<html>'), 'no JSON'],
    [body(''), 'no JSON'],
    [body('[]'), 'it is no JWK Set'],
    [body('{"keys":{}}'), 'it is no JWK Set'],
    [body(huge), 'more than 65536 bytes'],
    [body(gzipSync(huge), { 'content-encoding': 'gzip' }), 'more than 65536 bytes'],
    [(response) => response.destroy(), /^no answer: /],
  ] as [Answer, string | RegExp][]) {
    served.answer = answer
    clock.now += 1000
    t.equal(await kids('a'), 'access-unavailable')
    t.match(reasons.pop(), reason)
  }
  t.equal(await kids('a'), 'access-unavailable', 'and is not asked again at once')
  t.equal(reasons.length, 0)
  served.answer = undefined
  clock.now += 1000
  t.equal(await kids('a'), 'a')
})

t.test('one that never ends is given up after 5 s, and the old set serves meanwhile', async (t) => {
  const { served, clock, reasons, kids } = await serve(t)
  await kids('a')
  served.answer = (response) => response.writeHead(200).write('{"keys":[')
  clock.now += 10 * minuteMs
  const startedAt = performance.now()
  t.equal(await kids('a'), 'a')
  const tookMs = performance.now() - startedAt
  t.ok(tookMs > 4500 && tookMs < 8000, `after ${Math.round(tookMs)} ms`)
  t.strictSame(reasons, ['no answer in 5000 ms'])
  const again = performance.now()
  t.equal(await kids('a'), 'a')
  t.ok(performance.now() - again < 1000, 'the next one does not wait')
})

t.test('of a set only what is for signatures, public and strong is used', async (t) => {
  const { served, kids } = await serve(t)
  served.keys = [
    { kty: 'oct', kid: 'oct', k: Buffer.from(secret).toString('base64url') },
    a.jwk({ kid: 'enc', use: 'enc' }),
    { ...a.privateKey.export({ format: 'jwk' }), kid: 'private' },
    rsa(1024).jwk({ kid: 'weak' }),
    rsa().jwk({ kid: 'ps', alg: 'PS256' }),
    p384().jwk({ kid: 'p384' }),
    'nonsense',
    null,
    a.jwk({ kid: 'a', alg: 'EdDSA', use: 'sig' }),
    b.jwk({ kid: 'b' }),
  ]
  t.equal(await kids('a'), 'a,b')
})

t.test('with the address away from the start: access-unavailable, but for keys that are at hand', async (t) => {
  const { server } = await serve(t)
  await server.stop()
  const c = ed25519()
  const { url } = await startService(t, { tokenJwksUrl: server.url, tokenPublicKeys: c.pem, tokenSecrets: [secret] })
  t.equal(await outcome(t, url, await by(a, 'a')), 'access-unavailable')
  t.equal(await outcome(t, url, await by(a)), 'access-unavailable')
  t.equal(await outcome(t, url, await by(c)), 'joined')
  t.equal(await outcome(t, url, await by(c, 'c')), 'joined')
  t.equal(await outcome(t, url, await tokenBy(secret)), 'joined')
  t.equal(await outcome(t, url, 'nonsense'), 'token-invalid')
  t.equal(await outcome(t, url, undefined), 'token-required')
})

t.test('an address that no request can be sent to stops the start', async (t) => {
  for (const [tokenJwksUrl, message] of [
    ['https://[', 'signalbox: tokenJwksUrl is no address of the Web.'],
    ['https://me:pass@id.example/', 'signalbox: tokenJwksUrl has a user name or a password in it.'],
    ['ftp://id.example/', /^signalbox: tokenJwksUrl: /],
  ] as const) {
    await t.rejects(async () => buildApp({ tokenJwksUrl }).ready(), { message })
  }
})
