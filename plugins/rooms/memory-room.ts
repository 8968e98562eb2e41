import type { Door, KnockEnd, LeaveReason, Member, PeerId, RoomId } from '../../schemas/index.js'
import type { Clock } from './clock.js'
import { isSameOwner, isSamePerson, KeepOut } from './keep-out.js'
import { snapshotOf } from './member-snapshot.js'
import { MemorySeat, type RoomOfSeat, type Tether } from './memory-seat.js'
import { type ReplayBounds, ReplayLog } from './replay-log.js'
import { RoomDiary } from './room-diary.js'
import type { Departure, RoomListener } from './room-event.js'
import type { RoomCommand, RoomView } from './room-oversight.js'
import type {
  CommandOutcome,
  Cursor,
  Entry,
  HostCommand,
  Identity,
  JoinOutcome,
  JoinRequest,
  Missed,
  Other,
  ResumeOutcome,
  ResumeRequest,
  SendOutcome,
  Sink,
  TurnedAway,
} from './room-store.js'

/** What a room goes by. Times in milliseconds. */
export interface RoomRules {
  readonly resumeWindowMs: number
  readonly awayAfterMs: number
  readonly reloadWindowMs: number
  readonly replay: ReplayBounds
  /** How many may knock at once. */
  readonly maxKnocks: number
  readonly clock: Clock
}

/** What the rooms of a store have together. */
export interface Tally {
  seats: number
  /** Who hears of what happens; undefined: nobody. */
  listener: RoomListener | undefined
}

/** The place of a page that may be loading anew. */
interface KeptPlace {
  readonly attempt: number
  readonly identity: Identity
  readonly forget: () => void
}

/** Of so many who have lost their seats it is known who they were. */
const maxLost = 64

/** Somebody who waits to be let in. */
interface Knocker {
  readonly peer: Member
  readonly request: JoinRequest
  readonly sink: Sink
}

/**
 * Stands for a map of which nobody is in, and is never written to: most rooms have no use for theirs, which are 200 bytes each.
 */
const nobody = new Map<PeerId, never>()

function own<Value>(map: Map<PeerId, Value>): Map<PeerId, Value> {
  return map === nobody ? new Map() : map
}

/** One room: its seats in order of joining, the places that are kept for pages that may be loading anew, and who knocks. */
export class MemoryRoom implements RoomOfSeat {
  readonly id: RoomId
  readonly rules: RoomRules
  readonly #tally: Tally
  readonly #onEmpty: () => void
  #capacity: number | undefined
  #door: Door
  /** A Map keeps the order, also when a seat passes to another sink. */
  readonly #seats = new Map<PeerId, MemorySeat>()
  #kept: Map<PeerId, KeptPlace> = nobody
  #knockers: Map<PeerId, Knocker> = nobody
  #keepOut: KeepOut | undefined
  /** Who has lost its seat, but perhaps not its connections to the others; the last of them. */
  #lost: Map<PeerId, Identity> = nobody
  #diary: RoomDiary | undefined

  /** @param onEmpty  is called when nobody has a seat, or a place, or knocks any more */
  constructor(id: RoomId, door: Door, rules: RoomRules, tally: Tally, onEmpty: () => void) {
    this.id = id
    this.#tally = tally
    this.#door = door
    this.rules = rules
    this.#onEmpty = onEmpty
  }

  /** As the first who got a seat has asked for; who only knocked has not. */
  get capacity(): number {
    return this.#capacity ?? 0
  }

  get door(): Door {
    return this.#door
  }

