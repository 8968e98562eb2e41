import { generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import t from 'tap'
import { readConfig } from '../../src/config.js'
import { type BuildOptions, buildApp } from '../../src/index.js'
import { run } from '../program.js'

/** In everything that must not be repeated. */
const mark = 'hush'
const secret = `${mark}-secret-0123456789-0123456789-0123`
const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const body = pem.split('\n')[1] ?? ''

function isTold(text: string): boolean {
  return text.includes(mark) || text.includes(body)
}

/** Settings that cannot be used, as they can be set in the environment and in code alike. */
const wrong: BuildOptions[] = [
  { tokenSecrets: [mark] },
  { apiKeys: [mark] },
  { apiKeys: [secret] },
  { authorizeSecrets: [mark] },
  { turnSecrets: [mark] },
  { turnSecrets: [secret] },
  { tokenSecrets: [`${secret}${'x'.repeat(1024)}`] },
  { authorizeSecrets: [`whsec_${secret}`], authorizeUrl: 'https://authority.example' },
  { tokenPublicKeys: secret },
  { tokenPublicKeys: pem },
  { tokenPublicKeys: JSON.stringify({ keys: [{ kty: 'oct', k: secret }] }) },
  ...['https', 'htps'].flatMap((scheme) => {
    const url = `${scheme}://user:${secret}@authority.example`
    return [
      { authorizeUrl: url, authorizeSecrets: [secret] },
      { tokenJwksUrl: url },
      { publicUrl: url, apiKeys: [secret], tokenSecrets: [secret] },
    ]
  }),
  { allowedOrigins: [`https://user:${secret}@app.example`] },
  { frameAncestors: [`https://user:${secret}@app.example`] },
  { stunUrls: [`stun:user:${secret}@stun.example`] },
  { turnUrls: [`turn:user:${secret}@turn.example`], turnSecrets: [secret] },
  { turnUrls: [`turn:turn.example?secret=${secret}@`], turnSecrets: [secret] },
  { redisUrl: `redis://user:${secret}@store.example:0` },
  { redisUrl: `redis+sentinel://store.example/main?sentinelPassword=${secret}&db=1` },
]

function environmentOf(options: BuildOptions): Record<string, string> {
  const name = (key: string): string => `SIGNALBOX_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`
  return Object.fromEntries(Object.entries(options).map(([key, value]) => [name(key), String(value)]))
}

t.test('no error about an option repeats a secret, or what stands before an @', async (t) => {
  for (const options of wrong) {
    const error: unknown = await Promise.resolve(buildApp(options).ready()).then(
      () => undefined,
      (reason: unknown) => reason,
    )
    const [setting = ''] = Object.keys(options)
    t.match(error, { name: /TypeError|SettingError/, message: /^signalbox: / }, setting)
    t.match(String(error), setting)
    t.notOk(isTold(JSON.stringify({ text: String(error), ...Object(error) })), setting)
  }
})

t.test('nor one about a variable', async (t) => {
  let refused = 0
  for (const environment of wrong.map(environmentOf)) {
    const [name = ''] = Object.keys(environment)
    try {
      readConfig(environment)
    } catch (error) {
      refused += 1
      t.match(error, { name: 'ConfigError', message: name })
      t.notOk(isTold(String(error)), name)
    }
  }
  t.ok(refused > 10, 'the rest is found later, in the same words')
  const environment = {
    SIGNALBOX_AUTHORIZE_URL: `https://user:${secret}@authority.example`,
    SIGNALBOX_AUTHORIZE_SECRETS: secret,
  }
  const { code, stdout, stderr } = await run(t, { PORT: '0', HOST: '127.0.0.1', ...environment }).exited
  const sentence = 'SIGNALBOX_AUTHORIZE_URL has a user name or a password in it.'
  t.strictSame({ code, stdout, stderr }, { code: 2, stdout: '', stderr: `signalbox: ${sentence}\n` })
})

t.test('nor where the secret itself is set in place of its file', async (t) => {
  const folder = t.testdir({ empty: '', short: mark })
  for (const [environment, reason] of [
    [{ SIGNALBOX_TOKEN_SECRETS_FILE: secret }, /cannot be read: ENOENT: no such file or directory\.$/],
    [{ SIGNALBOX_TURN_SECRETS_FILE: `it's, open '${secret}'` }, /cannot be read: ENOENT: no such file or directory\.$/],
    [{ SIGNALBOX_API_KEYS_FILE: secret.repeat(200) }, /cannot be read: ENAMETOOLONG: name too long\.$/],
    [{ SIGNALBOX_API_KEYS_FILE: join(folder, 'short') }, /^SIGNALBOX_API_KEYS must be .* between them\.$/],
    [{ SIGNALBOX_API_KEYS_FILE: join(folder, 'empty') }, /nothing in it/],
    [{ SIGNALBOX_API_KEYS_FILE: secret, SIGNALBOX_API_KEYS: secret }, /both set/],
    [{ SIGNALBOX_TOKEN_PUBLIC_KEYS_FILE: pem }, /cannot be read/],
  ] as const) {
    try {
      readConfig(environment)
      t.fail('was accepted')
    } catch (error) {
      t.match(error, { name: 'ConfigError', message: reason })
      t.notOk(isTold(String(error)))
    }
  }
  const { code, stderr } = await run(t, { SIGNALBOX_TLS_CERT: pem, SIGNALBOX_TLS_KEY: pem }).exited
  t.equal(code, 2)
  t.match(stderr, /^signalbox: SIGNALBOX_TLS_CERT cannot be read: ENOENT: no such file or directory\.\n$/)
})
