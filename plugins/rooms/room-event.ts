import type { LeaveReason, Member, RoomId } from '../../schemas/index.js'
import type { Identity } from './room-store.js'

/** Why a member is gone: what the others in the room are told, or, where there are no others any more, that the room was closed. */
export type Departure = LeaveReason | 'closed'

/** Somebody who has a seat, as whoever runs the service sees it. */
export interface Occupant {
  readonly member: Member
  readonly identity: Identity
  /** When the seat was taken, in milliseconds since 1970. */
  readonly joinedAtMs: number
}

/** What has happened in a room, as it happened in the store. */
export type RoomChange =
  /** The first one has a seat; `joined` follows. */
  | { readonly kind: 'started' }
  | { readonly kind: 'joined'; readonly occupant: Occupant }
  | { readonly kind: 'left'; readonly occupant: Occupant; readonly reason: Departure }
  /** Nobody has a seat any more, and no place is kept. */
  | { readonly kind: 'ended' }

/** The same, in its place. */
export interface RoomEvent {
  readonly roomId: RoomId
  /** Names the room from `started` to `ended`: whoever comes after that is in another one of the same name. */
  readonly session: string
  /** Counts what has happened in it: 1 for `started`. */
  readonly n: number
  /** When, in milliseconds since 1970. */
  readonly atMs: number
  readonly change: RoomChange
}

/** Hears of each, in the order of each room. Called from within the store: it must neither throw nor ask the store for anything. */
export type RoomListener = (event: RoomEvent) => void
