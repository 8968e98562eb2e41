import type { FastifyBaseLogger } from 'fastify'
import { type LeaveReason, type Limits, type ServerMessage, SignalingError } from '../../schemas/index.js'
import type { Entry, RoomStore, Seat, Sink } from '../rooms/room-store.js'

/** A frame on its way out: text for what we say ourselves, bytes for what is passed on. */
export type OutgoingFrame = string | Buffer

/** What sessions share. */
export interface SignalingContext {
  readonly rooms: RoomStore
  readonly limits: Limits
  readonly log: FastifyBaseLogger
}

/**
 * One client as the protocol sees it: in a room or in none. It turns what the room tells into messages, and
 * knows no socket.
 *
 *     in no room ──join──▶ seated ──leave, join, socket gone──▶ in no room
 *          ▲──────full──────┘
 */
export class Session implements Sink {
  readonly context: SignalingContext
  readonly #write: (frame: OutgoingFrame) => void
  #seat: Seat | undefined
  #isOver = false

  /** Whether its last `join` asked for `peer-updated`: a client must not be told what it may not know. */
  wantsUpdates = false

  /** Whether a valid `join` has come, whatever became of it. */
  hasAskedToJoin = false

  constructor(context: SignalingContext, write: (frame: OutgoingFrame) => void) {
    this.context = context
    this.#write = write
  }

  /** The seat it holds; undefined while it is in no room. */
  get seat(): Seat | undefined {
    return this.#seat
  }

  /** @throws SignalingError `not-joined` */
  requireSeat(): Seat {
    if (this.#seat === undefined) throw new SignalingError('not-joined')
    return this.#seat
  }

  tell(message: ServerMessage): void {
    this.#write(JSON.stringify(message))
  }

  /** @param id  the client's own `id` of the message at fault; told if it is a text of up to 128 characters or a number */
  tellError(error: SignalingError, id?: unknown): void {
    const { code, message } = error
    this.tell({ type: 'error', code, message, ...(isMessageId(id) ? { id } : {}) })
  }

  async leave(reason: LeaveReason): Promise<void> {
    const seat = this.#seat
    if (seat === undefined) return
    this.#seat = undefined
    await seat.leave(reason)
    this.context.log.info({ roomId: seat.roomId, peerId: seat.peerId, reason }, 'peer left')
  }

  /** The client is gone for good: gives up its seat, and a seat that a join under way may still get. */
  async end(reason: LeaveReason): Promise<void> {
    this.#isOver = true
    await this.leave(reason)
  }

  seated(seat: Seat): void {
    this.#seat = seat
    if (this.#isOver) {
      this.leave('disconnected').catch((error: unknown) => this.context.log.error(error, 'leaving failed'))
      return
    }
    const { peerId, roomId, others, capacity } = seat
    this.context.log.info({ roomId, peerId, peers: others.length }, 'peer joined')
    this.tell({ type: 'joined', roomId, peers: others.length, peerId, members: [...others], capacity })
    for (const other of others) this.tell({ type: 'ready', isInitiator: true, ...other })
  }

  deliver(entry: Entry): void {
    switch (entry.kind) {
      case 'message':
        this.#write(entry.frame)
        break
      case 'peer-joined':
        this.tell({ type: 'ready', isInitiator: false, ...entry.peer })
        break
      case 'peer-updated':
        if (this.wantsUpdates) this.tell({ type: 'peer-updated', ...entry.peer })
        break
      case 'peer-left':
        this.tell({ type: 'peer-left', peerId: entry.peerId, reason: entry.reason })
        break
    }
  }
}

function isMessageId(id: unknown): id is string | number {
  return typeof id === 'string' ? id.length <= 128 : typeof id === 'number' && Number.isFinite(id)
}
