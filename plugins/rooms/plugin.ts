import fp from 'fastify-plugin'
import { MemoryRoomStore } from './memory-room-store.js'
import type { RoomStore } from './room-store.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Rooms and who sits in them. */
    rooms: RoomStore
  }
}

/** Decorates the app with its room store. */
export const rooms = fp(
  async (app) => {
    app.decorate('rooms', new MemoryRoomStore())
  },
  { name: 'signalbox-rooms', fastify: '5.x' },
)
