import type { Announcement, Door, PeerId, RoomId } from '../../schemas/index.js'
import type { Occupant, RoomListener } from './room-event.js'

/** What whoever runs the service can do to a room, without a seat in it. */
export type RoomCommand =
  | { readonly kind: 'kick'; readonly peerId: PeerId }
  | { readonly kind: 'door'; readonly door: Door }
  /** Told to those that want updates. */
  | { readonly kind: 'announce'; readonly announcement: Announcement }
  /** Everybody is out at once, who knocks is turned away, and no place is kept. Whoever comes then makes another room. */
  | { readonly kind: 'close' }

/** `done`, or nothing has happened, as there is no such room, or nobody of that name in it, or knocking at it. */
export type RoomCommandOutcome = 'done' | 'room-not-found' | 'peer-not-found'

/** A room at one moment. */
export interface RoomView {
  readonly roomId: RoomId
  readonly door: Door
  /** 0 where nobody has got a seat yet. */
  readonly capacity: number
  /** Oldest first; with `isAway` where its socket is gone, and its seat is held. */
  readonly occupants: readonly (Occupant & { readonly isAway: boolean })[]
}

/** The rooms of a store as whoever runs the service sees them, on every node alike. */
export interface RoomOversight {
  /**
   * The names of all rooms there are, on whichever node, in any order.
   *
   * @throws StoreUnavailable
   */
  names(): Promise<readonly RoomId[]>

  /**
   * A room as it is now; undefined where there is none.
   *
   * @throws StoreUnavailable
   */
  look(roomId: RoomId): Promise<RoomView | undefined>

  /** @throws StoreUnavailable  it may have been done all the same */
  direct(roomId: RoomId, command: RoomCommand): Promise<RoomCommandOutcome>

  /** Who is to be told of what happens in rooms by what is asked of this node, from now on. */
  watch(listener: RoomListener): void
}
