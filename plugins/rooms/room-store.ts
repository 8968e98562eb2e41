import type { LeaveReason, Member, PeerId, Profile, RoomId } from '../../schemas/index.js'

/** What a newcomer asks for. */
export interface JoinRequest {
  /** What the others are to see of it. The store keeps a copy. */
  readonly profile: Profile
  /** How many the room may hold, if this join creates it. At least 2. */
  readonly capacity: number
}

/** `seated`: the sink has been told `seated`. `full`: nothing has happened. */
export type JoinOutcome = 'seated' | 'full'

/** `sent`: handed to the addressee, or there was nobody to hand it to and nobody was named. */
export type SendOutcome = 'sent' | 'peer-not-found' | 'to-required'

/**
 * One thing that the members of a room are told. `frame` is a whole JSON text in UTF-8, opaque to the store; `peer` is
 * the member as it is at that moment, and stays so.
 */
export type Entry =
  | { readonly kind: 'peer-joined'; readonly peer: Member }
  | { readonly kind: 'peer-updated'; readonly peer: Member }
  | { readonly kind: 'peer-left'; readonly peerId: PeerId; readonly reason: LeaveReason }
  | { readonly kind: 'message'; readonly frame: Buffer }

/**
 * Where a member hears from its room. It is told in one order: `seated` first, then every entry; nothing
 * after its seat has left. It may be called from within any call on the store, and must not throw.
 */
export interface Sink {
  seated(seat: Seat): void
  deliver(entry: Entry): void
}

/** A place in a room, held by one member from `seated` until `leave`. */
export interface Seat {
  readonly peerId: PeerId
  readonly roomId: RoomId
  readonly capacity: number
  /**
   * Who was there when this seat was taken, oldest first, as they were then. The later of two members is the pair's
   * initiator.
   */
  readonly others: readonly Member[]
  /** What the others see of this member now. */
  readonly profile: Profile

  /**
   * Hands a frame to one other member of the same room.
   *
   * @param to  its peerId; may be left out while there are fewer than two others
   */
  send(to: PeerId | undefined, frame: Buffer): SendOutcome | Promise<SendOutcome>

  /**
   * Puts a profile in place of the whole present one and tells the others, even if nothing is different. Who joins from
   * now on sees the new one. Does nothing once the seat has been given up.
   *
   * @param profile  the store keeps a copy
   */
  update(profile: Profile): void | Promise<void>

  /** Gives the seat up and tells the others why. Does nothing the second time. */
  leave(reason: LeaveReason): void | Promise<void>
}

/**
 * Owns rooms, seats, order and delivery. A room exists while somebody sits in it.
 */
export interface RoomStore {
  /**
   * Takes a seat, creating the room when absent. Atomic: a room never holds more than its capacity, and of
   * two who join at once exactly one finds the other there.
   */
  join(roomId: RoomId, request: JoinRequest, sink: Sink): Promise<JoinOutcome>

  /** How many rooms and seats there are now, as far as this node knows. */
  readonly size: { readonly rooms: number; readonly seats: number }
}
