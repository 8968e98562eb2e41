import type { Door, LeaveReason, Member, PeerId, Profile, RoomId } from '../../schemas/index.js'
import type { Clock } from './clock.js'
import { snapshotOf } from './member-snapshot.js'
import type { ReplayLog } from './replay-log.js'
import type { Occupant } from './room-event.js'
import type {
  CommandOutcome,
  Cursor,
  Entry,
  HostCommand,
  Identity,
  JoinRequest,
  Refusal,
  Seat,
  SendOutcome,
  Sink,
} from './room-store.js'

/** What a resumable seat has besides; it passes from one `MemorySeat` to the next. */
export interface Tether {
  attempt: number
  received: number
  readonly log: ReplayLog
  /** There while nobody hears. */
  absence: Absence | undefined
}

interface Absence {
  isTold: boolean
  /** Takes back what would follow from it. */
  readonly end: () => void
}

/** What a seat needs of the room that it is in. */
export interface RoomOfSeat {
  readonly id: RoomId
  readonly capacity: number
  readonly door: Door
  readonly rules: { readonly clock: Clock; readonly awayAfterMs: number; readonly resumeWindowMs: number }
  has(seat: MemorySeat): boolean
  send(seat: MemorySeat, to: PeerId | undefined, frame: Buffer): SendOutcome
  tellOthers(speaker: MemorySeat, entry: Entry): void
  command(host: MemorySeat, command: HostCommand): CommandOutcome
  leave(seat: MemorySeat, reason: LeaveReason): void
}

/** For whom it is. */
interface SeatRequest extends Pick<JoinRequest, 'profile' | 'isHost' | 'identity' | 'wantsUpdates'> {
  /** Default: now */
  readonly joinedAtMs?: number
}

/** A seat as one sink holds it. */
export class MemorySeat implements Seat {
  readonly others: readonly Member[]
  readonly sink: Sink
  readonly tether: Tether | undefined
  readonly isHost: boolean
  readonly identity: Identity
  /** In milliseconds since 1970. */
  readonly joinedAtMs: number
  #member: Member
  readonly #room: RoomOfSeat
  readonly #wantsUpdates: boolean

  /** @param others  who was there when it was taken */
  constructor(
    room: RoomOfSeat,
    peerId: PeerId,
    { profile, isHost = false, identity = {}, wantsUpdates = false, joinedAtMs = Date.now() }: SeatRequest,
    others: readonly Member[],
    sink: Sink,
    tether: Tether | undefined,
  ) {
    this.#room = room
    this.#member = snapshotOf(peerId, profile, isHost)
    this.isHost = isHost
    this.identity = identity
    this.joinedAtMs = joinedAtMs
    this.others = others
    this.sink = sink
    this.tether = tether
    this.#wantsUpdates = wantsUpdates
  }

  /** As the others see it now. */
  get member(): Member {
    return this.#member
  }

  get occupant(): Occupant {
    const { member, identity, joinedAtMs } = this
    return { member, identity, joinedAtMs }
  }

  get profile(): Profile {
    const { peerId: _, role: _role, ...profile } = this.#member
    return profile
  }

  get peerId(): PeerId {
    return this.#member.peerId
  }

  get roomId(): RoomId {
    return this.#room.id
  }

  get capacity(): number {
    return this.#room.capacity
  }

  get door(): Door {
    return this.#room.door
  }

  get isResumable(): boolean {
    return this.tether !== undefined
  }

  get received(): number {
    return this.tether?.received ?? 0
  }

  get cursor(): Cursor {
    return this.tether?.log.cursor ?? ''
  }

  /** The same seat for another sink; this one is of no effect once the room has that one in its place. */
  passTo(sink: Sink): MemorySeat {
    const { profile, isHost, identity, joinedAtMs } = this
    const request = { profile, isHost, identity, joinedAtMs, wantsUpdates: this.#wantsUpdates }
    return new MemorySeat(this.#room, this.peerId, request, this.others, sink, this.tether)
  }

  send(to: PeerId | undefined, frame: Buffer, n?: number): SendOutcome {
    if (!this.#room.has(this)) return 'peer-not-found'
    if (this.#wasReceived(n)) return 'sent'
    const outcome = this.#room.send(this, to, frame)
    if (outcome === 'sent') this.#count(n)
    return outcome
  }

  update(profile: Profile, n?: number): void {
    if (!this.#room.has(this) || this.#wasReceived(n)) return
    this.#count(n)
    this.#member = snapshotOf(this.peerId, profile, this.isHost)
    this.#room.tellOthers(this, { kind: 'peer-updated', peer: this.#member })
  }

  command(command: HostCommand, n?: number): CommandOutcome {
    if (!this.#room.has(this)) return 'peer-not-found'
    if (this.#wasReceived(n)) return 'done'
    const outcome = this.#room.command(this, command)
    if (outcome === 'done') this.#count(n)
    return outcome
  }

  refuse(n: number, refusal: Refusal): void {
    if (!this.#room.has(this) || this.#wasReceived(n)) return
    this.#count(n)
    this.hear({ kind: 'refused', n, refusal })
  }

  acknowledge(seq: Cursor): boolean {
    return this.tether?.log.acknowledge(seq) ?? false
  }

  away(): void {
    const { tether } = this
    if (tether === undefined) this.leave('disconnected')
    if (tether === undefined || tether.absence !== undefined || !this.#room.has(this)) return
    const { clock, awayAfterMs, resumeWindowMs } = this.#room.rules
    const takeBack = [
      clock.after(awayAfterMs, () => {
        absence.isTold = true
        this.#room.tellOthers(this, { kind: 'peer-away', peerId: this.peerId })
      }),
      clock.after(resumeWindowMs, () => this.leave('expired')),
    ]
    const absence = {
      isTold: false,
      end: () => {
        for (const undo of takeBack) undo()
      },
    }
    tether.absence = absence
  }

  leave(reason: LeaveReason): void {
    if (this.#room.has(this)) this.#room.leave(this, reason)
  }

  hear(entry: Entry): void {
    if (!this.#isFor(entry)) return
    const { tether } = this
    if (tether === undefined) {
      this.sink.deliver(entry, undefined)
      return
    }
    const link = tether.log.append(entry, this.#room.rules.clock.now())
    if (tether.absence === undefined) this.sink.deliver(entry, link)
  }

  #isFor({ kind }: Entry): boolean {
    switch (kind) {
      case 'peer-updated':
      case 'door':
      case 'announcement':
        return this.#wantsUpdates
      case 'knock':
      case 'knock-ended':
        return this.#wantsUpdates && this.isHost
      case 'peer-away':
      case 'peer-back':
        return this.tether !== undefined
      default:
        return true
    }
  }

  #wasReceived(n: number | undefined): boolean {
    return n !== undefined && n <= this.received
  }

  #count(n: number | undefined): void {
    if (n === undefined || this.tether === undefined) return
    if (n !== this.tether.received + 1) throw new RangeError(`operation ${n} after ${this.tether.received}`)
    this.tether.received = n
  }
}
