import { type Limits, SettingError, type StoreConfig } from '../../../schemas/index.js'
import { replayBoundsOf } from '../replay-bounds.js'
import { RedisLink, type RedisLinkOptions } from './redis-link.js'
import { parseRedisUrl } from './redis-url.js'

/** What is in the store under it is of this form; another one would have another number. */
const formOfKeys = '1:'
/** How often in a lease an instance says that its members are there. */
const touchesInLease = 3
/** What was sent so long ago shows that the store was away. */
const lateMs = 2000
/** Within which all nodes bring back what the store has lost, once one has noticed. */
export const mendMs = 3000
/** The log of a room may hold more than that of one member, as it is that of all. */
const logShare = 2

/**
 * Opens the way to the store that the settings name.
 *
 * @throws SettingError
 */
export function openLink(
  config: StoreConfig,
  limits: Limits,
  hearer: Pick<RedisLinkOptions, 'onAway' | 'onBack'>,
): RedisLink {
  const address = parseRedisUrl(config.redisUrl)
  if (address === undefined) throw new SettingError('{redisUrl} is no address of a Redis.')
  const { leaseMs, redisTimeoutMs: timeoutMs } = config
  const touchMs = touchMsOf(config)
  const replay = replayBoundsOf(limits)
  const { resumeWindowMs, awayAfterMs, reloadWindowMs, maxKnocks } = limits
  // So that whoever has heard last when its instance died has as long as any other to come back.
  const resumableLeaseMs = Math.max(leaseMs, resumeWindowMs + touchMs)
  return new RedisLink({
    address,
    prefix: prefixOf(config),
    rules: {
      leaseMs,
      resumableLeaseMs,
      awayAfterMs,
      resumeWindowMs,
      reloadWindowMs,
      graveMs: 3 * resumableLeaseMs,
      keyMs: 3 * resumableLeaseMs,
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
    ...hearer,
  })
}

/** What the keys of rooms begin with. */
export function prefixOf({ redisPrefix }: StoreConfig): string {
  return `${redisPrefix}${formOfKeys}`
}

/** How often each room is told that its members on a node are still there. */
export function touchMsOf({ leaseMs }: StoreConfig): number {
  return Math.ceil(leaseMs / touchesInLease)
}
