import type {
  Entry,
  Fenced,
  JoinOutcome,
  JoinRequest,
  Knock,
  RoomStore,
  Seat,
  Sink,
  TurnedAway,
} from '../../plugins/rooms/room-store.js'
import type { Announcement, Door, KnockEnd, LeaveReason, Member, PeerId, Profile, RoomId } from '../../schemas/index.js'

/** What a member knows of another one. */
export interface Known {
  /** Whether the one who knows it is the initiator of the pair. */
  readonly isInitiator: boolean
  readonly member: Member
}

/** A member that writes down what its room tells it, and what it should never have been told. */
export class ListeningMember implements Sink {
  seat: Seat | undefined
  readonly known = new Map<PeerId, Known>()
  readonly frames: string[] = []
  readonly updates: Member[] = []
  readonly goodbyes: LeaveReason[] = []
  readonly faults: string[] = []

  /** Who knocks, by the name. */
  readonly knockers = new Map<PeerId, Member>()
  readonly knockEnds: KnockEnd[] = []
  readonly doors: Door[] = []
  knock: Knock | undefined
  turnedAwayAs: TurnedAway | undefined
  isKicked = false
  isOut = false
  readonly announcements: Announcement[] = []

  async join(
    store: RoomStore,
    roomId: RoomId,
    capacity = 2,
    profile: Profile = {},
    more: Partial<JoinRequest> = {},
  ): Promise<JoinOutcome> {
    return store.join(roomId, { capacity, profile, wantsUpdates: true, ...more }, this)
  }

  async leave(reason: LeaveReason = 'left'): Promise<void> {
    const seat = this.seat
    this.seat = undefined
    this.known.clear()
    await seat?.leave(reason)
  }

  seated(seat: Seat): void {
    if (this.seat !== undefined) this.faults.push('seated twice')
    this.knock = undefined
    this.seat = seat
  }

  resumed(): void {
    this.faults.push('resumed without having asked')
  }

  knocking(knock: Knock): void {
    this.knock = knock
  }

  turnedAway(why: TurnedAway): void {
    if (this.knock === undefined) this.faults.push('turned away without having knocked')
    this.knock = undefined
    this.turnedAwayAs = why
  }

  fenced(why: Fenced): void {
    if (why === 'taken') this.faults.push('lost its seat to nobody')
    this.isKicked = why === 'kicked'
    this.isOut = why === 'closed'
    this.seat = undefined
  }

  deliver(entry: Entry): void {
    if (this.seat === undefined) this.faults.push(`told ${entry.kind} without a seat`)
    switch (entry.kind) {
      case 'message':
        this.frames.push(entry.frame.toString())
        break
      case 'peer-present':
      case 'peer-joined':
        if (this.known.has(entry.peer.peerId)) this.faults.push('told of one newcomer twice')
        this.known.set(entry.peer.peerId, { isInitiator: entry.kind === 'peer-present', member: entry.peer })
        break
      case 'peer-updated': {
        const before = this.known.get(entry.peer.peerId)
        if (before === undefined) this.faults.push('told of the update of a stranger')
        else this.known.set(entry.peer.peerId, { ...before, member: entry.peer })
        this.updates.push(entry.peer)
        break
      }
      case 'peer-left':
        // Who is thrown out may have lost its seat before.
        if (!this.known.delete(entry.peerId) && entry.reason !== 'kicked') this.faults.push('told that a stranger left')
        this.goodbyes.push(entry.reason)
        break
      case 'knock':
        if (this.knockers.has(entry.peer.peerId)) this.faults.push('told of one knock twice')
        this.knockers.set(entry.peer.peerId, entry.peer)
        break
      case 'knock-ended':
        if (!this.knockers.delete(entry.peerId)) this.faults.push('told of the end of no knock')
        this.knockEnds.push(entry.reason)
        break
      case 'door':
        this.doors.push(entry.door)
        break
      case 'announcement':
        this.announcements.push(entry.announcement)
        break
      default:
        this.faults.push(`told ${entry.kind} without being resumable`)
    }
  }
}