  join(peerId: PeerId, request: JoinRequest, sink: Sink): JoinOutcome {
    const { isHost = false, identity = {} } = request
    const former = this.#formerIdentity(request)
    // Who only goes from one seat of its own to the next has come in before. Nobody else does so by somebody's leave.
    const isIn = former !== undefined && former.subject === identity.subject
    // By a link that lets nobody else in any more it may have come, too.
    const isStaying = isIn && former.tokenId === identity.tokenId
    if (!isStaying && this.#keepOut?.has(identity)) return 'kicked'
    if (!isIn && !isHost && this.#door !== 'open') return this.#knock(peerId, request, sink)
    return this.#seat(peerId, request, sink)
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
    if (absence === undefined) former.sink.fenced('taken')
    const missed = this.#missedBy(seat, tether.log, seq)
    sink.resumed(seat, missed)
    if (missed.kind === 'resync') this.#tellHowThingsAre(seat)
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
      this.#kept = own(this.#kept).set(peerId, { attempt, identity: seat.identity, forget })
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

  command(host: MemorySeat, command: HostCommand): CommandOutcome {
    switch (command.kind) {
      case 'kick':
        return this.#kick(host, command.peerId)
      case 'admit':
        return this.#admit(command.peerId)
      case 'refuse':
        return this.#turnAway(command.peerId, 'refused') ? 'done' : 'peer-not-found'
      case 'door':
        this.#setDoor(command.door)
        return 'done'
    }
  }

  direct(command: RoomCommand): 'done' | 'peer-not-found' {
    switch (command.kind) {
      case 'kick': {
        const outcome = this.#kick(undefined, command.peerId)
        // Unlike a host it leaves nobody behind.
        this.#closeIfEmpty()
        return outcome
      }
      case 'door':
        this.#setDoor(command.door)
        return 'done'
      case 'announce':
        this.tellOthers(undefined, { kind: 'announcement', announcement: command.announcement })
        return 'done'
      case 'close':
        this.#close()
        return 'done'
    }
  }

  get view(): RoomView {
    const occupants = Array.from(this.#seats.values(), ({ occupant, tether }) => ({
      ...occupant,
      isAway: tether?.absence !== undefined,
    }))
    return { roomId: this.id, door: this.door, capacity: this.capacity, occupants }
  }

  leave(seat: MemorySeat, reason: LeaveReason): void {
    this.#remove(seat, reason)
    this.#closeIfEmpty()
  }

  tellOthers(speaker: MemorySeat | undefined, entry: Entry): void {
    for (const seat of this.#seats.values()) {
      if (seat !== speaker) seat.hear(entry)
    }
  }

  #seat(peerId: PeerId, request: JoinRequest, sink: Sink): 'seated' | 'full' | 'duplicate' {
    const { identity = {}, onDuplicate = 'allow' } = request
    const replaced = this.#replaced(request)
    const doubles = onDuplicate === 'allow' ? [] : this.#seatsOf(identity).filter((seat) => seat !== replaced)
    if (doubles.length > 0 && onDuplicate === 'reject') return 'duplicate'
    const isKept = this.#isKeptFor(request)
    const capacity = this.#capacity ?? request.capacity
    const given = doubles.length + (replaced === undefined ? 0 : 1) + (isKept ? 1 : 0)
    if (this.#seats.size + this.#kept.size - given >= capacity) return 'full'
    this.#capacity = capacity
    if (isKept && request.replaces !== undefined) this.#unkeep(request.replaces.peerId)
    for (const seat of [...doubles, ...(replaced === undefined ? [] : [replaced])]) this.#takeAway(seat, 'replaced')

    const present = [...this.#seats.values()]
    const others = present.map(({ member }) => member)
    const tether = request.isResumable === true ? this.#makeTether() : undefined
    const seat = new MemorySeat(this, peerId, request, others, sink, tether)
    this.#seats.set(peerId, seat)
    this.#tally.seats += 1
    if (this.#tally.listener !== undefined) this.#diary ??= new RoomDiary(this.id, this.#tally.listener)
    this.#diary?.joined(seat.occupant)
    // The others first: a sink may give the seat up from within `seated`, and its going must come after its coming.
    this.tellOthers(seat, { kind: 'peer-joined', peer: seat.member })
    sink.seated(seat)
    for (const { member: peer, tether } of present) {
      if (!this.has(seat)) break
      seat.hear({ kind: 'peer-present', peer })
      if (tether?.absence?.isTold) seat.hear({ kind: 'peer-away', peerId: peer.peerId })
    }
    if (this.has(seat)) this.#tellWhoKnocks(seat)
    return 'seated'
  }

  #makeTether(): Tether {
    return { attempt: 0, received: 0, log: new ReplayLog(this.rules.replay), absence: undefined }
  }

  #seatsOf(person: Identity): MemorySeat[] {
    return [...this.#seats.values()].filter(({ identity }) => isSamePerson(identity, person))
  }

  #replaced({ replaces }: JoinRequest): MemorySeat | undefined {
    const seat = replaces && this.#seats.get(replaces.peerId)
    return seat?.tether !== undefined && (replaces?.attempt ?? 0) > seat.tether.attempt ? seat : undefined
  }

  /** As whom somebody has come in who takes another seat now, or comes back to its place. */
  #formerIdentity(request: JoinRequest): Identity | undefined {
    const kept = this.#isKeptFor(request) ? this.#kept.get(request.replaces?.peerId ?? '') : undefined
    return this.#replaced(request)?.identity ?? kept?.identity
  }

