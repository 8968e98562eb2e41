import type { FastifyBaseLogger } from 'fastify'
import fp from 'fastify-plugin'
import { type Limits, SettingError, type StoreConfig } from '../../schemas/index.js'
import { MemoryRoomStore } from './memory-room-store.js'
import { RedisLink } from './redis/redis-link.js'
import { parseRedisUrl } from './redis/redis-url.js'
import { RedisRoomStore } from './redis-room-store.js'
import type { ReplayBounds } from './replay-log.js'
import type { RoomStore } from './room-store.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Rooms and who sits in them. */
    rooms: RoomStore
  }
}

/** Within which a dead socket is noticed once its time is over: the two ticks that ping it and cut it. */
const noticeMs = 1000
/** What is in the store under it is of this form; another one would have another number. */
const formOfKeys = '1:'
/** How often in a lease an instance says that its members are there. */
const touchesInLease = 3
/** What was sent so long ago shows that the store was away. */
const lateMs = 2000
/** Within which all nodes bring back what the store has lost, once one has noticed. */
const mendMs = 3000
/** The log of a room may hold more than that of one member, as it is that of all. */
const logShare = 2

export interface RoomsOptions {
  readonly config: StoreConfig
  readonly limits: Limits
}

/**
 * Decorates the app with its room store: in memory, or, with `redisUrl`, in Redis.
 *
 * @throws SettingError
 */
export const rooms = fp<RoomsOptions>(
  async (app, { config, limits }) => {
    const { resumeWindowMs, awayAfterMs, reloadWindowMs, maxReplayMessages, maxReplayBytes, maxKnocks } = limits
    // Longer than a socket can be dead unnoticed and its seat be held after that: what is older nobody can ask for.
    const maxAgeMs = resumeWindowMs + limits.pingIntervalMs + limits.pongTimeoutMs + noticeMs
    const replay: ReplayBounds = { maxMessages: maxReplayMessages, maxBytes: maxReplayBytes, maxAgeMs }
    if (config.redisUrl === '') {
      app.decorate('rooms', new MemoryRoomStore({ resumeWindowMs, awayAfterMs, reloadWindowMs, maxKnocks, replay }))
      return
    }
    const touchMs = Math.ceil(config.leaseMs / touchesInLease)
    const link = openLink(config, limits, replay, touchMs, app.log)
    const store = new RedisRoomStore({
      link,
      shared: link,
      prefix: prefixOf(config),
      touchMs,
      resumeWindowMs,
      reloadWindowMs,
      mendMs,
      onError: (error) => app.log.error({ err: error }, 'room store failed'),
    })
    link.read(store)
    app.decorate('rooms', store)
    app.addHook('onClose', async () => {
      store.close()
      await link.close()
    })
  },
  { name: 'signalbox-rooms', fastify: '5.x' },
)

function openLink(
  config: StoreConfig,
  limits: Limits,
  replay: ReplayBounds,
  touchMs: number,
  log: FastifyBaseLogger,
): RedisLink {
  const address = parseRedisUrl(config.redisUrl)
  if (address === undefined) throw new SettingError('{redisUrl} is no address of a Redis.')
  const { leaseMs, redisTimeoutMs: timeoutMs } = config
  const { resumeWindowMs, awayAfterMs, reloadWindowMs, maxKnocks } = limits
  // So that whoever has heard last when its instance died has as long as any other to come back.
  const holdMs = Math.max(leaseMs, resumeWindowMs + touchMs)
  return new RedisLink({
    address,
    prefix: prefixOf(config),
    rules: {
      leaseMs,
      holdMs,
      awayAfterMs,
      resumeWindowMs,
      reloadWindowMs,
      graveMs: 3 * holdMs,
      keyMs: 3 * holdMs,
      lateMs,
      spareMs: touchMs + lateMs,
      mendMs,
      maxKnocks,
      replayMessages: replay.maxMessages,
      replayBytes: replay.maxBytes,
      replayMs: replay.maxAgeMs,
      logRecords: logShare * replay.maxMessages,
      logBytes: logShare * replay.maxBytes,
    },
    timeoutMs,
    onAway: (reason) => log.warn({ reason }, 'room store does not answer'),
    onBack: (silentMs) => log.info({ silentMs }, 'room store answers again'),
  })
}

function prefixOf({ redisPrefix }: StoreConfig): string {
  return `${redisPrefix}${formOfKeys}`
}
