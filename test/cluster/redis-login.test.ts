import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as elapse } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import t, { type Test } from 'tap'
import { makeCertificates } from '../certificates.js'
import { freePort } from '../free-port.js'
import { startService } from '../helper.js'
import { run } from '../program.js'
import { randomFrom } from '../random-from.js'
import { startRedis } from '../redis-server.js'
import { Nodes } from './nodes.js'
import { RedisCluster } from './redis-cluster.js'
import { Sentinels } from './sentinel.js'
import { Swarm } from './swarm.js'
import { until } from './until.js'

const docs = readFileSync(fileURLToPath(new URL('../../../docs/scaling.md', import.meta.url)), 'utf8')
/** What the documentation says that a user may do: in any Redis, in a Cluster besides, and with sentinels. */
const [single = [], more = [], sentinel = []] = Array.from(docs.matchAll(/^```\n(.*[~+].*)\n```$/gm), ([, line = '']) =>
  line.split(' ').filter((part) => !/^(user|signalbox)$/.test(part)),
)

/** What is done when a log is too long, or a room at its end. */
const seldom = ['hdel', 'unlink', 'xlen', 'xrevrange']

/** Members who talk, by nodes that log in as that user, while something is done. @returns what those were refused there */
async function useAs(
  t: Test,
  url: string,
  clients: readonly Redis[],
  meanwhile: () => Promise<unknown>,
): Promise<string[]> {
  for (const client of clients) await client.acl('LOG', 'RESET')
  const nodes = await Nodes.start(t, 2, url.replace('//', '//signalbox:password@'))
  const swarm = new Swarm(nodes, { clients: 8, rooms: 4, random: randomFrom(1) })
  t.teardown(() => swarm.close())
  await swarm.begin()
  await meanwhile()
  const { taken, lost } = await swarm.rest()
  t.ok(taken > 50, 'enough has happened')
  t.equal(lost, 0)
  t.strictSame([swarm.faults, nodes.complaints], [[], []])
  const logs = await Promise.all(clients.map((client) => client.acl('LOG')))
  return logs.flat().map(String)
}

/** By another instance that logs in as that user. */
async function listRooms(t: Test, url: string): Promise<void> {
  const { app } = await startService(t, { redisUrl: url.replace('//', '//signalbox:password@') })
  await until('the store is reached', async () => (await app.inject('/readyz')).statusCode === 200)
  t.ok((await app.signalbox.rooms()).length > 0)
}

async function allow(client: Redis, parts: readonly string[]): Promise<void> {
  await client.call('ACL', 'SETUSER', 'signalbox', ...parts)
}

/** @returns the names of the commands that it has run for anybody */
async function commandsRun(client: Redis): Promise<Set<string>> {
  const text = await client.info('commandstats')
  return new Set(Array.from(text.matchAll(/^cmdstat_([^:]+):calls=[1-9]/gm), ([, name = '']) => name))
}

t.test('a user that may do what is written down need do no more, and does all of it', async (t) => {
  const redis = await startRedis(t)
  const client = new Redis(redis.port)
  t.teardown(() => client.disconnect())
  await allow(client, single)
  const commands = single.filter((part) => part.startsWith('+')).map((part) => part.slice(1))
  t.ok(commands.length > 15)
  const needed = commands.filter((name) => !seldom.includes(name))
  const areRun = async (): Promise<boolean> => {
    const names = await commandsRun(client)
    return needed.every((name) => names.has(name))
  }
  t.strictSame(
    await useAs(t, redis.url, [client], () =>
      Promise.all([elapse(1000), listRooms(t, redis.url), until(needed.join(' '), areRun)]),
    ),
    [],
  )
})

t.test('and so it is in a Cluster, where a slot moves', async (t) => {
  const cluster = await RedisCluster.start(t)
  for (const client of cluster.clients) await allow(client, [...single, ...more])
  const move = (): Promise<number> => cluster.moveSlotOf('signalbox:1:{room 0}', 200)
  t.strictSame(await useAs(t, cluster.url, cluster.clients, move), [])
})

t.test('and by sentinels', async (t) => {
  const sentinels = await Sentinels.start(t)
  for (const client of sentinels.clients) await allow(client, single)
  for (const client of sentinels.sentinelClients) await allow(client, sentinel)
  const url = `${sentinels.url}?sentinelUsername=signalbox&sentinelPassword=password`
  const all = [...sentinels.clients, ...sentinels.sentinelClients]
  const refused = await useAs(t, url, all, () => elapse(500))
  // By which the library says its name to a sentinel that knows of that.
  t.strictSame(
    refused.filter((entry) => !entry.includes(',client|setinfo,')),
    [],
  )
})

t.test('a Cluster over TLS', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'redis-tls-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const { authorityFile, certificateFile, keyFile } = makeCertificates(folder)
  const files = ['--tls-cert-file', certificateFile, '--tls-key-file', keyFile, '--tls-ca-cert-file', authorityFile]
  // Else its nodes would tell of each other where they are without TLS.
  const cluster = await RedisCluster.start(t, [
    ...files,
    '--tls-auth-clients',
    'no',
    '--tls-cluster',
    'yes',
    '--tls-replication',
    'yes',
  ])
  const environment = { SIGNALBOX_REDIS_URL: cluster.tlsUrl, NODE_EXTRA_CA_CERTS: authorityFile }
  t.match((await run(t, environment, 'check').exited).stdout, /^Redis: ok/)
})

t.test('over TLS it goes to whom the certificate is for', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'redis-tls-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const { authorityFile, certificateFile, keyFile } = makeCertificates(folder, { names: 'DNS:localhost' })
  const port = await freePort()
  const files = ['--tls-cert-file', certificateFile, '--tls-key-file', keyFile, '--tls-auth-clients', 'no']
  await startRedis(t, ['--tls-port', `${port}`, ...files])
  const check = async (host: string, environment: Record<string, string> = {}): Promise<string> => {
    const env = { SIGNALBOX_REDIS_URL: `rediss://${host}:${port}`, ...environment }
    return (await run(t, env, 'check').exited).stdout
  }
  const trusting = { NODE_EXTRA_CA_CERTS: authorityFile }
  const [fine = '', otherName = '', unknown = ''] = await Promise.all([
    check('localhost', trusting),
    check('127.0.0.1', trusting),
    check('localhost'),
  ])
  t.match(fine, /^Redis: ok/)
  t.match(otherName, /^Redis: cannot be used: .*does not match certificate/)
  t.match(unknown, /^Redis: cannot be used: .*(issuer|verify)/)
})
