import type {
  Announcement,
  Door,
  ErrorCode,
  KnockEnd,
  LeaveReason,
  Member,
  PeerId,
  Profile,
  RoomId,
} from '../../schemas/index.js'
import type { StoreCounts } from '../metrics/store-counts.js'

/**
 * Names a place in the order of what one member is told. Opaque: each store has its own, of up to 64 letters, digits, `-` and `.`,
 * so that it can stand between quotes as it is.
 */
export type Cursor = string

/** What a newcomer asks for. */
export interface JoinRequest {
  /** What the others are to see of it. The store keeps a copy. */
  readonly profile: Profile
  /** How many the room may hold, if this join creates it. At least 2. */
  readonly capacity: number
  /** Whether it is told of `peer-updated`. Default: false. */
  readonly wantsUpdates?: boolean
  /** Whether its seat is held while its sink is away, and what it is told is kept until it acknowledges it. Default: false. */
  readonly isResumable?: boolean
  /** Whether it may say who is in the room, and comes in whatever the door says. Default: false. */
  readonly isHost?: boolean
  /** What it is known by. Default: nothing. */
  readonly identity?: Identity
  /** What becomes of a second member with the same subject. Default: `allow`. */
  readonly onDuplicate?: 'allow' | 'replace' | 'reject'
  /** How the door of the room is, if this join creates it. Default: `open`. */
  readonly door?: Door
  /**
   * Asked where there is no such room, in the same step: whether this join may create it. A store that cannot ask then may
   * look for the room first. Default: it may.
   */
  readonly mayMakeRoom?: () => boolean
  /** A resumable seat of the same room that is its own, as whoever asks has made sure of: given up in the same step. */
  readonly replaces?: { readonly peerId: PeerId; readonly attempt: number } | undefined
}

/** What a member is known by. Whoever has been kicked is kept out by any of it, for as long as the room exists. */
export interface Identity {
  /** Who it is: two members with the same one are the same person. */
  readonly subject?: string
  /** By which token it has come, perhaps with others. */
  readonly tokenId?: string
  /** What it is called, and cannot change. */
  readonly name?: string
}

/**
 * `seated`: the sink has been told `seated`. `knocking`: it has been told `knocking`. Otherwise nothing has happened: the room
 * is full or locked, somebody with the same subject is there, or the member has been kicked; or there is none (`absent`), and it
 * may not be made.
 */
export type JoinOutcome = 'seated' | 'knocking' | 'absent' | Unseated
export type Unseated = 'full' | 'locked' | 'duplicate' | 'kicked'

/** Why somebody who knocked is not let in. */
export type TurnedAway = Unseated | 'refused'

/** Somebody who waits for a host to let it in. */
export interface Knock {
  /** What its seat will be called. */
  readonly peerId: PeerId
  readonly roomId: RoomId
  /** It does not wait any more. Does nothing once it has been answered. */
  withdraw(): void | Promise<void>
}

/** What a host can do. */
export type HostCommand =
  | { readonly kind: 'kick' | 'admit' | 'refuse'; readonly peerId: PeerId }
  | { readonly kind: 'door'; readonly door: Door }

/** `done`, or nothing has happened: `peer-not-found`: nobody of that name is there, or knocks; `room-full`: no place is left. */
export type CommandOutcome = 'done' | 'peer-not-found' | 'room-full'

/** What a member asks for that comes back to its seat, as whoever asks has made sure that it is its own. */
export interface ResumeRequest {
  readonly peerId: PeerId
  /** Must be higher than any before; of several the highest has the seat, in whatever order they come. */
  readonly attempt: number
  /** The last that it was told. */
  readonly seq: Cursor
  /** The last of its operations that it knows was done; a store that knows of fewer has lost some. Default: 0. */
  readonly received?: number
}

/** `resumed`: the sink has been told `resumed`. `gone`: there is no such seat. `stale`: the attempt is not the highest. */
export type ResumeOutcome = 'resumed' | 'gone' | 'stale'

