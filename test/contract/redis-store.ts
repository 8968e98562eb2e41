import { randomBytes } from 'node:crypto'
import type { Test } from 'tap'
import type { Clock } from '../../plugins/rooms/clock.js'
import { RedisLink } from '../../plugins/rooms/redis/redis-link.js'
import { parseRedisUrl } from '../../plugins/rooms/redis/redis-url.js'
import type { Reply } from '../../plugins/rooms/redis/reply.js'
import type { RoomLink } from '../../plugins/rooms/redis/room-link.js'
import { roomScript } from '../../plugins/rooms/redis/script.js'
import { RedisRoomStore } from '../../plugins/rooms/redis-room-store.js'
import type { ReplayBounds } from '../../plugins/rooms/replay-log.js'
import type { RoomStore, SharedStore } from '../../plugins/rooms/room-store.js'
import type { RedisServer } from '../redis-server.js'
import { ManualClock } from './manual-clock.js'

const touchMs = 10_000
const reloadWindowMs = 5000
const serviceReplay: ReplayBounds = { maxMessages: 2048, maxBytes: 1_048_576, maxAgeMs: 55_000 }
/** Where the store's time begins: no record can be of the year 1970. */
const epochMs = 1_000_000_000_000

export type MakeRedisStore = (clock?: Clock, replay?: ReplayBounds) => RoomStore

/**
 * Makes stores with the service's own times on one Redis; each has its own rooms there, and the script goes by its clock.
 *
 * @param script  the real one, or one that is broken
 */
export function redisStores(t: Test, redis: RedisServer, script = roomScript): MakeRedisStore {
  const links = new Map<ReplayBounds, TimedLink>()
  t.teardown(async () => {
    for (const link of links.values()) await link.close()
  })
  return (clock = new ManualClock(), replay = serviceReplay) => {
    const link = links.get(replay) ?? new TimedLink(redis, script, replay)
    links.set(replay, link)
    if (clock instanceof ManualClock) clock.settle = () => link.settled()
    return new RedisRoomStore({
      link: link.on(clock),
      shared: link.shared,
      prefix: `${randomBytes(6).toString('base64url')}:`,
      touchMs,
      resumeWindowMs: 30_000,
      reloadWindowMs,
      mendMs: 3000,
      onError: (error) => t.fail('in the background', { error }),
      clock,
    })
  }
}

/** A link that tells the script what time it is, and knows when all is answered. */
class TimedLink {
  readonly #link: RedisLink
  readonly #ready: Promise<void>
  #clock: Clock | undefined
  #underway = 0

  constructor(redis: RedisServer, script: string, replay: ReplayBounds) {
    const address = parseRedisUrl(redis.url)
    if (address === undefined) throw new Error(redis.url)
    const time = 'time[1] * 1000 + math.floor(time[2] / 1000)'
    if (script.split(time).length !== 2) throw new Error('the script does not ask for the time')
    this.#link = new RedisLink({
      address,
      prefix: 'test:',
      rules: {
        leaseMs: 30_000,
        holdMs: 40_000,
        awayAfterMs: 3000,
        resumeWindowMs: 30_000,
        reloadWindowMs,
        graveMs: 90_000,
        keyMs: 120_000,
        lateMs: 1_000_000_000,
        spareMs: 0,
        mendMs: 3000,
        maxKnocks: 4,
        replayMessages: replay.maxMessages,
        replayBytes: replay.maxBytes,
        replayMs: replay.maxAgeMs,
        logRecords: 4096,
        logBytes: 4_194_304,
      },
      timeoutMs: 5000,
      script: script.replace(time, 'dice'),
      dice: () => epochMs + Math.floor(this.#clock?.now() ?? 0),
      onAway: () => {},
      onBack: () => {},
    })
    this.#ready = this.#link.ready()
  }

  on(clock: Clock): RoomLink {
    const run = async (...asked: Parameters<RoomLink['run']>): Promise<Reply> => {
      this.#underway += 1
      try {
        await this.#ready
        this.#clock = clock
        return await this.#link.run(...asked)
      } finally {
        this.#underway -= 1
      }
    }
    return { run, alarm: () => {}, nextTry: async () => {} }
  }

  get shared(): SharedStore {
    return this.#link
  }

  async settled(): Promise<void> {
    do await new Promise(setImmediate)
    while (this.#underway > 0)
  }

  async close(): Promise<void> {
    await this.#link.close()
  }
}
