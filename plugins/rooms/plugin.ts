import fp from 'fastify-plugin'
import type { Limits, StoreConfig } from '../../schemas/index.js'
import { MemoryRoomStore } from './memory-room-store.js'
import { replayBoundsOf } from './replay-bounds.js'
import type { RoomOversight } from './room-oversight.js'
import type { RoomStore } from './room-store.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Rooms and who sits in them. */
    rooms: RoomStore
    /** The same store, for whoever runs the service. */
    oversight: RoomOversight
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
    if (config.redisUrl === '') {
      const { resumeWindowMs, awayAfterMs, reloadWindowMs, maxKnocks } = limits
      const replay = replayBoundsOf(limits)
      const store = new MemoryRoomStore({ resumeWindowMs, awayAfterMs, reloadWindowMs, maxKnocks, replay })
      app.decorate('rooms', store)
      app.decorate('oversight', store)
      // Whoever has been told that somebody came is told that it is over.
      app.addHook('onClose', async () => store.close())
      return
    }
    // Its client takes a tenth of a second and 20 MiB, which nobody is to pay who does not use it.
    const { openStore } = await import('./redis/open-store.js')
    const { store, close } = openStore(config, limits, app.log)
    app.decorate('rooms', store)
    app.decorate('oversight', store)
    app.addHook('onClose', close)
  },
  { name: 'signalbox-rooms', fastify: '5.x' },
)
