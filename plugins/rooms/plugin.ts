import fp from 'fastify-plugin'
import type { Limits, StoreConfig } from '../../schemas/index.js'
import { MemoryRoomStore } from './memory-room-store.js'
import { mendMs, openLink, prefixOf, touchMsOf } from './redis/open-link.js'
import { RedisRoomStore } from './redis-room-store.js'
import { replayBoundsOf } from './replay-bounds.js'
import type { RoomStore } from './room-store.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Rooms and who sits in them. */
    rooms: RoomStore
  }
}

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
    const { resumeWindowMs, awayAfterMs, reloadWindowMs, maxKnocks } = limits
    if (config.redisUrl === '') {
      const replay = replayBoundsOf(limits)
      app.decorate('rooms', new MemoryRoomStore({ resumeWindowMs, awayAfterMs, reloadWindowMs, maxKnocks, replay }))
      return
    }
    const touchMs = touchMsOf(config)
    const link = openLink(config, limits, {
      onAway: (reason) => app.log.warn({ reason }, 'room store does not answer'),
      onBack: (silentMs) => app.log.info({ silentMs }, 'room store answers again'),
    })
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
