import { createHmac } from 'node:crypto'
import type { FastifyBaseLogger } from 'fastify'
import t, { type Test } from 'tap'
import { RoomTokens } from '../../../plugins/access/room-tokens.js'
import { TokenKeys } from '../../../plugins/access/token-keys.js'
import { AccessConfig, defaultsOf, Limits } from '../../../schemas/index.js'
import { Client, startService } from '../../helper.js'
import {
  ed25519,
  encoded,
  otherSecret,
  type Pair,
  p256,
  room,
  rsa,
  seconds,
  secret,
  type TokenParts,
  tokenBy,
} from './token-kit.js'

const [edKey, ecKey, rsaKey] = [ed25519(), p256(), rsa()]
const strangersKey = ed25519()
const [issuer, audience] = ['https://id.example', 'calls']
const mine = { iss: issuer, aud: audience }
const settings = {
  tokenSecrets: [secret, otherSecret],
  tokenPublicKeys: [edKey, ecKey, rsaKey].map((key) => key.pem).join(''),
  tokenIssuer: issuer,
  tokenAudience: audience,
}
const good = (key: Pair | string, claims: object = {}, header: TokenParts['header'] = {}) =>
  tokenBy(key, { claims: { ...mine, ...claims }, header })

/** Joins as somebody new; the code of the error, or `joined`. */
async function codeFor(t: Test, url: string, fields: object, roomId: string | number = room): Promise<string> {
  const client = await Client.connect(t, url)
  client.send({ type: 'join', roomId, capacity: 100, ...fields })
  const answer = JSON.parse(await client.nextFrame())
  client.socket.close()
  return answer.type === 'error' ? answer.code : answer.type
}

t.test('with a good token of any of the kinds one is let in', async (t) => {
  const { url } = await startService(t, settings)
  const inAnHour = seconds() + 3600
  for (const [name, token] of Object.entries({
    HS256: await good(secret),
    'HS256 with the second secret': await good(otherSecret),
    'HS256 with a kid, which a secret has not': await good(secret, {}, { kid: 'x' }),
    EdDSA: await good(edKey),
    'EdDSA by the name of RFC 9864': await good(edKey, {}, { alg: 'Ed25519' }),
    ES256: await good(ecKey),
    RS256: await good(rsaKey, {}, { typ: 'JWT', kid: 'unknown' }),
    'expired, within the leeway': await good(secret, { exp: seconds() - 25 }),
    'not yet valid, within the leeway': await good(secret, { nbf: seconds() + 25 }),
    'valid for a while already': await good(secret, { nbf: seconds() - 3600, exp: inAnHour }),
    'one audience of several': await good(secret, { aud: ['other', audience] }),
    'claims that nobody knows': await good(secret, { admin: true, video: { roomJoin: false } }),
    'a room that is a number': await good(secret, { room: 1001 }),
    'a room with white space around it': await good(secret, { room: ' 1001\n' }),
    'header jku and x5u, which nobody follows': await good(
      edKey,
      {},
      { jku: 'http://127.0.0.1:1/', x5u: 'http://127.0.0.1:1/' },
    ),
  })) {
    t.equal(await codeFor(t, url, { token }), 'joined', name)
  }
  t.equal(await codeFor(t, url, { token: await good(secret) }, 1001), 'joined', 'a roomId that is a number')
  t.equal(await codeFor(t, url, { token: await good(secret) }, ' 1001 '), 'joined', 'white space around the roomId')
})

