import type { RoomListener } from '../../plugins/rooms/room-event.js'
import type { RoomCommand, RoomCommandOutcome, RoomOversight, RoomView } from '../../plugins/rooms/room-oversight.js'
import type {
  JoinOutcome,
  JoinRequest,
  ResumeOutcome,
  ResumeRequest,
  RoomStore,
  Sink,
} from '../../plugins/rooms/room-store.js'
import type { PeerId, RoomId } from '../../schemas/index.js'

/** Several nodes as one store, as a balancer in front makes them: each who asks comes to the next one. */
export class TwoNodes implements RoomStore, RoomOversight {
  readonly #nodes: readonly (RoomStore & RoomOversight)[]
  #turn = 0

  constructor(nodes: readonly (RoomStore & RoomOversight)[]) {
    this.#nodes = nodes
  }

  async join(roomId: RoomId, request: JoinRequest, sink: Sink): Promise<JoinOutcome> {
    return this.#next().join(roomId, request, sink)
  }

  async resume(roomId: RoomId, request: ResumeRequest, sink: Sink): Promise<ResumeOutcome> {
    return this.#next().resume(roomId, request, sink)
  }

  async release(roomId: RoomId, peerId: PeerId, attempt: number): Promise<boolean> {
    return this.#next().release(roomId, peerId, attempt)
  }

  async names(): Promise<readonly RoomId[]> {
    return this.#next().names()
  }

  async look(roomId: RoomId): Promise<RoomView | undefined> {
    return this.#next().look(roomId)
  }

  async direct(roomId: RoomId, command: RoomCommand): Promise<RoomCommandOutcome> {
    return this.#next().direct(roomId, command)
  }

  watch(listener: RoomListener): void {
    for (const node of this.#nodes) node.watch(listener)
  }

  /** Of tests with one room at a time: each node knows of it, or one of them. */
  get size(): { rooms: number; seats: number } {
    const sizes = this.#nodes.map(({ size }) => size)
    return {
      rooms: Math.max(...sizes.map(({ rooms }) => rooms)),
      seats: sizes.reduce((sum, { seats }) => sum + seats, 0),
    }
  }

  #next(): RoomStore & RoomOversight {
    this.#turn += 1
    const node = this.#nodes[this.#turn % this.#nodes.length]
    if (node === undefined) throw new RangeError('no node')
    return node
  }
}
