import { randomBytes } from 'node:crypto'
import type { Test } from 'tap'
import type { Clock } from '../../plugins/rooms/clock.js'
import { roomScript } from '../../plugins/rooms/redis/script.js'
import { RedisRoomStore } from '../../plugins/rooms/redis-room-store.js'
import type { ReplayBounds } from '../../plugins/rooms/replay-log.js'
import type { RoomOversight } from '../../plugins/rooms/room-oversight.js'
import type { RoomStore } from '../../plugins/rooms/room-store.js'
import type { RedisServer } from '../redis-server.js'
import { delayed } from './delayed-store.js'
import { ManualClock } from './manual-clock.js'
import { mendMs, reloadWindowMs, resumeWindowMs, TimedLink, touchMs } from './timed-link.js'
import { TwoNodes } from './two-nodes.js'

const serviceReplay: ReplayBounds = { maxMessages: 2048, maxBytes: 1_048_576, maxAgeMs: 55_000 }

export type MakeRedisStore = (clock?: Clock, replay?: ReplayBounds) => RoomStore & RoomOversight

/**
 * Makes stores with the service's own times on one Redis; each has its own rooms there, and the script goes by its clock.
 *
 * @param script  the real one, or one that is broken
 */
export function redisStores(t: Test, redis: RedisServer, script = roomScript): MakeRedisStore {
  const linkOf = linksOf(t, redis, script)
  return (clock = new ManualClock(), replay = serviceReplay) => {
    const link = linkOf(replay)
    if (clock instanceof ManualClock) clock.settle = () => link.answered()
    return makeStore(t, link, clock, newPrefix())
  }
}

/**
 * The same, of two nodes each, whose members come by one and by the other. Whatever is asked is done when both have heard what
 * comes of it.
 */
export function redisStoresOfTwoNodes(t: Test, redis: RedisServer, script = roomScript): MakeRedisStore {
  const linksOfNodes = [linksOf(t, redis, script), linksOf(t, redis, script)]
  return (clock = new ManualClock(), replay = serviceReplay) => {
    const links = linksOfNodes.map((linkOf) => linkOf(replay))
    const prefix = newPrefix()
    const askedOfAll = (): number => links.reduce((sum, { asked }) => sum + asked, 0)
    let settledAt = 0
    const settled = async (): Promise<void> => {
      while (settledAt !== askedOfAll()) {
        const asked = askedOfAll()
        await Promise.all(links.map((link) => link.answered()))
        await Promise.all(links.map((link) => link.heard()))
        settledAt = asked
      }
    }
    if (clock instanceof ManualClock) clock.settle = settled
    return delayed(new TwoNodes(links.map((link) => makeStore(t, link, clock, prefix))), settled)
  }
}

function linksOf(t: Test, redis: RedisServer, script: string): (replay: ReplayBounds) => TimedLink {
  const links = new Map<ReplayBounds, TimedLink>()
  t.teardown(async () => {
    for (const link of links.values()) await link.close()
  })
  return (replay) => {
    const link = links.get(replay) ?? new TimedLink(redis, script, replay)
    links.set(replay, link)
    return link
  }
}

function newPrefix(): string {
  return `${randomBytes(6).toString('base64url')}:`
}

function makeStore(t: Test, link: TimedLink, clock: Clock, prefix: string): RedisRoomStore {
  const store = new RedisRoomStore({
    link: link.on(clock),
    shared: link.shared,
    prefix,
    touchMs,
    resumeWindowMs,
    reloadWindowMs,
    mendMs,
    onError: (error) => t.fail('in the background', { error }),
    clock,
  })
  link.read(prefix, store)
  return store
}
