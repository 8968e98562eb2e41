import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { makeCertificates } from '../certificates.js'
import { startCoturn, turnSecret } from '../coturn.js'
import { complaintsOfCompose, interpolate } from '../deploy/compose-file.js'
import { faultOf } from '../deploy/manifests.js'
import { run, start } from '../program.js'
import { exampleFolder } from './example.js'

interface Compose {
  readonly services: Readonly<
    Record<
      string,
      {
        readonly environment?: Readonly<Record<string, string>>
        readonly command?: readonly string[]
        readonly volumes: readonly string[]
        readonly ports?: readonly string[]
      }
    >
  >
}

const folder = exampleFolder('container')
const text = readFileSync(join(folder, 'compose.yaml'), 'utf8')
const content: Compose = parse(text, { merge: true })
const { signalbox, coturn } = content.services
const variables = { DOMAIN: 'calls.example.org', TURN_SECRET: turnSecret, PUBLIC_IP: '203.0.113.10' }

/** The environment of the service, as compose makes it of the file and `.env`. */
const environmentFor = (variables: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(signalbox?.environment ?? {}).map(([name, value]) => [name, interpolate(value, variables)]),
  )

t.test('the file is what the Compose specification allows, and asks for what nobody can guess', async (t) => {
  t.equal(complaintsOfCompose(content), '')
  const asked = Array.from(text.matchAll(/\$\{(\w+):\?[^}]+\}/g), ([, name = '']) => name)
  t.strictSame(new Set(asked), new Set(Object.keys(variables)))
  const example = readFileSync(join(folder, 'env.example'), 'utf8')
  t.strictSame(
    Array.from(example.matchAll(/^(\w+)=(.*)$/gm), ([, name, value]) => [name, value]),
    Object.keys(variables).map((name) => [name, '']),
  )
  for (const volume of [...(signalbox?.volumes ?? []), ...(coturn?.volumes ?? [])]) {
    const [source = '', , mode] = volume.split(':')
    t.equal(mode, 'ro', volume)
    // Which an operator fills.
    if (source !== './certificates') t.ok(existsSync(join(folder, source)), source)
  }
})

t.test('the service starts with these settings, over HTTPS', async (t) => {
  const environment = environmentFor(variables)
  t.equal(faultOf(environment), undefined)
  const { certificateFile, keyFile } = makeCertificates(t.testdir({}), { names: 'DNS:calls.example.org' })
  const { url } = await start(t, {
    ...environment,
    SIGNALBOX_TLS_CERT: certificateFile,
    SIGNALBOX_TLS_KEY: keyFile,
    SIGNALBOX_TURN_CHECK_INTERVAL_MS: '0',
  })
  t.match(url, /^wss:/)
  t.match(signalbox?.ports, [/^443:3000$/])
})

t.test('the TURN server starts with these arguments, and the service can use it', async (t) => {
  const [, file = '', ...args] = coturn?.command ?? []
  t.match(file, /turnserver\.conf$/)
  // What stands where, and at which address of the machine, is another thing here.
  const own = /^--(realm|static-auth-secret|external-ip|cert|pkey|userdb|pidfile)=/
  t.strictSame(
    args.filter((argument) => !own.test(argument)),
    [],
  )
  const { port, urls } = await startCoturn(t, {
    file: join(folder, '../../deploy/coturn/turnserver.conf'),
    secrets: [interpolate(args.find((argument) => argument.startsWith('--static'))?.split('=')[1] ?? '', variables)],
  })
  const environment = environmentFor({ ...variables, DOMAIN: '127.0.0.1' })
  const { exited } = run(
    t,
    {
      SIGNALBOX_STUN_URLS: `${environment['SIGNALBOX_STUN_URLS']}`.replace('3478', `${port}`),
      SIGNALBOX_TURN_URLS: `${environment['SIGNALBOX_TURN_URLS']}`
        .replaceAll('3478', `${port}`)
        .replace(/,turns:.*/, ''),
      SIGNALBOX_TURN_SECRETS: `${environment['SIGNALBOX_TURN_SECRETS']}`,
    },
    'check',
  )
  const { stdout, code } = await exited
  for (const url of [`stun:127.0.0.1:${port}`, urls.udp, urls.tcp]) t.match(stdout, `${url}: `)
  t.match(stdout, /^(\S+: ok in \d+ ms.*\n){3}$/)
  t.equal(code, 0)
})