/** `sent`: handed to the addressee, or there was nobody to hand it to and nobody was named. */
export type SendOutcome = 'sent' | 'peer-not-found' | 'to-required'

/** Why a message of a member was not taken. */
export interface Refusal {
  readonly code: ErrorCode
  readonly message: string
  /** Of the member's own, to know the message by. */
  readonly id?: string | number
}

/**
 * One thing that a member of a room is told. `frame` is a whole JSON text in UTF-8, opaque to the store; `peer` is
 * the member as it is at that moment, and stays so. `peer-present`: was there before; `peer-joined`: came later. `peer-away`,
 * `peer-back` and `refused` come to resumable seats alone; `peer-updated`, `door` and `announcement` to those that want updates, `knock` and
 * `knock-ended` to the hosts among those.
 */
export type Entry =
  | { readonly kind: 'peer-present' | 'peer-joined'; readonly peer: Member }
  | { readonly kind: 'peer-updated'; readonly peer: Member }
  | { readonly kind: 'peer-left'; readonly peerId: PeerId; readonly reason: LeaveReason }
  | { readonly kind: 'peer-away' | 'peer-back'; readonly peerId: PeerId }
  | { readonly kind: 'knock'; readonly peer: Member }
  | { readonly kind: 'knock-ended'; readonly peerId: PeerId; readonly reason: KnockEnd }
  | { readonly kind: 'door'; readonly door: Door }
  | { readonly kind: 'message'; readonly frame: Buffer }
  | { readonly kind: 'announcement'; readonly announcement: Announcement }
  | { readonly kind: 'refused'; readonly n: number; readonly refusal: Refusal }

/** Where an entry stands in the order of what one member is told: it names the one before it. */
export interface Link {
  readonly seq: Cursor
  readonly prev: Cursor
}

/** An entry in its place. */
export interface Linked {
  readonly entry: Entry
  readonly link: Link
}

/** Another member, as seen from a seat. */
export interface Other {
  readonly member: Member
  /** Whether this side is the initiator of the pair: whether the other was there first. */
  readonly isInitiator: boolean
}

/** What a member that comes back is told: what it has missed, or, where that is not there any more, how things are now. */
export type Missed =
  | { readonly kind: 'replay'; readonly entries: readonly Linked[] }
  | { readonly kind: 'resync'; readonly others: readonly Other[]; readonly at: Cursor }

/**
 * Where a member hears from its room. It is told in one order: `seated` or `resumed` first, then every entry, beginning with
 * a `peer-present` for each of the others; nothing
 * after its seat has left, or after `fenced`. It may be called from within any call on the store, and must not throw.
 */
export interface Sink {
  seated(seat: Seat): void
  /** It waits until it is let in: then `seated` comes, else `turnedAway`. */
  knocking(knock: Knock): void
  turnedAway(why: TurnedAway): void
  /**
   * Has its seat again. `missed` was told to nobody yet. A resync can also come to a resumable seat that has heard all the time,
   * when the store has lost what was said to it.
   */
  resumed(seat: Seat, missed: Missed): void
  /** @param link  where a resumable seat's entry stands; undefined for others */
  deliver(entry: Entry, link: Link | undefined): void
  /** The seat is another sink's now, or given up without its doing, or the store has lost it and the member may join anew. */
  fenced(why: Fenced): void
}

/** `closed`: so was the room. `lost`: by the store, which could not bring it back. */
export type Fenced = 'taken' | 'kicked' | 'closed' | 'lost'

