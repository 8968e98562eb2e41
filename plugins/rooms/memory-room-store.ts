import type { Door, PeerId, RoomId } from '../../schemas/index.js'
import { type Clock, systemClock } from './clock.js'
import { makePeerId } from './make-peer-id.js'
import { MemoryRoom, type Tally } from './memory-room.js'
import type { ReplayBounds } from './replay-log.js'
import type { RoomListener } from './room-event.js'
import type { RoomCommand, RoomCommandOutcome, RoomOversight, RoomView } from './room-oversight.js'
import type { JoinOutcome, JoinRequest, ResumeOutcome, ResumeRequest, RoomStore, Sink } from './room-store.js'

/** How long things are held, and how much. Times in milliseconds. */
export interface MemoryRoomStoreOptions {
  /** How long the seat of a resumable member is held. */
  readonly resumeWindowMs: number
  /** How long it may be away until the others are told. */
  readonly awayAfterMs: number
  /** How long the place of one that was released is kept. */
  readonly reloadWindowMs: number
  /** What is kept for each until it is acknowledged. */
  readonly replay: ReplayBounds
  /** How many may knock at a room at once. */
  readonly maxKnocks: number
  /** Default: the machine's. */
  readonly clock?: Clock
}

/** The room store of a single process. Every operation is synchronous inside, and so atomic. */
export class MemoryRoomStore implements RoomStore, RoomOversight {
  readonly #rooms = new Map<RoomId, MemoryRoom>()
  readonly #options: MemoryRoomStoreOptions & { readonly clock: Clock }
  readonly #tally: Tally = { seats: 0, listener: undefined }

  constructor(options: MemoryRoomStoreOptions) {
    this.#options = { clock: systemClock, ...options }
  }

  async join(roomId: RoomId, request: JoinRequest, sink: Sink): Promise<JoinOutcome> {
    const there = this.#rooms.get(roomId)
    if (there === undefined && request.mayMakeRoom?.() === false) return 'absent'
    const room = there ?? this.#make(roomId, request.door ?? 'open')
    return room.join(makePeerId(), request, sink)
  }

  #make(roomId: RoomId, door: Door): MemoryRoom {
    const room = new MemoryRoom(roomId, door, this.#options, this.#tally, () => this.#rooms.delete(roomId))
    this.#rooms.set(roomId, room)
    return room
  }

  async resume(roomId: RoomId, request: ResumeRequest, sink: Sink): Promise<ResumeOutcome> {
    return this.#rooms.get(roomId)?.resume(request, sink) ?? 'gone'
  }

  async release(roomId: RoomId, peerId: PeerId, attempt: number): Promise<boolean> {
    return this.#rooms.get(roomId)?.release(peerId, attempt) ?? false
  }

  async names(): Promise<readonly RoomId[]> {
    return [...this.#rooms.keys()]
  }

  async look(roomId: RoomId): Promise<RoomView | undefined> {
    return this.#rooms.get(roomId)?.view
  }

  async direct(roomId: RoomId, command: RoomCommand): Promise<RoomCommandOutcome> {
    return this.#rooms.get(roomId)?.direct(command) ?? 'room-not-found'
  }

  watch(listener: RoomListener): void {
    this.#tally.listener = listener
  }

  /** Of no use any more: its rooms are over. */
  close(): void {
    for (const room of [...this.#rooms.values()]) room.direct({ kind: 'close' })
  }

  get size(): { rooms: number; seats: number } {
    return { rooms: this.#rooms.size, seats: this.#tally.seats }
  }
}
