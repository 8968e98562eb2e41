import { setTimeout as elapse } from 'node:timers/promises'
import { Redis } from 'ioredis'
import type { RedisServer } from '../redis-server.js'

/** What can befall the store, by what it is called. */
export const storeFaults = {
  /** Stands still for a while, with all that is asked meanwhile. */
  pause: async (redis: RedisServer, ms = 5000): Promise<void> => {
    redis.stand()
    await elapse(ms)
    redis.goOn()
  },
  /** Is killed, and comes back with nothing in it. */
  kill: async (redis: RedisServer, ms = 1000): Promise<void> => {
    await redis.kill()
    await elapse(ms)
    await redis.start()
  },
  /** Forgets everything, and says nothing of it. */
  flush: (redis: RedisServer): Promise<void> =>
    talkTo(redis, async (client) => {
      await client.flushall()
    }),
  /** Goes back to what it was some moments ago, as after the loss of a master that its replica was behind. */
  rollback: (redis: RedisServer, ms = 250): Promise<void> =>
    talkTo(redis, async (client) => {
      const keys = await client.keys('*')
      const kept = await Promise.all(
        keys.map(async (key) => ({ key, ttlMs: await client.pttl(key), text: await client.dumpBuffer(key) })),
      )
      await elapse(ms)
      // The connections were to the one that is lost, and nothing of the other one comes over them.
      const back = client.multi().call('CLIENT', 'KILL', 'TYPE', 'pubsub')
      back.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes').flushall()
      for (const { key, ttlMs, text } of kept) if (text !== null) back.restore(key, Math.max(0, ttlMs), text)
      const done = (await back.exec()) ?? []
      for (const [error] of done) if (error !== null) throw error
    }),
} as const

export type StoreFault = keyof typeof storeFaults

async function talkTo(redis: RedisServer, talk: (client: Redis) => Promise<void>): Promise<void> {
  const client = new Redis(redis.port)
  try {
    await talk(client)
  } finally {
    client.disconnect()
  }
}
