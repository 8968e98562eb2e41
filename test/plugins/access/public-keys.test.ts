import { generateKeyPairSync } from 'node:crypto'
import t from 'tap'
import { buildApp } from '../../../src/index.js'
import { Client, startService } from '../../helper.js'
import { ed25519, type Pair, p256, p384, room, rsa, secret, tokenBy } from './token-kit.js'

const [edKey, ecKey, rsaKey] = [ed25519(), p256(), rsa()]
const setOf = (...keys: unknown[]) => JSON.stringify({ keys })
const privatePem = edKey.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const secp256k1 = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey
const pss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey

async function outcome(t: Parameters<typeof Client.connect>[0], url: string, token: string): Promise<string> {
  const client = await Client.connect(t, url)
  client.send({ type: 'join', roomId: room, capacity: 100, token })
  const answer = JSON.parse(await client.nextFrame())
  client.socket.close()
  return answer.code ?? answer.type
}

t.test('a key that cannot be used stops the start, in a sentence that names the setting', async (t) => {
  const rows: readonly (readonly [string, RegExp])[] = [
    ['nonsense', /it is neither PEM blocks nor a JWK Set/],
    [`${edKey.pem}and more`, /it is neither PEM blocks nor a JWK Set/],
    [edKey.pem.replace('END PUBLIC', 'END OTHER'), /it is neither PEM blocks nor a JWK Set/],
    [edKey.pem.replace(/\n.*\n/, '\nAAAA\n'), /key 1 cannot be read/],
    ['{"keys":[', /it is no JSON/],
    ['{"kty":"OKP"}', /it is no JWK Set/],
    [setOf(), /there is no key for signatures in it/],
    [setOf(edKey.jwk({ use: 'enc' })), /there is no key for signatures in it/],
    [setOf(edKey.jwk({ key_ops: ['sign'] })), /there is no key for signatures in it/],
    [setOf('x'), /key 1 is no JWK/],
    [setOf(edKey.jwk({ kid: 5 })), /key 1 is no JWK/],
    [setOf({ kty: 'EC' }), /key 1 cannot be read/],
    [setOf({ kty: 'oct', k: Buffer.from(secret).toString('base64url') }), /key 1 is a shared secret/],
    [
      setOf(edKey.jwk(), edKey.privateKey.export({ format: 'jwk' })),
      /key 2 is a private key; the public one is enough/,
    ],
    [edKey.pem + privatePem, /key 2 is a private key; the public one is enough/],
    [p384().pem, /key 1 is neither Ed25519 nor P-256 nor RSA/],
    [secp256k1.export({ type: 'spki', format: 'pem' }).toString(), /key 1 is neither Ed25519 nor P-256 nor RSA/],
    [pss.export({ type: 'spki', format: 'pem' }).toString(), /key 1 is neither Ed25519 nor P-256 nor RSA/],
    [setOf(p384().jwk()), /key 1 is neither Ed25519 nor P-256 nor RSA/],
    [ecKey.pem + rsa(1024).pem, /key 2 is RSA with 1024 bits; it must have 2048 or more/],
    [setOf(rsaKey.jwk({ alg: 'PS256' })), /key 1 is for PS256, which is not used here/],
    [setOf(rsaKey.jwk({ alg: 'RS512' })), /key 1 is for RS512, which is not used here/],
    [setOf(ecKey.jwk({ alg: 'RS256' })), /key 1 is for RS256, which is not used here/],
    [setOf(edKey.jwk({ alg: 'HS256' })), /key 1 is for HS256, which is not used here/],
  ]
  for (const [tokenPublicKeys, reason] of rows) {
    const message = new RegExp(`^signalbox: tokenPublicKeys cannot be used: ${reason.source}`)
    await t.rejects(async () => buildApp({ tokenPublicKeys }).ready(), { name: 'SettingError', message }, reason.source)
  }
})

t.test('keys are PEM blocks, also in one line, or a JWK Set, also with what is for something else', async (t) => {
  const pem = [edKey, ecKey, rsaKey].map((key) => key.pem)
  const pkcs1 = rsaKey.publicKey.export({ type: 'pkcs1', format: 'pem' }).toString()
  for (const [name, tokenPublicKeys] of Object.entries({
    'PEM blocks': pem.join(''),
    'with lines between them': `\n${pem.join('\n\n')}\n`,
    'in one line': pem.join('').replaceAll('\n', '\\n'),
    'PKCS #1': [edKey.pem, ecKey.pem, pkcs1].join('\n'),
    'a JWK Set': setOf(edKey.jwk(), ecKey.jwk(), rsaKey.jwk()),
    'one that says what each is for': ` ${setOf(
      edKey.jwk({ alg: 'EdDSA', use: 'sig' }),
      ecKey.jwk({ alg: 'ES256', key_ops: ['verify'] }),
      rsaKey.jwk({ alg: 'RS256' }),
      p384().jwk({ use: 'enc' }),
    )}`,
  })) {
    const { url } = await startService(t, { tokenPublicKeys })
    for (const key of [edKey, ecKey, rsaKey]) {
      t.equal(await outcome(t, url, await tokenBy(key)), 'joined', `${name}: ${key.alg}`)
      t.equal(await outcome(t, url, await tokenBy(key, { header: { kid: 'x' } })), 'joined', `${name}: any kid`)
    }
    t.equal(await outcome(t, url, await tokenBy(ed25519())), 'token-invalid', name)
    t.equal(await outcome(t, url, await tokenBy(secret)), 'token-invalid', `${name}: no secret`)
  }
})

t.test('a kid that a JWK has means that one alone', async (t) => {
  const [a, b, c] = [ed25519(), ed25519(), ed25519()]
  const tokenPublicKeys = setOf(a.jwk({ kid: 'a' }), b.jwk({ kid: 'b' }), c.jwk(), ecKey.jwk({ kid: 'ec' }))
  const { url } = await startService(t, { tokenPublicKeys, tokenSecrets: [secret] })
  const rows: readonly (readonly [string, Pair | string, string | undefined, string])[] = [
    ['its own', a, 'a', 'joined'],
    ["another one's", a, 'b', 'token-invalid'],
    ['none', b, undefined, 'joined'],
    ['unknown, by one with a kid', b, 'x', 'token-invalid'],
    ['unknown, by one without', c, 'x', 'joined'],
    ['known, by one without', c, 'a', 'token-invalid'],
    ['of a key of another kind', a, 'ec', 'token-invalid'],
    ['unknown, by a secret', secret, 'x', 'joined'],
    ['known, by a secret', secret, 'a', 'token-invalid'],
    ['empty', c, '', 'joined'],
  ]
  for (const [name, key, kid, expected] of rows) {
    const token = await tokenBy(key, { header: kid === undefined ? {} : { kid } })
    t.equal(await outcome(t, url, token), expected, name)
  }
})

t.test(
  'the issuer and the audience of tokens that there is no key for stop the start: everybody would come in',
  async (t) => {
    for (const setting of ['tokenIssuer', 'tokenAudience']) {
      const message = `signalbox: ${setting} needs tokenSecrets, tokenPublicKeys or tokenJwksUrl beside it.`
      await t.rejects(async () => buildApp({ [setting]: 'x' }).ready(), { name: 'SettingError', message })
    }
  },
)

t.test('a secret that is too short stops the start, and is not repeated', async (t) => {
  for (const tokenSecrets of [['short-secret'], [secret, 'short-secret'], 'short-secret']) {
    const message = /^signalbox: tokenSecrets(?!.*short)/
    await t.rejects(async () => buildApp({ tokenSecrets } as object).ready(), { name: 'TypeError', message })
  }
})
