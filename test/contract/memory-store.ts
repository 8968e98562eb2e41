import { MemoryRoomStore, type MemoryRoomStoreOptions } from '../../plugins/rooms/memory-room-store.js'

/**
 * A store in memory with the service's own defaults, or others.
 *
 * @param Store  the real one, or one that is broken
 */
export function makeMemoryStore(
  options: Partial<MemoryRoomStoreOptions> = {},
  Store: typeof MemoryRoomStore = MemoryRoomStore,
): MemoryRoomStore {
  return new Store({
    resumeWindowMs: 30_000,
    awayAfterMs: 3000,
    reloadWindowMs: 5000,
    maxKnocks: 4,
    replay: { maxMessages: 2048, maxBytes: 1_048_576, maxAgeMs: 55_000 },
    ...options,
  })
}
