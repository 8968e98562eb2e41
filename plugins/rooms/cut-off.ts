import type { RoomStore } from './room-store.js'

/** All share the store: when it is away for a moment they are not all to be taken out, and calls go on without it. */
const patienceMs = 15_000

/**
 * Whether this instance has not reached the store for so long that its members should go on by another one. Their seats are held
 * for a while yet.
 */
export function isCutOff({ shared }: Pick<RoomStore, 'shared'>): boolean {
  return shared !== undefined && shared.silentMs > Math.min(patienceMs, shared.leaseMs / 2)
}
