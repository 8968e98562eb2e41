import { setTimeout as elapse } from 'node:timers/promises'
import { Redis } from 'ioredis'
import type { Test } from 'tap'
import { freePort } from '../free-port.js'
import { type RedisServer, startRedis } from '../redis-server.js'
import { until } from './until.js'

const slotCount = 16_384
/** What does not answer another node for so long is taken for dead. */
const nodeTimeoutMs = 1000

/** One node of the cluster, and a connection to it for the test. */
export interface ClusterNode {
  readonly redis: RedisServer
  readonly client: Redis
  readonly id: string
  /** Where other nodes of the cluster reach it. */
  readonly busPort: number
  /** Where clients reach it over TLS. */
  readonly tlsPort: number
}

/** A real Redis Cluster on this machine: three masters with a third of the slots each, and a replica of the first. */
export class RedisCluster {
  readonly url: string
  /** The same over TLS, where its nodes have a certificate. */
  readonly tlsUrl: string
  readonly #masters: readonly ClusterNode[]
  readonly #replica: ClusterNode

  private constructor(masters: readonly ClusterNode[], replica: ClusterNode) {
    this.#masters = masters
    this.#replica = replica
    // Not the first: it may be the one that is killed.
    const named = [...masters].reverse()
    this.url = `redis+cluster://${named.map(({ redis }) => `127.0.0.1:${redis.port}`)}`
    this.tlsUrl = `rediss+cluster://${named.map(({ tlsPort }) => `127.0.0.1:${tlsPort}`)}`
  }

  static async start(t: Pick<Test, 'teardown'>, more: readonly string[] = []): Promise<RedisCluster> {
    const masters = await Promise.all([startNode(t, more), startNode(t, more), startNode(t, more)])
    const replica = await startNode(t, more)
    const [first] = masters
    for (const [index, { client }] of masters.entries()) {
      const [from, to] = [index, index + 1].map((n) => Math.floor((n * slotCount) / masters.length))
      await client.call('CLUSTER', 'ADDSLOTSRANGE', from ?? 0, (to ?? 0) - 1)
    }
    for (const { redis, busPort } of [...masters.slice(1), replica])
      await first.client.call('CLUSTER', 'MEET', '127.0.0.1', redis.port, busPort)
    const nodes = [...masters, replica]
    await until('all know of each other', async () => {
      const known = await Promise.all(nodes.map(({ client }) => client.cluster('NODES')))
      return known.every((text) => nodes.every(({ id }) => String(text).includes(`${id} 127.0.0.1`)))
    })
    await replica.client.cluster('REPLICATE', first.id)
    await until('it is whole', async () => {
      const states = await Promise.all(nodes.map(({ client }) => client.cluster('INFO')))
      const isUp = /^master_link_status:up/m.test(await replica.client.info('replication'))
      return isUp && states.every((text) => String(text).startsWith('cluster_state:ok'))
    })
    return new RedisCluster(masters, replica)
  }

  get clients(): readonly Redis[] {
    return this.#nodes.map(({ client }) => client)
  }

