import fp from 'fastify-plugin'
import type { Limits } from '../../schemas/index.js'
import { MemoryRoomStore } from './memory-room-store.js'
import type { RoomStore } from './room-store.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Rooms and who sits in them. */
    rooms: RoomStore
  }
}

/** Within which a dead socket is noticed once its time is over: the two ticks that ping it and cut it. */
const noticeMs = 1000

export interface RoomsOptions {
  readonly limits: Limits
}

/** Decorates the app with its room store. */
export const rooms = fp<RoomsOptions>(
  async (app, { limits }) => {
    const { resumeWindowMs, awayAfterMs, reloadWindowMs, maxReplayMessages, maxReplayBytes, maxKnocks } = limits
    // Longer than a socket can be dead unnoticed and its seat be held after that: what is older nobody can ask for.
    const maxAgeMs = resumeWindowMs + limits.pingIntervalMs + limits.pongTimeoutMs + noticeMs
    const replay = { maxMessages: maxReplayMessages, maxBytes: maxReplayBytes, maxAgeMs }
    app.decorate('rooms', new MemoryRoomStore({ resumeWindowMs, awayAfterMs, reloadWindowMs, maxKnocks, replay }))
  },
  { name: 'signalbox-rooms', fastify: '5.x' },
)
