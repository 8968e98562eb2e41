import t from 'tap'
import { Config, environmentName, Limits } from '../../schemas/index.js'
import { ConfigError, readConfig } from '../../src/config.js'

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
