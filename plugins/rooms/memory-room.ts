import type { LeaveReason, Member, PeerId, Profile, RoomId } from '../../schemas/index.js'
import type { Clock } from './clock.js'
import { snapshotOf } from './member-snapshot.js'
import { type ReplayBounds, ReplayLog } from './replay-log.js'
import type {
  Cursor,
  Entry,
  JoinOutcome,
  JoinRequest,
  Missed,
  Other,
  Refusal,
  ResumeOutcome,
  ResumeRequest,
  Seat,
  SendOutcome,
  Sink,
} from './room-store.js'

/** What a room goes by. Times in milliseconds. */
export interface RoomRules {
  readonly resumeWindowMs: number
  readonly awayAfterMs: number
  readonly reloadWindowMs: number
  readonly replay: ReplayBounds
  readonly clock: Clock
}

/** What a resumable seat has besides; it passes from one `MemorySeat` to the next. */
interface Tether {
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

/** One room: its seats in order of joining, and the places that are kept for pages that may be loading anew. */
export class MemoryRoom {
  readonly id: RoomId
  readonly capacity: number
  readonly rules: RoomRules
  readonly #onEmpty: () => void
  /** A Map keeps the order, also when a seat passes to another sink. */
  readonly #seats = new Map<PeerId, MemorySeat>()
  readonly #kept = new Map<PeerId, { readonly attempt: number; readonly forget: () => void }>()

  /** @param onEmpty  is called when nobody has a seat, or a place, any more */
  constructor(id: RoomId, capacity: number, rules: RoomRules, onEmpty: () => void) {
    this.id = id
    this.capacity = capacity
    this.rules = rules
    this.#onEmpty = onEmpty
  }

  get seats(): number {
    return this.#seats.size
  }

  join(peerId: PeerId, request: JoinRequest, sink: Sink): JoinOutcome {
    const replaced = this.#replaced(request)
    const kept = request.replaces && this.#kept.get(request.replaces.peerId)
    const isKept = kept !== undefined && (request.replaces?.attempt ?? 0) > kept.attempt
    const free = this.capacity - this.#seats.size - this.#kept.size
    if (free <= 0 && replaced === undefined && !isKept) return 'full'
    if (isKept && request.replaces !== undefined) this.#unkeep(request.replaces.peerId)
    if (replaced !== undefined) this.#takeAway(replaced, 'replaced')

    const present = [...this.#seats.values()]
    const others = present.map(({ member }) => member)
    const tether = request.isResumable === true ? this.#makeTether() : undefined
    const seat = new MemorySeat(this, snapshotOf(peerId, request.profile), others, sink, request.wantsUpdates, tether)
    this.#seats.set(peerId, seat)
    // The others first: a sink may give the seat up from within `seated`, and its going must come after its coming.
    this.tellOthers(seat, { kind: 'peer-joined', peer: seat.member })
    sink.seated(seat)
    for (const { member: peer, tether } of present) {
      if (!this.has(seat)) break
      seat.hear({ kind: 'peer-present', peer })
      if (tether?.absence?.isTold) seat.hear({ kind: 'peer-away', peerId: peer.peerId })
    }
    return 'seated'
  }

  resume({ peerId, attempt, seq }: ResumeRequest, sink: Sink): ResumeOutcome {
    const former = this.#seats.get(peerId)
    const tether = former?.tether
    if (former === undefined || tether === undefined) return 'gone'
    if (attempt <= tether.attempt) return 'stale'
    tether.attempt = attempt
    const { absence } = tether
    tether.absence = undefined
    absence?.end()
    const seat = former.passTo(sink)
    this.#seats.set(peerId, seat)
    if (absence === undefined) former.sink.fenced()
    const missed = this.#missedBy(seat, tether.log, seq)
    sink.resumed(seat, missed)
    if (missed.kind === 'resync') this.#tellWhoIsAway(seat)
    if (absence?.isTold) this.tellOthers(seat, { kind: 'peer-back', peerId })
    return 'resumed'
  }

  release(peerId: PeerId, attempt: number): boolean {
    const seat = this.#seats.get(peerId)
    if (seat?.tether === undefined || attempt < seat.tether.attempt) return false
    const { reloadWindowMs, clock } = this.rules
    // One that a `replace` could still be higher than.
    if (reloadWindowMs > 0 && attempt < Number.MAX_SAFE_INTEGER) {
      const forget = clock.after(reloadWindowMs, () => {
        this.#kept.delete(peerId)
        this.#closeIfEmpty()
      })
      this.#kept.set(peerId, { attempt, forget })
    }
    this.#takeAway(seat, 'left')
    this.#closeIfEmpty()
    return true
  }

  has(seat: MemorySeat): boolean {
    return this.#seats.get(seat.peerId) === seat
  }

  send(seat: MemorySeat, to: PeerId | undefined, frame: Buffer): SendOutcome {
    if (to !== undefined) {
      const addressee = this.#seats.get(to)
      if (addressee === undefined || addressee === seat) return 'peer-not-found'
      addressee.hear({ kind: 'message', frame })
      return 'sent'
    }
    if (this.#seats.size > 2) return 'to-required'
    this.tellOthers(seat, { kind: 'message', frame })
    return 'sent'
  }

  leave(seat: MemorySeat, reason: LeaveReason): void {
    this.#remove(seat, reason)
    this.#closeIfEmpty()
  }

  tellOthers(speaker: MemorySeat, entry: Entry): void {
    for (const seat of this.#seats.values()) {
      if (seat !== speaker) seat.hear(entry)
    }
  }

  #makeTether(): Tether {
    return { attempt: 0, received: 0, log: new ReplayLog(this.rules.replay), absence: undefined }
  }

  #replaced({ replaces }: JoinRequest): MemorySeat | undefined {
    const seat = replaces && this.#seats.get(replaces.peerId)
    return seat?.tether !== undefined && (replaces?.attempt ?? 0) > seat.tether.attempt ? seat : undefined
  }

