import { type Static, Type } from '@sinclair/typebox'
import { ms } from './setting-kinds.js'

const count = (defaultCount: number, description: string, minimum = 1) =>
  Type.Integer({ default: defaultCount, minimum, maximum: 10_000_000, description })

/**
 * How many are let in: in all, and from one address, which is an IPv4 address or the first 64 bits of an IPv6 address (RFC 4291,
 * section 2.5.4: what one subscriber has at the least). Many people may share one.
 */
export const AdmissionLimits = Type.Object({
  maxSockets: count(20_000, 'Most sockets at once. To more: 503 before the upgrade.'),
  maxMembers: count(
    20_000,
    'Most members of rooms at once, those whose seat is held included. To more: `service-full`.',
  ),
  maxRooms: count(20_000, 'Most rooms at once. Over it nobody can make a new one: `service-full`.'),
  maxSocketsPerAddress: count(200, 'Most sockets from one address at once. To more: 429 before the upgrade.'),
  maxUpgradesPerSecond: count(
    10,
    'How many sockets one address may open in a second, on the average. Over it: 429 before the upgrade.',
  ),
  upgradeBurst: count(100, 'How many it may open at once.'),
  maxJoinsPerSecond: count(
    5,
    'How many times people at one address may join in a second, on the average. Over it: `too-many-joins`.',
  ),
  joinBurst: count(50, 'How many times they may do so at once.'),
  maxNewRoomsPerMinute: count(
    50,
    'How many rooms that are not there yet one address may make in a minute. Over it: `too-many-rooms`.',
  ),
  maxFailedJoins: count(
    10,
    'How many joins from one address may fail as a guess would within `failedJoinWindowMs`, where tokens prove nothing and `authorize` or `authorizeUrl` is asked. Over it nobody is asked: `too-many-failures`.',
  ),
  failedJoinDelayMs: ms(
    100,
    'How long the answer to the first such join is held back; each time twice as long, up to 64 times as long.',
    0,
  ),
  failedJoinWindowMs: ms(1_800_000, 'For how long failed joins are remembered.'),
  maxRequestsPerMinute: count(
    12_000,
    'How many HTTP requests one address may make in a minute, probes, upgrades and `POST /tokens` with an API key not counted. Over it: 429.',
  ),
  maxEventLoopDelayMs: ms(
    500,
    'How long the process may be late with its work, on the average of a second, until it takes no new sockets: 503 before the upgrade. Whoever is in goes on. Looked at from two seconds after the start. 0: not looked at.',
    0,
  ),
})
export type AdmissionLimits = Static<typeof AdmissionLimits>