/**
 * A place in a room, held by one member from `seated` until `leave`. A resumable one can pass from sink to sink; each gets a
 * `Seat` of its own, and the one before is of no effect from then on.
 *
 * A resumable member numbers its operations (`n`: 1, 2, 3, …). An operation that is done counts its number as received,
 * in the same step; one with a number that was received before does nothing.
 */
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
  readonly isResumable: boolean
  readonly isHost: boolean
  readonly identity: Identity
  /** How the door of the room is now. */
  readonly door: Door
  /** The number of the last operation that was done; 0 before the first. */
  readonly received: number
  /** Where the order of what it is told begins, or goes on from. */
  readonly cursor: Cursor

  /**
   * Hands a frame to one other member of the same room. Only `sent` counts as done.
   *
   * @param to  its peerId; may be left out while there are fewer than two others
   */
  send(to: PeerId | undefined, frame: Buffer, n?: number): SendOutcome | Promise<SendOutcome>

  /**
   * Puts a profile in place of the whole present one and tells the others, even if nothing is different. Who joins from
   * now on sees the new one. Does nothing once the seat has been given up.
   *
   * @param profile  the store keeps a copy
   */
  update(profile: Profile, n?: number): void | Promise<void>

  /** Does what only a host may ask for; whether the member is one has been looked at. Only `done` counts as done. */
  command(command: HostCommand, n?: number): CommandOutcome | Promise<CommandOutcome>

  /** Counts an operation as done that cannot be, and tells the member so, in the order of all that it is told. */
  refuse(n: number, refusal: Refusal): void | Promise<void>

  /**
   * The member has been told everything up to here; it need not be kept any more.
   *
   * @returns whether it was ever told that
   */
  acknowledge(seq: Cursor): boolean | Promise<boolean>

  /**
   * The sink hears nothing any more. The seat of a resumable member is held for a while: what it is told meanwhile is kept,
   * the others learn of it after some seconds, and when it does not come back it has left (`expired`).
   */
  away(): void | Promise<void>

  /** Gives the seat up and tells the others why. Does nothing the second time. */
  leave(reason: LeaveReason): void | Promise<void>
}

/**
 * Owns rooms, seats, order and delivery, and what makes coming back exact. A room exists while somebody has a seat in it.
 */
export interface RoomStore {
  /**
   * Takes a seat, creating the room when absent. Atomic: a room never holds more than its capacity, and of
   * two who join at once exactly one finds the other there.
   *
   * @throws StoreUnavailable  it may come again
   */
  join(roomId: RoomId, request: JoinRequest, sink: Sink): Promise<JoinOutcome>

  /**
   * Takes a resumable seat over from its present sink, if it still has one. Atomic: no entry comes twice or to nobody.
   *
   * @throws StoreUnavailable  it may come again, with a higher attempt
   */
  resume(roomId: RoomId, request: ResumeRequest, sink: Sink): Promise<ResumeOutcome>

  /**
   * Gives a resumable seat up in its member's name, without its sink: the page is closing. The others are told at once; the
   * place is kept for a moment for a `join` that `replaces` it, in case the page is only loaded anew.
   *
   * @param attempt  the one with which the seat was last taken, or a higher one; `Number.MAX_SAFE_INTEGER`, which no other is
   *                 higher than, keeps no place
   * @returns        whether there was such a seat
   * @throws StoreUnavailable
   */
  release(roomId: RoomId, peerId: PeerId, attempt: number): Promise<boolean>

  /** What it shares with other processes; undefined where it is this process's own. */
  readonly shared?: SharedStore

  /** How many rooms and seats there are now, as far as this node knows; at once, however many there are. */
  readonly size: { readonly rooms: number; readonly seats: number }
}

/** A store that several processes share. */
export interface SharedStore {
  /**
   * From which the keys of seats are made, in the same order wherever the rooms are; none until it was reached once. Usually one: there are more
   * where a node has made one while the store had forgotten that of the others.
   */
  readonly keySecrets: readonly Buffer[]
  /** Whether there may be another one that this node will know of in a moment. */
  readonly mayLackSecrets: boolean
  /**
   * Whether this instance has not reached it for so long that its members should go on by another one; their seats are held for a while
   * yet. Also until it was reached once.
   */
  readonly isCutOff: boolean
  /** How long an instance need not be heard of there until its members are away. */
  readonly leaseMs: number
  readonly counts: StoreCounts
}

/** The store has not answered in time, or cannot at the moment. What was asked may have been done all the same. */
export class StoreUnavailable extends Error {
  constructor(cause?: unknown) {
    super('the room store does not answer', { cause })
    this.name = 'StoreUnavailable'
  }
}