  #missedBy(seat: MemorySeat, log: ReplayLog, seq: Cursor): Missed {
    const entries = log.since(seq, this.rules.clock.now())
    log.acknowledge(entries === undefined ? log.cursor : seq)
    return entries === undefined
      ? { kind: 'resync', others: this.#othersOf(seat), at: log.cursor }
      : { kind: 'replay', entries }
  }

  /** What was said of it before may be lost. */
  #tellWhoIsAway(listener: MemorySeat): void {
    for (const { peerId, tether } of this.#seats.values()) {
      if (tether?.absence?.isTold) listener.hear({ kind: 'peer-away', peerId })
    }
  }

  #othersOf(seat: MemorySeat): Other[] {
    const all = [...this.#seats.values()]
    const place = all.indexOf(seat)
    return all
      .map(({ member }, index) => ({ member, isInitiator: index < place }))
      .filter((_other, index) => index !== place)
  }

  /** Ends a seat without its sink's doing. */
  #takeAway(seat: MemorySeat, reason: LeaveReason): void {
    const isHeard = seat.tether?.absence === undefined
    this.#remove(seat, reason)
    if (isHeard) seat.sink.fenced()
  }

  #remove(seat: MemorySeat, reason: LeaveReason): void {
    seat.tether?.absence?.end()
    this.#seats.delete(seat.peerId)
    this.tellOthers(seat, { kind: 'peer-left', peerId: seat.peerId, reason })
  }

  #unkeep(peerId: PeerId): void {
    this.#kept.get(peerId)?.forget()
    this.#kept.delete(peerId)
  }

  #closeIfEmpty(): void {
    if (this.#seats.size === 0 && this.#kept.size === 0) this.#onEmpty()
  }
}

/** A seat as one sink holds it. */
export class MemorySeat implements Seat {
  readonly others: readonly Member[]
  readonly sink: Sink
  readonly tether: Tether | undefined
  #member: Member
  readonly #room: MemoryRoom
  readonly #wantsUpdates: boolean

  constructor(
    room: MemoryRoom,
    member: Member,
    others: readonly Member[],
    sink: Sink,
    wantsUpdates = false,
    tether?: Tether,
  ) {
    this.#room = room
    this.#member = member
    this.others = others
    this.sink = sink
    this.tether = tether
    this.#wantsUpdates = wantsUpdates
  }

  /** As the others see it now. */
  get member(): Member {
    return this.#member
  }

  get profile(): Profile {
    const { peerId: _, ...profile } = this.#member
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
    return new MemorySeat(this.#room, this.#member, this.others, sink, this.#wantsUpdates, this.tether)
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
    this.#member = snapshotOf(this.peerId, profile)
    this.#room.tellOthers(this, { kind: 'peer-updated', peer: this.#member })
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
    if (entry.kind === 'peer-updated' && !this.#wantsUpdates) return
    const { tether } = this
    if (tether === undefined) {
      if (entry.kind !== 'peer-away' && entry.kind !== 'peer-back') this.sink.deliver(entry, undefined)
      return
    }
    const link = tether.log.append(entry, this.#room.rules.clock.now())
    if (tether.absence === undefined) this.sink.deliver(entry, link)
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
