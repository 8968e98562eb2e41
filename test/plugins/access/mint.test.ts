import { decodeJwt, decodeProtectedHeader } from 'jose'
import t from 'tap'
import { SignalingError } from '../../../schemas/index.js'
import { type MintOptions, mintToken } from '../../../src/index.js'
import { Client, startService } from '../../helper.js'
import { otherSecret, room, secret } from './token-kit.js'

const options: MintOptions = { tokenSecrets: [secret, otherSecret] }

t.test('a token has what was asked for, and nothing else', async (t) => {
  const now = () => 1_800_000_000_999
  const {
    token,
    expiresAt,
    room: cleaned,
  } = await mintToken(
    { room: ' 1001 ', name: ' Ada\n', role: 'host', ttlSeconds: 60, subject: 'user-1', capacity: 8 },
    { ...options, tokenIssuer: 'me', tokenAudience: 'calls' },
    now,
  )
  t.strictSame(decodeProtectedHeader(token), { alg: 'HS256', typ: 'JWT' })
  const { jti, ...claims } = decodeJwt(token)
  t.match(jti, /^[\w-]{22}$/)
  t.strictSame(claims, {
    room,
    role: 'host',
    name: 'Ada',
    capacity: 8,
    sub: 'user-1',
    iss: 'me',
    aud: 'calls',
    iat: 1_800_000_000,
    exp: 1_800_000_060,
  })
  t.equal(expiresAt.toISOString(), '2027-01-15T08:01:00.000Z')
  t.equal(cleaned, room)

  const bare = decodeJwt((await mintToken({ room, name: '\u0000' }, options, now)).token)
  t.strictSame(Object.keys(bare).sort(), ['exp', 'iat', 'jti', 'room'])
  t.equal((bare.exp ?? 0) - (bare.iat ?? 0), 3600, 'an hour')
  t.not(bare.jti, jti)
})

t.test('who has it is let in: by the first secret, and by a service that has the same settings', async (t) => {
  const service = { tokenSecrets: [secret], tokenIssuer: 'me', tokenAudience: 'calls' }
  const { url } = await startService(t, service)
  const { token } = await mintToken({ room: 'Räume 名前 😀', name: 'Ada', capacity: 3 }, service)
  const ada = await Client.connect(t, url)
  ada.send({ type: 'join', roomId: 'Räume 名前 😀', token })
  t.match(await ada.next('joined'), { capacity: 3 })
  const other = await mintToken({ room }, { ...service, tokenSecrets: [otherSecret, secret] })
  ada.send({ type: 'join', roomId: room, token: other.token })
  t.match(await ada.next('error'), { code: 'token-invalid' })
})

t.test('what no service would take is not made', async (t) => {
  for (const [request, code, message] of [
    [{}, 'bad-message', /^room: /],
    [{ room: 5 }, 'bad-message', /^room: /],
    [null, 'bad-message', /^the request: /],
    [{ room, ttl: 60 }, 'bad-message', /^ttl: /],
    [{ room, ttlSeconds: 0 }, 'bad-message', /^ttlSeconds: /],
    [{ room, ttlSeconds: 2_592_001 }, 'bad-message', /^ttlSeconds: /],
    [{ room, ttlSeconds: 1.5 }, 'bad-message', /^ttlSeconds: /],
    [{ room, role: 'admin' }, 'bad-message', /^role: /],
    [{ room, capacity: 1 }, 'bad-message', /^capacity: /],
    [{ room, subject: '' }, 'bad-message', /^subject: /],
    [{ room, subject: 'x'.repeat(257) }, 'bad-message', /^subject: /],
    [{ room: ' ' }, 'room-id-required', /./],
    [{ room: 'x'.repeat(65) }, 'room-id-invalid', /./],
    [{ room: 'a\u0000b' }, 'room-id-invalid', /./],
    [{ room, name: 'x'.repeat(65) }, 'name-invalid', /./],
  ] as const) {
    await t.rejects(mintToken(request as { room: string }, options), { code, message }, JSON.stringify(request))
  }
  const wide = { ...options, maxRoomIdLength: 1024, maxNameLength: 1024 }
  const long = { room: '名'.repeat(1024), name: '名'.repeat(1024) }
  await t.rejects(mintToken(long, wide), new SignalingError('bad-message', 'the token would be too long'))
  await t.rejects(mintToken({ room }, { tokenSecrets: [] }), { name: 'TypeError' })
})
