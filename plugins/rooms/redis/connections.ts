import { randomInt } from 'node:crypto'
import { Cluster, type CommonRedisOptions, Redis, type RedisOptions } from 'ioredis'
import type { HostAndPort, RedisAddress } from './redis-url.js'

/** What has said nothing for so long is connected to anew. */
export const deadMs = 5000
const longestRetryMs = 1000
const maxNodes = 1000

/** How a node reaches its store. What cannot be asked now fails now: whoever asks tries again. */
export interface Connections {
  readonly asking: Redis | Cluster
  /** Of a cluster it goes to any node: what is published by one is published by all. */
  readonly hearing: Redis
  /** Rejects when a part of the store is not there: of a cluster, a master for some slot. */
  probe(): Promise<void>
  /** What has all keys together: each master of a cluster, or the one that there is. */
  machines(): readonly Redis[]
}

/** @param timeoutMs  how long an answer may take */
export function connect(address: RedisAddress, timeoutMs: number): Connections {
  const { login } = address
  const common = {
    ...login,
    connectTimeout: deadMs,
    socketTimeout: deadMs,
    // One that does not answer does not take its leave either.
    disconnectTimeout: timeoutMs,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    // A user may do nothing there that it need not.
    disableClientInfo: true,
  }
  const ask = { ...common, commandTimeout: timeoutMs, maxRetriesPerRequest: 0 }
  const hear = { ...common, maxRetriesPerRequest: null, retryStrategy }
  if (address.kind === 'cluster') {
    const asking = connectCluster(address.at, ask)
    return {
      asking,
      hearing: hearAnywhere(asking, hear),
      probe: () => probeMasters(asking),
      machines: () => asking.nodes('master'),
    }
  }
  const place = { ...(address.kind === 'one' ? address.at : sentinelsOf(address, timeoutMs)), db: address.db }
  const asking = new Redis({ ...ask, ...place, enableOfflineQueue: false, retryStrategy, reconnectOnError: isReplica })
  return { asking, hearing: new Redis({ ...hear, ...place }), probe: async () => {}, machines: () => [asking] }
}

function sentinelsOf(
  address: Extract<RedisAddress, { kind: 'sentinel' }>,
  timeoutMs: number,
): Omit<RedisOptions, 'replyMapping'> {
  const { at, name, login, sentinelLogin } = address
  return {
    sentinels: at,
    name,
    enableTLSForSentinelMode: login.tls !== undefined,
    sentinelUsername: sentinelLogin.username,
    sentinelPassword: sentinelLogin.password,
    sentinelTLS: sentinelLogin.tls,
    // So that one that stands still is passed over.
    sentinelCommandTimeout: timeoutMs,
  }
}

function connectCluster(at: HostAndPort[], redisOptions: Omit<CommonRedisOptions, 'replyMapping'>): Cluster {
  const cluster = new Cluster(at, {
    redisOptions,
    enableOfflineQueue: false,
    clusterRetryStrategy: retryStrategy,
    // A certificate is for a name, and not for what it stands for.
    dnsLookup: (name, done) => done(null, name),
  })
  cluster.on('+node', (node: Redis) => {
    const ask = node.asking.bind(node)
    // The library does not look at what ASKING comes to. Where it fails, so does what it was for.
    node.asking = () => {
      const asked = ask()
      asked.catch(() => {})
      return asked
    }
  })
  return cluster
}

function hearAnywhere(cluster: Cluster, options: Omit<RedisOptions, 'replyMapping'>): Redis {
  const hearing: Redis = new Redis({
    ...options,
    lazyConnect: true,
    retryStrategy: (times) => {
      goElsewhere()
      return retryStrategy(times)
    },
  })
  // Not all nodes of ours by the same one.
  let turn = randomInt(maxNodes)
  const goElsewhere = (): void => {
    const { host, port } = hearing.options
    const others = cluster.nodes().filter(({ options }) => options.host !== host || options.port !== port)
    // Those that answer, as far as that is known.
    const ready = others.filter(({ status }) => status === 'ready')
    const nodes = ready.length > 0 ? ready : others
    turn += 1
    const node = nodes[turn % nodes.length]
    if (node !== undefined) Object.assign(hearing.options, { host: node.options.host, port: node.options.port })
  }
  cluster.once('ready', () => {
    goElsewhere()
    // Why it fails is told by the event `error` as well, and it goes on trying by itself.
    hearing.connect().catch(() => {})
  })
  return hearing
}

async function probeMasters(cluster: Cluster): Promise<void> {
  const masters = cluster.nodes('master')
  const names = new Set(masters.map(({ options }) => `${options.host}:${options.port}`))
  try {
    await Promise.all(masters.map((master) => master.ping()))
    if (names.size === 0 || cluster.slots.some(([name = '']) => !names.has(name)))
      throw new Error('not all slots have a master')
  } catch (error) {
    cluster.refreshSlotsCache()
    throw error
  }
}

/** What was the master before its replica has taken over. */
function isReplica({ message }: Error): boolean {
  return message.startsWith('READONLY')
}

function retryStrategy(times: number): number {
  return Math.min(longestRetryMs, 50 * 2 ** times) * (0.5 + Math.random() / 2)
}
