import { existsSync } from 'node:fs'
import { BlockList } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { Config, defaultsOf } from '../../schemas/index.js'
import { complaintsOfCompose, interpolate as interpolated } from './compose-file.js'
import { deployFolder, faultOf, textOf, variablesOf, yamlOf } from './manifests.js'

interface Service {
  readonly environment?: Readonly<Record<string, string | number>>
  readonly volumes?: readonly string[]
  readonly ports?: readonly string[]
  readonly networks?: readonly string[] | Readonly<Record<string, { ipv4_address: string }>>
  readonly command?: readonly string[]
  readonly healthcheck?: { readonly test: readonly string[] }
  readonly stop_grace_period?: string
  readonly ulimits?: { readonly nofile: number }
  readonly depends_on?: Readonly<Record<string, { condition: string }>>
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>
  readonly networks: {
    readonly people: { readonly ipam: { readonly config: readonly [{ subnet: string; ip_range: string }] } }
    readonly store: object
  }
}

const file = 'compose.yaml'
const text = textOf(file)
const { services, networks } = yamlOf<Compose>(file)
const { node1, node2, balancer, valkey, coturn } = services
const defaults = defaultsOf(Config)

/** What haproxy.cfg presets: a name and a value each. */
const presets = Object.fromEntries(
  Array.from(textOf('haproxy/haproxy.cfg').matchAll(/^ *presetenv (\w+) (\S+)$/gm), ([, name, value]) => [name, value]),
)

const filledIn: Record<string, string> = {
  TURN_HOST: 'turn.example.org',
  TURN_SECRET: '0123456789abcdef0123456789abcdef',
  TURN_EXTERNAL_IP: '203.0.113.10',
}

const interpolate = (value: string): string => interpolated(value, filledIn)

function millisecondsOf(duration = ''): number {
  const [, count, unit = ''] = /^(\d+)(s|m|h)$/.exec(duration) ?? []
  const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 }
  return Number(count) * (units[unit] ?? Number.NaN)
}

t.test('the file is what the Compose specification allows', (t) => {
  t.equal(complaintsOfCompose(yamlOf<unknown>(file)), '')
  const misspelt = { services: { node1: { ...node1, stop_grace_periods: '1s' } } }
  t.not(complaintsOfCompose(misspelt), '', 'the schema finds a slip')
  t.end()
})

t.test('the nodes have settings that the service takes', (t) => {
  t.strictSame(node1, node2, 'both alike')
  const environment = Object.fromEntries(
    Object.entries(node1?.environment ?? {}).map(([name, value]) => [name, interpolate(String(value))]),
  )
  t.equal(faultOf(environment), undefined)
  t.equal(environment['SIGNALBOX_REDIS_URL'], 'redis://valkey:6379')
  t.match(faultOf({ ...environment, SIGNALBOX_TURN_SECRETS: 'short' }), /SIGNALBOX_TURN_SECRETS/)
  t.match(faultOf({ ...environment, SIGNALBOX_DRAINS_MS: '1' }), /SIGNALBOX_DRAINS_MS/)
  t.end()
})

t.test('metrics are for the networks of the containers, and for nobody outside', (t) => {
  t.equal(node1?.environment?.['SIGNALBOX_METRICS_PORT'], 9090)
  t.equal(node1?.environment?.['SIGNALBOX_METRICS_HOST'], defaults.host)
  t.equal(node1?.ports, undefined)
  t.notMatch(textOf('haproxy/haproxy.cfg'), '9090')
  t.end()
})

t.test('nothing starts without a secret of its own, and none is in the file', (t) => {
  const asked = new Set(Array.from(text.matchAll(/\$\{(\w+):\?[^}]+\}/g), ([, name]) => name))
  const used = new Set(Array.from(text.matchAll(/\$\{(\w+)\}/g), ([, name]) => name))
  t.strictSame(Array.from(asked).sort(), Object.keys(filledIn).sort())
  for (const name of used) t.ok(asked.has(name), `${name} is asked for`)
  t.strictSame(variablesOf('compose.env.example'), { TURN_HOST: '', TURN_SECRET: '', TURN_EXTERNAL_IP: '' })
  for (const [, value] of text.matchAll(/^ *\w*(?:SECRET|PASSWORD)\w*: *(.*)$/gim)) t.match(value, /^\$\{\w+\}$/)
  t.ok(coturn?.command?.some((argument) => interpolate(argument) === `--static-auth-secret=${filledIn['TURN_SECRET']}`))
  t.end()
})

