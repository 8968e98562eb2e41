import { MemoryRoomStore, type MemoryRoomStoreOptions } from '../../plugins/rooms/memory-room-store.js'

/** A store in memory with the service's own defaults, or others. */
export function makeMemoryStore(options: Partial<MemoryRoomStoreOptions> = {}): MemoryRoomStore {
  return new MemoryRoomStore({
    resumeWindowMs: 30_000,
    awayAfterMs: 3000,
    reloadWindowMs: 5000,
    replay: { maxMessages: 2048, maxBytes: 1_048_576, maxAgeMs: 55_000 },
    ...options,
  })
}
