import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as elapse } from 'node:timers/promises'
import { Redis } from 'ioredis'
import type { Test } from 'tap'
import { freePort } from '../free-port.js'
import { type RedisServer, startRedis, storeProgram } from '../redis-server.js'
import { cutOff } from './redis-cluster.js'
import { until } from './until.js'

const name = 'main'
const quorum = 2

export interface SentinelsOptions {
  /** How far the clock of the replica is off, for instance `+1h`. */
  readonly replicaClock?: string
  /** Of the master and its replica, and of the sentinels. */
  readonly password?: string
  readonly sentinelPassword?: string
}

/** A real Redis with a replica on this machine, and three sentinels that watch it. */
export class Sentinels {
  readonly url: string
  /** To the replica and to the master, and to the sentinels. */
  readonly clients: readonly Redis[]
  readonly sentinelClients: readonly Redis[]
  readonly #master: RedisServer
  readonly #replica: Redis

  private constructor(url: string, master: RedisServer, clients: readonly [Redis, Redis], sentinelClients: Redis[]) {
    this.url = url
    this.#master = master
    this.clients = clients
    this.#replica = clients[0]
    this.sentinelClients = sentinelClients
  }

  static async start(t: Pick<Test, 'teardown'>, options: SentinelsOptions = {}): Promise<Sentinels> {
    const { replicaClock, password = '', sentinelPassword = '' } = options
    const login = password === '' ? [] : ['--requirepass', password, '--masterauth', password]
    const more = ['--repl-diskless-sync-delay', '0', ...login]
    const master = await startRedis(t, more)
    const replica = await startRedis(t, [...more, '--replicaof', `127.0.0.1 ${master.port}`], replicaClock)
    const client = clientOf(t, replica.port, password)
    await until('the replica is one', async () => (await client.info('replication')).includes('master_link_status:up'))
    const start = (): Promise<number> => startSentinel(t, master.port, password, sentinelPassword)
    const ports = await Promise.all([start(), start(), start()])
    const sentinels = ports.map((port) => clientOf(t, port, sentinelPassword))
    await until('all know of each other', async () => {
      const known = await Promise.all(sentinels.map((sentinel) => sentinel.call('SENTINEL', 'MASTER', name)))
      return known.every((text) => /num-slaves,1,.*num-other-sentinels,2,/.test(String(text)))
    })
    const at = ports.map((port) => `127.0.0.1:${port}`)
    const query = sentinelPassword === '' ? '' : `?sentinelPassword=${encodeURIComponent(sentinelPassword)}`
    const user = password === '' ? '' : `:${encodeURIComponent(password)}@`
    const clients = [client, clientOf(t, master.port, password)] as const
    return new Sentinels(`redis+sentinel://${user}${at}/${name}${query}`, master, clients, sentinels)
  }

  /**
   * Kills the master. Resolves when its replica has taken its place.
   *
   * @param lagMs  for how long it has not been told of anything by then
   */
  async failOver(lagMs: number): Promise<void> {
    await cutOff(this.#replica)
    await elapse(lagMs)
    await this.#master.kill()
    await until('the replica takes over', async () => (await this.#replica.info('replication')).includes('role:master'))
  }
}

function clientOf(t: Pick<Test, 'teardown'>, port: number, password: string): Redis {
  const client = new Redis(port, { password })
  client.on('error', () => {})
  t.teardown(() => client.disconnect())
  return client
}

async function startSentinel(
  t: Pick<Test, 'teardown'>,
  masterPort: number,
  password: string,
  sentinelPassword: string,
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'sentinel-'))
  const port = await freePort()
  const file = join(folder, 'sentinel.conf')
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${folder}`,
    `sentinel monitor ${name} 127.0.0.1 ${masterPort} ${quorum}`,
    `sentinel down-after-milliseconds ${name} 500`,
    `sentinel failover-timeout ${name} 5000`,
    ...(password === '' ? [] : [`sentinel auth-pass ${name} "${password}"`]),
    ...(sentinelPassword === ''
      ? []
      : [`requirepass "${sentinelPassword}"`, `sentinel sentinel-pass "${sentinelPassword}"`]),
  ]
  writeFileSync(file, `${lines.join('\n')}\n`)
  const child = spawn(storeProgram, [file, '--sentinel'], { stdio: ['ignore', 'pipe', 'inherit'] })
  process.once('exit', () => child.kill('SIGKILL'))
  t.teardown(async () => {
    const exited = once(child, 'exit')
    if (child.kill('SIGKILL')) await exited
    rmSync(folder, { recursive: true, force: true })
  })
  let said = ''
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      said += chunk
      if (said.includes('+monitor master')) resolve()
    })
    child.once('exit', () => reject(new Error(`the sentinel has ended: ${said}`)))
  })
  return port
}
