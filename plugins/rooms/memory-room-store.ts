import { randomBytes } from 'node:crypto'
import type { LeaveReason, Member, PeerId, Profile, RoomId } from '../../schemas/index.js'
import type { Entry, JoinOutcome, JoinRequest, RoomStore, Seat, SendOutcome, Sink } from './room-store.js'

interface Room {
  readonly id: RoomId
  readonly capacity: number
  /** In order of joining: a Map keeps it. */
  readonly seats: Map<PeerId, MemorySeat>
}

/** 128 bits: nobody guesses one, and no two are alike. */
function makePeerId(): PeerId {
  return randomBytes(16).toString('base64url')
}

/** A copy that nobody can change: every other member is handed the same one, and none has to be careful with it. */
function snapshotOf(peerId: PeerId, { name, metadata, media }: Profile): Member {
  return deepFreeze({
    peerId,
    ...(name !== undefined && { name }),
    ...(metadata !== undefined && { metadata: structuredClone(metadata) }),
    ...(media !== undefined && { media: structuredClone(media) }),
  })
}

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) {
    if (typeof inner === 'object' && inner !== null) deepFreeze(inner)
  }
  return Object.freeze(value)
}

/** The room store of a single process. Every operation is synchronous inside, and so atomic. */
export class MemoryRoomStore implements RoomStore {
  readonly #rooms = new Map<RoomId, Room>()
  #seats = 0

  async join(roomId: RoomId, request: JoinRequest, sink: Sink): Promise<JoinOutcome> {
    let room = this.#rooms.get(roomId)
    if (room === undefined) {
      room = { id: roomId, capacity: request.capacity, seats: new Map() }
      this.#rooms.set(roomId, room)
    }
    if (room.seats.size >= room.capacity) return 'full'

    const peerId = makePeerId()
    const others = Array.from(room.seats.values(), (seat) => seat.member)
    const seat = new MemorySeat(room, snapshotOf(peerId, request.profile), others, sink, () => this.#vacated(room))
    room.seats.set(peerId, seat)
    this.#seats += 1

    // The others first: a sink may give the seat up from within `seated`, and its going must come after its coming.
    seat.tellOthers({ kind: 'peer-joined', peer: seat.member })
    sink.seated(seat)
    return 'seated'
  }

  get size(): { rooms: number; seats: number } {
    return { rooms: this.#rooms.size, seats: this.#seats }
  }

  #vacated(room: Room): void {
    this.#seats -= 1
    if (room.seats.size === 0) this.#rooms.delete(room.id)
  }
}

class MemorySeat implements Seat {
  readonly others: readonly Member[]
  #member: Member
  readonly #room: Room
  readonly #sink: Sink
  readonly #onVacated: () => void

  constructor(room: Room, member: Member, others: readonly Member[], sink: Sink, onVacated: () => void) {
    this.#room = room
    this.#member = member
    this.others = others
    this.#sink = sink
    this.#onVacated = onVacated
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

  send(to: PeerId | undefined, frame: Buffer): SendOutcome {
    const { seats } = this.#room
    if (seats.get(this.peerId) !== this) return 'peer-not-found'
    if (to !== undefined) {
      const addressee = seats.get(to)
      if (addressee === undefined || addressee === this) return 'peer-not-found'
      addressee.#sink.deliver({ kind: 'message', frame })
      return 'sent'
    }
    if (seats.size > 2) return 'to-required'
    this.tellOthers({ kind: 'message', frame })
    return 'sent'
  }

  update(profile: Profile): void {
    if (this.#room.seats.get(this.peerId) !== this) return
    this.#member = snapshotOf(this.peerId, profile)
    this.tellOthers({ kind: 'peer-updated', peer: this.#member })
  }

  leave(reason: LeaveReason): void {
    const { seats } = this.#room
    if (seats.get(this.peerId) !== this) return
    seats.delete(this.peerId)
    this.#onVacated()
    this.tellOthers({ kind: 'peer-left', peerId: this.peerId, reason })
  }

  tellOthers(entry: Entry): void {
    for (const seat of this.#room.seats.values()) {
      if (seat !== this) seat.#sink.deliver(entry)
    }
  }
}