t.test('every wrong kind of token has its code', async (t) => {
  const { url } = await startService(t, settings)
  const token = await good(secret)
  const [header = '', payload = '', signature = ''] = token.split('.')
  const claims = { room, ...mine, exp: seconds() + 60 }
  const hmac = (key: string, text: string) => createHmac('sha256', key).update(text).digest('base64url')
  /** By hand, as jose makes no token that is wrong in this way. */
  const forged = (head: object, key: string) => {
    const input = `${encoded(head)}.${encoded(claims)}`
    return `${input}.${hmac(key, input)}`
  }
  const flipped = Buffer.from(signature, 'base64url')
  flipped[0] = (flipped[0] ?? 0) ^ 1

  const rows: Record<string, readonly (readonly [string, unknown])[]> = {
    'token-required': [
      ['none', undefined],
      ['null', null],
      ['empty', ''],
    ],
    'token-invalid': [
      ['a number', 5],
      ['an object', { token }],
      ['a list', [token]],
      ['true', true],
      ['white space', ' '],
      ['some text', 'let me in'],
      ['two full stops', '..'],
      ['huge', `${token}${'A'.repeat(4097)}`],
      ['huge, well made', await good(secret, { padding: 'x'.repeat(4096) })],
      ['white space behind it', `${token} `],
      ['a line end in it', `${header}.${payload}\n.${signature}`],
      ['truncated', token.slice(0, -10)],
      ['without its signature', `${header}.${payload}`],
      ['with an empty signature', `${header}.${payload}.`],
      ['a bit of the signature flipped', `${header}.${payload}.${flipped.toString('base64url')}`],
      ['other claims under the same signature', `${header}.${encoded({ ...claims, role: 'host' })}.${signature}`],
      ['another header over the same signature', `${encoded({ alg: 'HS256', typ: 'x' })}.${payload}.${signature}`],
      ['alg none, unsigned', `${encoded({ alg: 'none' })}.${payload}.`],
      ['alg none, with a signature', `${encoded({ alg: 'none' })}.${payload}.${signature}`],
      ['alg NONE', `${encoded({ alg: 'NONE' })}.${payload}.${signature}`],
      ['alg hs256', forged({ alg: 'hs256' }, secret)],
      ['no alg', forged({}, secret)],
      ['alg a list', forged({ alg: ['HS256'] }, secret)],
      ['alg of Object.prototype', forged({ alg: 'constructor' }, secret)],
      ['HS512, a good secret', await good(secret.repeat(2), {}, { alg: 'HS512' })],
      ['kid a number', forged({ alg: 'HS256', kid: 5 }, secret)],
      ['crit that nobody knows', forged({ alg: 'HS256', crit: ['x'], x: 1 }, secret)],
      ['b64 false', forged({ alg: 'HS256', crit: ['b64'], b64: false }, secret)],
      ['header no JSON', `${encoded('x')}.${payload}.${signature}`],
      ['header a list', `${encoded([])}.${payload}.${signature}`],
      ['payload no JSON', `${header}.${encoded('x')}.${hmac(secret, `${header}.${encoded('x')}`)}`],
      ['payload a list', `${header}.${encoded([])}.${hmac(secret, `${header}.${encoded([])}`)}`],
      ['encrypted', 'a.b.c.d.e'],
      ['HS256 by a stranger', await good('a-strangers-secret-0123456789abcdef')],
      ['HS256 with an empty secret', forged({ alg: 'HS256' }, '')],
      ...[edKey, ecKey, rsaKey].flatMap((key) => [
        [`HS256 with the ${key.alg} key's PEM as the secret`, forged({ alg: 'HS256' }, key.pem)] as const,
        [`HS256 with the ${key.alg} key's PEM, trimmed`, forged({ alg: 'HS256' }, key.pem.trim())] as const,
        [`HS256 with the ${key.alg} key's JWK`, forged({ alg: 'HS256' }, JSON.stringify(key.jwk()))] as const,
      ]),
      ['PS256 by the RSA key', await good(rsaKey, {}, { alg: 'PS256' })],
      ['RS512 by the RSA key', await good(rsaKey, {}, { alg: 'RS512' })],
      ['RS256 by an EC key', await good(ecKey).then((made) => made.replace(/^[^.]+/, encoded({ alg: 'RS256' })))],
      ['a key of another P-256', await good(p256())],
      ['a key of another Ed25519', await good(ed25519())],
      ['its own key in the header', await good(strangersKey, {}, { jwk: strangersKey.jwk() })],
      ['other issuer', await good(secret, { iss: 'https://evil.example' })],
      ['no issuer', await good(secret, { iss: undefined })],
      ['issuers in a list', await good(secret, { iss: [issuer] })],
      ['other audience', await good(secret, { aud: 'other' })],
      ['no audience', await good(secret, { aud: undefined })],
      ['audience no text', await good(secret, { aud: 5 })],
      ['no exp', await good(secret, { exp: undefined })],
      ['exp a text', await good(secret, { exp: `${seconds() + 60}` })],
      ['nbf a text', await good(secret, { nbf: '1' })],
      ['no room', await good(secret, { room: undefined })],
      ['room an object', await good(secret, { room: { id: room } })],
      ['room null', await good(secret, { room: null })],
      ['role admin', await good(secret, { role: 'admin' })],
      ['role null', await good(secret, { role: null })],
      ['role a list', await good(secret, { role: ['host'] })],
      ['capacity 1', await good(secret, { capacity: 1 })],
      ['capacity 2.5', await good(secret, { capacity: 2.5 })],
      ['capacity a text', await good(secret, { capacity: '8' })],
      ['name a number', await good(secret, { name: 5 })],
      ['name too long', await good(secret, { name: 'x'.repeat(65) })],
      ['sub a number', await good(secret, { sub: 5 })],
      ['sub empty', await good(secret, { sub: '' })],
      ['sub too long', await good(secret, { sub: 'x'.repeat(257) })],
      ['jti a number', await good(secret, { jti: 5 })],
      ['jti too long', await good(secret, { jti: 'x'.repeat(257) })],
    ],
    'token-expired': [
      ['beyond the leeway', await good(secret, { exp: seconds() - 35 })],
      ['long ago', await good(edKey, { exp: 0 })],
      ['and for another room', await good(secret, { exp: 1, room: 'other' })],
    ],
    'token-not-yet-valid': [
      ['beyond the leeway', await good(secret, { nbf: seconds() + 40 })],
      ['tomorrow', await good(rsaKey, { nbf: seconds() + 86_400, exp: seconds() + 90_000 })],
    ],
    'token-wrong-room': [
      ['other', await good(secret, { room: 'other' })],
      ['one that begins so', await good(secret, { room: '10012' })],
      ['empty', await good(secret, { room: '' })],
      ['with a star', await good(secret, { room: '*' })],
      ['full-width digits', await good(secret, { room: '１００１' })],
      ['a longer number', await good(secret, { room: 1001.5 })],
    ],
  }
  for (const [code, tokens] of Object.entries(rows)) {
    for (const [name, wrong] of tokens) t.equal(await codeFor(t, url, { token: wrong }), code, `${code}: ${name}`)
  }
})

