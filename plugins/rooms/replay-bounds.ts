import type { Limits } from '../../schemas/index.js'
import type { ReplayBounds } from './replay-log.js'

/** Within which a dead socket is noticed once its time is over: the two ticks that ping it and cut it. */
const noticeMs = 1000

/** What is kept for a member that can resume. */
export function replayBoundsOf(limits: Limits): ReplayBounds {
  return {
    maxMessages: limits.maxReplayMessages,
    maxBytes: limits.maxReplayBytes,
    // Longer than a socket can be dead unnoticed and its seat be held after that: what is older nobody can ask for.
    maxAgeMs: limits.resumeWindowMs + limits.pingIntervalMs + limits.pongTimeoutMs + noticeMs,
  }
}
