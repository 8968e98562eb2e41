import type { Signal } from '../load/payloads.js'
import type { WireSocket } from '../load/wire-socket.js'
import type { Volley } from './volley.js'

/** One client in a room, over one socket. */
export interface Member {
  readonly socket: WireSocket
  readonly roomId: string
  /** By which the others address it; empty where a room has one address. */
  readonly id: string
}

/** How one server is talked to, as its own documentation has it. */
export interface Protocol<M extends Member = Member> {
  /** Connects and joins; resolves when the server has said that it is in. */
  join(port: number, roomId: string, capacity: number): Promise<M>
  /** Resolves when a member has heard of one more in its room, where the server tells of that. */
  met(member: M): Promise<void>
  /** The messages that one member sends to another; `to` is named in them only where `isDirected`. */
  volley(from: M, to: M, signal: Signal, isDirected: boolean): Volley
  /** By what a relayed message of that kind is known in its text. */
  marker(signal: Signal): string
  /** Says goodbye and closes; resolves when the socket is closed. */
  leave(member: M): Promise<void>
  /** Comes back after its socket was cut; the same seat where the server knows such a thing. */
  return(port: number, member: M, capacity: number): Promise<M>
  /** Gets ready to count what comes; `onRelayed` is told once for each read how many there were. */
  count(member: M, onRelayed: (count: number) => void): void
  /** Whether rooms of more than two, and messages to one of them, are something it knows. */
  readonly hasDirected: boolean
  /** What a client has to send now and then, so as not to be thrown out. */
  readonly heartbeat?: { readonly text: string; readonly everyMs: number }
}

/** Counts the texts that are long enough to be a relayed message: all else that a server says is short. */
export function countRelayed(
  socket: WireSocket,
  onRelayed: (count: number) => void,
  onEach?: WireSocket['onText'],
): void {
  let count = 0
  socket.onText = (bytes, start, end) => {
    if (end - start < leastRelayedBytes) return
    count += 1
    onEach?.(bytes, start, end)
  }
  socket.onRead = () => {
    if (count === 0) return
    const counted = count
    count = 0
    onRelayed(counted)
  }
}

const leastRelayedBytes = 200

let lastRoom = 0
/** A room that nobody is in. */
export function newRoomId(): string {
  lastRoom += 1
  return `room-${lastRoom.toString().padStart(8, '0')}`
}