t.test('upper and lower case are two rooms', async (t) => {
  const { url } = await startService(t, settings)
  const token = await good(secret, { room: 'Team' })
  t.equal(await codeFor(t, url, { token }, 'Team'), 'joined')
  t.equal(await codeFor(t, url, { token }, 'team'), 'token-wrong-room')
})

t.test('without any key a token is not looked at', async (t) => {
  const { url } = await startService(t)
  for (const token of [undefined, 'nonsense', 5, await tokenBy(secret, { claims: { room: 'other', exp: 1 } })])
    t.equal(await codeFor(t, url, { token }), 'joined')
})

t.test('without an issuer and an audience configured any will do', async (t) => {
  const { url } = await startService(t, { tokenSecrets: [secret] })
  t.equal(await codeFor(t, url, { token: await tokenBy(secret) }), 'joined')
  t.equal(await codeFor(t, url, { token: await tokenBy(secret, { claims: { iss: 'x', aud: ['y'] } }) }), 'joined')
})

t.test("the token's name and capacity count before the join's", async (t) => {
  const { url } = await startService(t, { tokenSecrets: [secret], maxRoomCapacity: 4 })
  const ada = await Client.connect(t, url)
  const token = await tokenBy(secret, { claims: { name: ' Ada\u202e  Lovelace\n', capacity: 3 } })
  ada.send({ type: 'join', roomId: room, name: 'The Director', capacity: 2, token })
  t.match(await ada.next('joined'), { capacity: 3 })
  const bo = await Client.connect(t, url)
  bo.send({ type: 'join', roomId: room, name: 'Bo', token: await tokenBy(secret, { claims: { name: ' \u0000' } }) })
  const { members } = await bo.next('joined')
  t.match(members, [{ name: 'Ada Lovelace' }])
  t.match(await ada.next('ready'), { name: 'Bo' }, 'a name of which nothing is left is none')
  const cy = await Client.connect(t, url)
  cy.send({ type: 'join', roomId: 'big', token: await tokenBy(secret, { claims: { room: 'big', capacity: 1000 } }) })
  t.match(await cy.next('joined'), { capacity: 4 }, 'within what the service allows')
})

t.test('what a token grants, and the leeway to the second', async (t) => {
  const log: Pick<FastifyBaseLogger, 'warn'> = { warn: () => {} }
  const config = { ...defaultsOf(AccessConfig), tokenSecrets: [secret], tokenPublicKeys: ecKey.pem }
  let now = 1_800_000_000_000
  const keys = new TokenKeys(config, { log })
  const tokens = new RoomTokens({ keys, config, limits: defaultsOf(Limits), now: () => now })
  const [nbf, exp] = [now / 1000, now / 1000 + 600]

  const full = { role: 'host', name: 'Ada', capacity: 8, sub: 'user-1', jti: 'j1', nbf, exp }
  t.strictSame(await tokens.read(await tokenBy(secret, { claims: full }), room), {
    role: 'host',
    name: 'Ada',
    capacity: 8,
    subject: 'user-1',
    tokenId: 'j1',
  })

  const bare = await tokenBy(ecKey, { claims: { nbf, exp } })
  const { tokenId, ...rest } = await tokens.read(bare, room)
  t.strictSame(rest, {})
  t.match(tokenId, /^[\w-]{43}$/)
  t.notOk(bare.includes(`${tokenId}`), 'no part of the token itself')
  t.equal((await tokens.read(otherSpelling(bare), room)).tokenId, tokenId, 'another spelling is the same token')

  for (const [at, code] of [
    [nbf - 31, 'token-not-yet-valid'],
    [nbf - 30, undefined],
    [exp + 29.999, undefined],
    [exp + 30, 'token-expired'],
  ] as const) {
    now = at * 1000
    const outcome = tokens.read(bare, room).then(
      () => undefined,
      (error) => error.code,
    )
    t.equal(await outcome, code, `at ${at - nbf}`)
  }
})

/** The same signature with the unused bits of its last sign set (RFC 4648, section 3.5). */
function otherSpelling(token: string): string {
  const signs = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const last = signs.indexOf(token.slice(-1))
  return `${token.slice(0, -1)}${signs[last ^ 1]}`
}