t.test('HAProxy is given what its file presets, and finds what it looks for', (t) => {
  for (const name of ['SIGNALBOX_NODE_1', 'SIGNALBOX_NODE_2']) t.equal(balancer?.environment?.[name], presets[name])
  for (const [k, name] of ['SIGNALBOX_NODE_1', 'SIGNALBOX_NODE_2'].entries())
    t.equal(presets[name], `node${k + 1}:${defaults.port}`)
  const inside = [presets['BALANCER_HTTP_BIND'], presets['BALANCER_HTTPS_BIND']].map((bind) => bind?.replace(':', ''))
  t.strictSame(
    balancer?.ports?.map((port) => port.split(':')[1]),
    inside,
  )
  t.match(balancer?.healthcheck?.test, [/.*/, 'wget', /.*/, /.*/, /.*/, `http://${presets['BALANCER_HEALTH_BIND']}/`])
  const connections = Number(presets['BALANCER_MAX_CONNECTIONS'])
  t.ok(connections >= 2 * defaults.maxSockets, 'room for all that both nodes take')
  t.ok((balancer?.ulimits?.nofile ?? 0) > 2 * connections)
  t.ok((node1?.ulimits?.nofile ?? 0) > defaults.maxSockets + 50)
  t.end()
})

t.test('the balancer is the one that is trusted, at an address that Docker gives to nobody else', (t) => {
  const address = Array.isArray(balancer?.networks) ? undefined : Object.values(balancer?.networks ?? {})[0]
  t.equal(node1?.environment?.['SIGNALBOX_TRUST_PROXY'], address?.ipv4_address)
  const [{ subnet, ip_range: range }] = networks.people.ipam.config
  const isIn = (network: string): boolean => {
    const [prefix = '', bits] = network.split('/')
    const list = new BlockList()
    list.addSubnet(prefix, Number(bits))
    return list.check(address?.ipv4_address ?? '')
  }
  t.ok(isIn(subnet), subnet)
  t.notOk(isIn(range), range)
  t.end()
})

t.test('times fit together', (t) => {
  const drainMs = Number(node1?.environment?.['SIGNALBOX_DRAIN_MS'])
  t.ok(millisecondsOf(node1?.stop_grace_period) >= drainMs + 5000, 'a node may drain before it is killed')
  const [, tunnel] = /^ *timeout tunnel (\S+)$/m.exec(textOf('haproxy/haproxy.cfg')) ?? []
  t.ok(
    millisecondsOf(tunnel) > 4 * (defaults.pingIntervalMs + defaults.pongTimeoutMs),
    'no socket is idle for that long',
  )
  t.end()
})

t.test('the store keeps what it has, and only the nodes reach it', (t) => {
  const command = valkey?.command ?? []
  t.equal(command[command.indexOf('--maxmemory-policy') + 1], 'noeviction')
  t.strictSame([valkey?.networks, networks.store, valkey?.ports], [['store'], { internal: true }, undefined])
  const others = Object.entries(services).filter(([, { networks = [] }]) => JSON.stringify(networks).includes('store'))
  t.strictSame(others.map(([name]) => name).sort(), ['node1', 'node2', 'valkey'])
  t.strictSame(node1?.depends_on, { valkey: { condition: 'service_healthy' } })
  t.end()
})

t.test('each service is held as close as it can be, and each file that it is given is there', (t) => {
  for (const [name, service] of Object.entries(services)) {
    t.match(service, { read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] }, name)
    for (const volume of service.volumes ?? []) {
      const [source = '', , mode] = volume.split(':')
      t.equal(mode, 'ro', volume)
      // Which an operator fills; Docker makes it where it is not there.
      if (source !== './certificates') t.ok(existsSync(join(deployFolder, source)), source)
    }
  }
  t.end()
})