  /** How many keys each master has. */
  keyCounts(): Promise<number[]> {
    return Promise.all(this.#masters.map(({ client }) => client.dbsize()))
  }

  /**
   * Moves the slot of a key to another master, as tools do it, but slowly: for a while some of its keys are here and some there.
   *
   * @returns how many keys went along
   */
  async moveSlotOf(key: string, eachMs: number): Promise<number> {
    const { slot, owner, next } = await this.beginToMove(key)
    let moved = 0
    for (;;) {
      await elapse(eachMs)
      const [one] = await owner.client.cluster('GETKEYSINSLOT', slot, 1)
      if (one === undefined) break
      await owner.client.migrate('127.0.0.1', next.redis.port, one, 0, 1000)
      moved += 1
    }
    for (const { client } of [next, owner, ...this.#masters]) await client.cluster('SETSLOT', slot, 'NODE', next.id)
    return moved
  }

  /** What there is of the slot of a key stays where it is; what is new goes to another master. */
  async beginToMove(key: string): Promise<{ slot: number; owner: ClusterNode; next: ClusterNode }> {
    const [first] = this.#masters
    const slot = Number(await first?.client.cluster('KEYSLOT', key))
    const owner = await this.#ownerOf(slot)
    const next = this.#masters[(this.#masters.indexOf(owner) + 1) % this.#masters.length] ?? owner
    await next.client.cluster('SETSLOT', slot, 'IMPORTING', owner.id)
    await owner.client.cluster('SETSLOT', slot, 'MIGRATING', next.id)
    return { slot, owner, next }
  }

  /** A key of this form in a slot of the master that has a replica. */
  async keyOfFirst(keyOf: (n: number) => string): Promise<string> {
    for (let n = 0; ; n += 1) {
      const slot = Number(await this.#replica.client.cluster('KEYSLOT', keyOf(n)))
      if ((await this.#ownerOf(slot)) === this.#masters[0]) return keyOf(n)
    }
  }

  /** Those by which somebody hears what is published. */
  async heardBy(): Promise<RedisServer[]> {
    const lists = await Promise.all(
      this.#nodes.map(({ client }) => client.client('LIST', 'TYPE', 'PUBSUB').catch(() => '')),
    )
    return this.#nodes.filter((_node, index) => String(lists[index]) !== '').map(({ redis }) => redis)
  }

  async killAll(): Promise<void> {
    await Promise.all(this.#nodes.map(({ redis }) => redis.kill()))
  }

  /**
   * Kills the master that has a replica. Resolves when that has taken its place.
   *
   * @param lagMs  for how long it has not been told of anything by then
   */
  async failOver(lagMs: number): Promise<void> {
    await cutOff(this.#replica.client)
    await elapse(lagMs)
    await this.#masters[0]?.redis.kill()
    await until('the replica takes over', async () => {
      const states = await Promise.all(
        [this.#replica, ...this.#masters.slice(1)].map(({ client }) => client.cluster('NODES')),
      )
      return states.every((text) => new RegExp(`^${this.#replica.id}.* (myself,)?master .*-`, 'm').test(String(text)))
    })
  }

  get #nodes(): readonly ClusterNode[] {
    return [...this.#masters, this.#replica]
  }

  async #ownerOf(slot: number): Promise<ClusterNode> {
    for (const node of this.#nodes) {
      const [, slots = ''] = /myself,master .*? connected (.*)$/m.exec(String(await node.client.cluster('NODES'))) ?? []
      const ranges = slots.split(' ').map((range) => range.split('-').map(Number))
      if (ranges.some(([from = 0, to = from]) => from <= slot && slot <= to)) return node
    }
    throw new Error(`nobody has slot ${slot}`)
  }
}

async function startNode(t: Pick<Test, 'teardown'>, more: readonly string[]): Promise<ClusterNode> {
  const [busPort, tlsPort] = [await freePort(), await freePort()]
  const redis = await startRedis(t, [
    '--cluster-enabled',
    'yes',
    '--cluster-port',
    `${busPort}`,
    '--cluster-node-timeout',
    `${nodeTimeoutMs}`,
    '--repl-diskless-sync-delay',
    '0',
    ...(more.includes('--tls-cert-file') ? ['--tls-port', `${tlsPort}`] : []),
    ...more,
  ])
  const client = new Redis(redis.port, { retryStrategy: () => 100 })
  client.on('error', () => {})
  t.teardown(() => client.disconnect())
  return { redis, client, busPort, tlsPort, id: String(await client.cluster('MYID')) }
}

/** A replica does not get any more of what its master is told. */
export async function cutOff(replica: Redis): Promise<void> {
  await replica.config('SET', 'masterauth', 'not the password')
  await replica.client('KILL', 'TYPE', 'MASTER')
}
