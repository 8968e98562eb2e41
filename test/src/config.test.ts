import { join } from 'node:path'
import t from 'tap'
import { Config, environmentName, Limits } from '../../schemas/index.js'
import { ConfigError, readConfig, unknownVariables } from '../../src/config.js'

t.test('without an environment everything has its default', async (t) => {
  t.match(readConfig({}), {
    port: 3000,
    host: '0.0.0.0',
    logLevel: 'info',
    page: true,
    maxFrameBytes: 65_536,
    joinTimeoutMs: 10_000,
  })
  t.strictSame(readConfig({ PORT: '', SIGNALBOX_PAGE: ' ' }), readConfig({}), 'an empty variable is none')
})

t.test('every setting has one variable, and takes its bounds', async (t) => {
  const names = Object.keys(Config.properties).map(environmentName)
  t.equal(new Set(names).size, names.length)
  for (const [key, schema] of Object.entries(Limits.properties)) {
    const name = environmentName(key)
    t.match(readConfig({ [name]: `${schema.minimum}` }), { [key]: schema.minimum })
    t.match(readConfig({ [name]: ` ${schema.maximum} ` }), { [key]: schema.maximum })
    for (const value of [
      `${(schema.minimum ?? 0) - 1}`,
      `${(schema.maximum ?? 0) + 1}`,
      '1e3',
      '0x10',
      'NaN',
      '9'.repeat(30),
      '1_000',
      '12px',
      '-0',
      '007',
    ]) {
      t.throws(() => readConfig({ [name]: value }), {
        name: 'ConfigError',
        message: new RegExp(`^${name} must be a whole number from`),
      })
    }
  }
})

t.test('what is wrong is said in a sentence that names the variable', async (t) => {
  for (const [name, value, message] of [
    ['PORT', '65536', 'PORT must be a whole number from 0 to 65535, not "65536".'],
    ['PORT', '80.5', 'PORT must be a whole number from 0 to 65535, not "80.5".'],
    ['LOG_LEVEL', 'loud', 'LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent, not "loud".'],
    ['SIGNALBOX_PAGE', 'yes', 'SIGNALBOX_PAGE must be true or false, not "yes".'],
  ] as const) {
    t.throws(() => readConfig({ [name]: value }), new ConfigError(message))
  }
})

const [secret, other] = ['a-secret-for-tests-0123456789abcdef', 'another-secret-for-tests-0123456789']

t.test('several of a kind stand in one variable, with commas or white space between them', async (t) => {
  for (const text of [`${secret},${other}`, ` ${secret}, ${other}\n`, `${secret}\n${other}`])
    t.match(readConfig({ SIGNALBOX_TOKEN_SECRETS: text }), { tokenSecrets: [secret, other] })
  t.match(readConfig({}), { tokenSecrets: [], apiKeys: [], authorizeSecrets: [], tokenPublicKeys: '' })
})

t.test('a secret or a key can be in a file', async (t) => {
  const folder = t.testdir({ secrets: `${secret}\n${other}\n`, keys: 'a\nb\n', empty: ' \n' })
  const at = (name: string) => join(folder, name)
  t.match(readConfig({ SIGNALBOX_TOKEN_SECRETS_FILE: ` ${at('secrets')} ` }), { tokenSecrets: [secret, other] })
  t.match(readConfig({ SIGNALBOX_TOKEN_PUBLIC_KEYS_FILE: at('keys') }), { tokenPublicKeys: 'a\nb' })
  t.match(readConfig({ SIGNALBOX_TOKEN_SECRETS_FILE: '' }), { tokenSecrets: [] })
  for (const [environment, message] of [
    [{ SIGNALBOX_TOKEN_SECRETS_FILE: at('nowhere') }, /^SIGNALBOX_TOKEN_SECRETS_FILE cannot be read: ENOENT/],
    [{ SIGNALBOX_TOKEN_SECRETS_FILE: folder }, /^SIGNALBOX_TOKEN_SECRETS_FILE cannot be read: EISDIR/],
    // Nobody meant that everybody may come in.
    [{ SIGNALBOX_TOKEN_SECRETS_FILE: at('empty') }, 'SIGNALBOX_TOKEN_SECRETS_FILE names a file with nothing in it.'],
    [
      { SIGNALBOX_TOKEN_SECRETS_FILE: at('secrets'), SIGNALBOX_TOKEN_SECRETS: secret },
      'SIGNALBOX_TOKEN_SECRETS and SIGNALBOX_TOKEN_SECRETS_FILE are both set.',
    ],
  ] as const) {
    t.throws(() => readConfig(environment), { name: 'ConfigError', message })
  }
  const ours = { SIGNALBOX_TOKEN_SECRETS_FILE: 'x', SIGNALBOX_API_KEYS_FILE: 'x', SIGNALBOX_TOKEN_ISSUER_FILE: 'x' }
  t.strictSame(unknownVariables(ours), ['SIGNALBOX_TOKEN_ISSUER_FILE'])
})

t.test('what is wrong with a secret is said without the secret', async (t) => {
  for (const name of ['TOKEN_SECRETS', 'API_KEYS', 'AUTHORIZE_SECRETS']) {
    for (const text of ['short-secret', `${secret},short-secret`, `${secret},`, `${secret},`.repeat(17)]) {
      t.throws(() => readConfig({ [`SIGNALBOX_${name}`]: text }), {
        message: `SIGNALBOX_${name} must be texts of 32 characters or more, with commas between them.`,
      })
    }
  }
  const keys = 'private-key'.repeat(10_000)
  const message = 'SIGNALBOX_TOKEN_PUBLIC_KEYS must be a text.'
  t.throws(() => readConfig({ SIGNALBOX_TOKEN_PUBLIC_KEYS: keys }), { message })
})

t.test('the origins that may connect', async (t) => {
  t.match(readConfig({ SIGNALBOX_ALLOWED_ORIGINS: 'https://app.example, http://b.example:8080 *' }), {
    allowedOrigins: ['https://app.example', 'http://b.example:8080', '*'],
    requireOrigin: false,
  })
  for (const text of ['null', 'app.example', 'https://app.example/']) {
    t.throws(() => readConfig({ SIGNALBOX_ALLOWED_ORIGINS: text }), { message: /^SIGNALBOX_ALLOWED_ORIGINS must be/ })
  }
})

t.test('an address is one of the Web', async (t) => {
  t.match(readConfig({ SIGNALBOX_AUTHORIZE_URL: 'https://app.example/a?b' }), {
    authorizeUrl: 'https://app.example/a?b',
  })
  for (const text of ['app.example', 'ftp://app.example', 'https://app.example/a b']) {
    t.throws(() => readConfig({ SIGNALBOX_AUTHORIZE_URL: text }), {
      message: `SIGNALBOX_AUTHORIZE_URL must be an address of the Web, not ${JSON.stringify(text)}.`,
    })
  }
})