  #isKeptFor({ replaces }: JoinRequest): boolean {
    const kept = replaces && this.#kept.get(replaces.peerId)
    return kept !== undefined && (replaces?.attempt ?? 0) > kept.attempt
  }

  #knock(peerId: PeerId, request: JoinRequest, sink: Sink): 'knocking' | 'locked' {
    if (this.#door === 'locked' || this.#knockers.size >= this.rules.maxKnocks) return 'locked'
    const peer = snapshotOf(peerId, request.profile, false)
    const former = [...this.#knockers]
    this.#knockers = own(this.#knockers).set(peerId, { peer, request, sink })
    // Nobody knocks twice.
    for (const [formerId, knocker] of former) {
      if (isSamePerson(knocker.request.identity ?? {}, request.identity ?? {})) this.#turnAway(formerId, 'duplicate')
    }
    sink.knocking({ peerId, roomId: this.id, withdraw: () => this.#endKnock(peerId, 'gone') })
    if (this.#knockers.has(peerId)) this.tellOthers(undefined, { kind: 'knock', peer })
    return 'knocking'
  }

  #admit(peerId: PeerId): CommandOutcome {
    const knocker = this.#knockers.get(peerId)
    if (knocker === undefined) return 'peer-not-found'
    const queue = [...this.#knockers]
    // Before anybody hears of it: whoever is in does not knock.
    this.#knockers.delete(peerId)
    const outcome = this.#seat(peerId, knocker.request, knocker.sink)
    if (outcome === 'full') {
      // At the place where it was.
      this.#knockers = new Map(queue)
      return 'room-full'
    }
    if (outcome === 'duplicate') knocker.sink.turnedAway('duplicate')
    this.#tellKnockEnded(peerId, outcome === 'seated' ? 'admitted' : 'refused')
    return 'done'
  }

  /** @returns whether somebody of that name knocks */
  #turnAway(peerId: PeerId, why: TurnedAway): boolean {
    const knocker = this.#knockers.get(peerId)
    if (knocker === undefined) return false
    this.#knockers.delete(peerId)
    knocker.sink.turnedAway(why)
    this.#tellKnockEnded(peerId, 'refused')
    this.#closeIfEmpty()
    return true
  }

  #endKnock(peerId: PeerId, reason: KnockEnd): void {
    if (!this.#knockers.delete(peerId)) return
    this.#tellKnockEnded(peerId, reason)
    this.#closeIfEmpty()
  }

  #tellKnockEnded(peerId: PeerId, reason: KnockEnd): void {
    this.tellOthers(undefined, { kind: 'knock-ended', peerId, reason })
  }

  #setDoor(door: Door): void {
    if (door === this.#door) return
    this.#door = door
    this.tellOthers(undefined, { kind: 'door', door })
    if (door === 'knock') return
    for (const peerId of [...this.#knockers.keys()]) {
      if (door === 'locked') this.#turnAway(peerId, 'locked')
      else if (this.#admit(peerId) === 'room-full') this.#turnAway(peerId, 'full')
    }
  }

  /** @param host  undefined: whoever runs the service */
  #kick(host: MemorySeat | undefined, peerId: PeerId): 'done' | 'peer-not-found' {
    const kicked = this.#seats.get(peerId) ?? this.#kept.get(peerId)
    const identity = kicked?.identity ?? this.#knockers.get(peerId)?.request.identity ?? this.#lost.get(peerId)
    const isKnocking = this.#knockers.has(peerId)
    const isHost = host !== undefined && kicked === host
    if ((identity === undefined && !isKnocking) || isHost) return 'peer-not-found'
    this.#turnAway(peerId, 'kicked')
    // Those who are still connected to it are to let it go.
    if (this.#lost.delete(peerId)) this.tellOthers(undefined, { kind: 'peer-left', peerId, reason: 'kicked' })
    this.#expel(host, peerId, identity ?? {})
    return 'done'
  }

  /** Throws out a member and whoever is the same person, and keeps them out. */
  #expel(host: MemorySeat | undefined, peerId: PeerId, identity: Identity): void {
    // A host that throws out a second one of itself does not mean itself.
    const isOneself = host !== undefined && isSameOwner(identity, host.identity)
    if (!isOneself) {
      this.#keepOut ??= new KeepOut()
      this.#keepOut.add(identity)
    }
    for (const seat of [...this.#seats.values()]) {
      const isMeant = seat.peerId === peerId || (!isOneself && isSamePerson(seat.identity, identity))
      if (isMeant) this.#takeAway(seat, 'kicked')
    }
    for (const [placeId, place] of [...this.#kept]) {
      if (placeId === peerId || (!isOneself && isSamePerson(place.identity, identity))) this.#unkeep(placeId)
    }
    for (const [knockerId, { request }] of [...this.#knockers]) {
      if (this.#keepOut?.has(request.identity ?? {})) this.#turnAway(knockerId, 'kicked')
    }
  }

  /** All at once: nobody is told of the others. */
  #close(): void {
    const seats = [...this.#seats.values()]
    for (const seat of seats) this.#end(seat, 'closed')
    for (const placeId of [...this.#kept.keys()]) this.#unkeep(placeId)
    for (const { sink, tether } of seats) if (tether?.absence === undefined) sink.fenced('closed')
    for (const knockerId of [...this.#knockers.keys()]) this.#turnAway(knockerId, 'refused')
    this.#closeIfEmpty()
  }

  #missedBy(seat: MemorySeat, log: ReplayLog, seq: Cursor): Missed {
    const entries = log.since(seq, this.rules.clock.now())
    log.acknowledge(entries === undefined ? log.cursor : seq)
    return entries === undefined
      ? { kind: 'resync', others: this.#othersOf(seat), at: log.cursor }
      : { kind: 'replay', entries }
  }

  /** What was said of it before may be lost. */
  #tellHowThingsAre(listener: MemorySeat): void {
    for (const { peerId, tether } of this.#seats.values()) {
      if (tether?.absence?.isTold) listener.hear({ kind: 'peer-away', peerId })
    }
    listener.hear({ kind: 'door', door: this.#door })
    this.#tellWhoKnocks(listener)
  }

  #tellWhoKnocks(listener: MemorySeat): void {
    for (const { peer } of this.#knockers.values()) listener.hear({ kind: 'knock', peer })
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
    if (isHeard) seat.sink.fenced(reason === 'kicked' ? 'kicked' : 'taken')
  }

  #remove(seat: MemorySeat, reason: LeaveReason): void {
    this.#end(seat, reason)
    if (reason === 'disconnected' || reason === 'expired') this.#remember(seat)
    this.tellOthers(seat, { kind: 'peer-left', peerId: seat.peerId, reason })
  }

  #end(seat: MemorySeat, reason: Departure): void {
    seat.tether?.absence?.end()
    seat.tether?.log.end()
    if (!this.#seats.delete(seat.peerId)) return
    this.#tally.seats -= 1
    this.#diary?.left(seat.occupant, reason)
  }

  #remember({ peerId, identity }: MemorySeat): void {
    this.#lost = own(this.#lost).set(peerId, identity)
    const [oldest] = this.#lost.keys()
    if (this.#lost.size > maxLost && oldest !== undefined) this.#lost.delete(oldest)
  }

  #unkeep(peerId: PeerId): void {
    this.#kept.get(peerId)?.forget()
    this.#kept.delete(peerId)
  }

  #closeIfEmpty(): void {
    if (this.#seats.size > 0 || this.#kept.size > 0) return
    this.#diary?.ended()
    if (this.#knockers.size === 0) this.#onEmpty()
  }
}
