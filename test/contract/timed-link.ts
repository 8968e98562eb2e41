import { Redis } from 'ioredis'
import type { Clock } from '../../plugins/rooms/clock.js'
import { RedisLink } from '../../plugins/rooms/redis/redis-link.js'
import { parseRedisUrl } from '../../plugins/rooms/redis/redis-url.js'
import type { News, Reply } from '../../plugins/rooms/redis/reply.js'
import type { NewsReader, RoomLink } from '../../plugins/rooms/redis/room-link.js'
import type { ReplayBounds } from '../../plugins/rooms/replay-log.js'
import type { SharedStore } from '../../plugins/rooms/room-store.js'
import type { RedisServer } from '../redis-server.js'

export const touchMs = 10_000
export const reloadWindowMs = 5000
export const resumeWindowMs = 30_000
export const mendMs = 3000
/** Where the store's time begins: no record can be of the year 1970. */
const epochMs = 1_000_000_000_000
const prefix = 'test:'

/** A link of one node that tells the script what time it is, serves several stores, and knows when all has come that was asked or told. */
export class TimedLink implements NewsReader {
  readonly #link: RedisLink
  readonly #ready: Promise<void>
  readonly #publisher: Redis
  readonly #readers = new Map<string, NewsReader>()
  #clock: Clock | undefined
  #underway = 0
  #asked = 0
  #marks = 0
  #onMark = new Map<string, () => void>()

  constructor(redis: RedisServer, script: string, replay: ReplayBounds) {
    const address = parseRedisUrl(redis.url)
    if (address === undefined) throw new Error(redis.url)
    const time = 'time[1] * 1000 + math.floor(time[2] / 1000)'
    if (script.split(time).length !== 2) throw new Error('the script does not ask for the time')
    this.#link = new RedisLink({
      address,
      prefix,
      rules: {
        leaseMs: resumeWindowMs,
        resumableLeaseMs: 40_000,
        awayAfterMs: 3000,
        resumeWindowMs,
        reloadWindowMs,
        graveMs: 90_000,
        keyMs: 120_000,
        lateMs: 1_000_000_000,
        spareMs: 0,
        mendMs,
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
    this.#link.read(this)
    this.#publisher = new Redis(redis.port)
  }

  /** @param keyPrefix  of the rooms of that store */
  read(keyPrefix: string, reader: NewsReader): void {
    this.#readers.set(keyPrefix, reader)
  }

  hear(news: News): void {
    this.#onMark.get(news.roomKey)?.()
    this.#readers.get(/^[^:]*:/.exec(news.roomKey)?.[0] ?? '')?.hear(news)
  }

  alarmed(): void {}

  on(clock: Clock): RoomLink {
    const run = async (...asked: Parameters<RoomLink['run']>): Promise<Reply> => {
      this.#underway += 1
      this.#asked += 1
      try {
        await this.#ready
        this.#clock = clock
        return await this.#link.run(...asked)
      } finally {
        this.#underway -= 1
      }
    }
    const roomKeys = async (...asked: Parameters<RoomLink['roomKeys']>): Promise<readonly string[]> => {
      await this.#ready
      return this.#link.roomKeys(...asked)
    }
    return { run, roomKeys, alarm: () => {}, mayHaveLost: false, nextTry: async () => {} }
  }

  get shared(): SharedStore {
    return this.#link
  }

  /** How much has been asked up to now. */
  get asked(): number {
    return this.#asked
  }

  /** Resolves when all that was asked up to now has been answered. */
  async answered(): Promise<void> {
    do await new Promise(setImmediate)
    while (this.#underway > 0)
  }

  /** Resolves when all that was published to it up to now has come. */
  async heard(): Promise<void> {
    await this.#ready
    this.#marks += 1
    const mark = `mark ${this.#marks}`
    const comes = new Promise<void>((resolve) => this.#onMark.set(mark, resolve))
    await this.#publisher.publish(`${prefix}n:${this.#link.nodeId}`, `! jolt x:0\n${mark}\n`)
    await comes
    this.#onMark.delete(mark)
  }

  async close(): Promise<void> {
    this.#publisher.disconnect()
    await this.#link.close()
  }
}
