import type { Door, ErrorCode } from '../../schemas/index.js'
import { type Expected, Listener, type NamedSeat } from './expectation.js'
import type { ModelProfile } from './profile-oracle.js'
import { type Fields, own, type Standing } from './verdict.js'

/** A seat, or somebody who waits for one. */
export interface ModelSeat extends NamedSeat {
  readonly room: ModelRoom
  readonly member: ModelMember
  readonly wantsUpdates: boolean
  readonly isHost: boolean
  /** How many the room holds, should this be the first seat in it. */
  readonly capacity: number
  /** What the `join` has for an error that comes of it later. */
  readonly joinId: { readonly id?: unknown }
  profile: ModelProfile
  received: number
}

/** Who is in a scene: one socket. */
export class ModelMember {
  readonly listener = new Listener()
  seat: ModelSeat | undefined
  knock: ModelSeat | undefined
  malformed = 0
  /** The code that the service must have closed the socket with. */
  closedWith: number | undefined

  get standing(): Standing {
    const place = this.seat !== undefined ? 'seated' : this.knock !== undefined ? 'knocking' : 'roomless'
    return { place, received: this.seat?.isResumable ? this.seat.received : undefined }
  }
}

type Build = Extract<Expected, { kind: 'message' }>['build']
type Unseated = Extract<ErrorCode, 'room-locked' | 'knock-refused' | 'kicked'> | 'full'

/** A room as docs/protocol.md has it: who is told what. */
export class ModelRoom {
  readonly roomId: string
  #door: Door
  #capacity: number | undefined
  #seats: ModelSeat[] = []
  #knocks: ModelSeat[] = []

  constructor(roomId: string, door: Door) {
    this.roomId = roomId
    this.#door = door
  }

  get isEmpty(): boolean {
    return this.#seats.length === 0 && this.#knocks.length === 0
  }

  othersThan(seat: ModelSeat): readonly ModelSeat[] {
    return this.#seats.filter((other) => other !== seat)
  }

  enter(who: ModelSeat, cause: string): void {
    const { member } = who
    if (who.isHost || this.#door === 'open') {
      if (this.#isFull) this.#unseat(who, 'full', cause)
      else this.#sit(who, cause)
    } else if (this.#door === 'locked') {
      this.#unseat(who, 'room-locked', cause)
    } else {
      this.#knocks.push(who)
      member.knock = who
      member.listener.expect(message({ type: 'knocking', roomId: this.roomId }), cause)
      this.tell(undefined, cause, hearsKnocks, (came) => {
        nameBy(who, came)
        return { type: 'knock', ...memberOf(who) }
      })
    }
  }

  leave(who: ModelSeat, reason: 'left' | 'disconnected' | 'kicked', cause: string): void {
    if (this.#knocks.includes(who)) this.#endKnock(who, 'gone', cause)
    if (!this.#seats.includes(who)) return
    this.#seats = this.#seats.filter((other) => other !== who)
    this.tell(who, cause, everybody, () => ({ type: 'peer-left', peerId: who.peerId, reason }))
  }

  /** Everybody in the room but the speaker. */
  tell(speaker: ModelSeat | undefined, cause: string, isFor: (seat: ModelSeat) => boolean, build: Build): void {
    for (const seat of this.#seats) {
      if (seat !== speaker && isFor(seat)) seat.member.listener.expect(message(build, seat), cause)
    }
  }

  /** @returns why it is refused; undefined: it is done */
  command(host: ModelSeat, type: string, fields: Fields, cause: string): ErrorCode | undefined {
    if (type === 'lock') this.#setDoor(own(fields, 'knock') === true ? 'knock' : 'locked', cause)
    else if (type === 'unlock') this.#setDoor('open', cause)
    else return this.#dispose(host, type, own(fields, 'peerId'), cause)
    return undefined
  }

  #dispose(host: ModelSeat, type: string, peerId: unknown, cause: string): ErrorCode | undefined {
    const knock = this.#knocks.find((who) => who.peerId === peerId)
    if (knock !== undefined) {
      if (type === 'admit' && this.#isFull) return 'room-full'
      if (type === 'admit') this.#admit(knock, cause)
      else this.#turnAway(knock, type === 'kick' ? 'kicked' : 'knock-refused', cause)
      return undefined
    }
    const seat = this.#seats.find((who) => who.peerId === peerId)
    if (type !== 'kick' || seat === undefined || seat === host) return 'peer-not-found'
    this.leave(seat, 'kicked', cause)
    seat.member.seat = undefined
    seat.member.closedWith = 4010
    return undefined
  }

  #setDoor(door: Door, cause: string): void {
    if (door === this.#door) return
    this.#door = door
    this.tell(undefined, cause, wantsUpdates, () => ({ type: 'room-updated', door }))
    for (const knock of door === 'knock' ? [] : [...this.#knocks]) {
      if (door === 'locked') this.#turnAway(knock, 'room-locked', cause)
      else if (this.#isFull) this.#turnAway(knock, 'full', cause)
      else this.#admit(knock, cause)
    }
  }

  #admit(knock: ModelSeat, cause: string): void {
    this.#knocks = this.#knocks.filter((other) => other !== knock)
    knock.member.knock = undefined
    this.#sit(knock, cause)
    this.tell(undefined, cause, hearsKnocks, () => ({ type: 'knock-ended', peerId: knock.peerId, reason: 'admitted' }))
  }

  #turnAway(knock: ModelSeat, why: Unseated, cause: string): void {
    this.#unseat(knock, why, cause)
    this.#endKnock(knock, 'refused', cause)
  }

  #endKnock(knock: ModelSeat, reason: 'refused' | 'gone', cause: string): void {
    knock.member.knock = undefined
    this.#knocks = this.#knocks.filter((other) => other !== knock)
    this.tell(undefined, cause, hearsKnocks, () => ({ type: 'knock-ended', peerId: knock.peerId, reason }))
  }

  #unseat({ member, joinId }: ModelSeat, why: Unseated, cause: string): void {
    if (why === 'full') member.listener.expect(message({ type: 'full', roomId: this.roomId }), cause)
    else member.listener.expect({ kind: 'error', code: why, ...joinId }, cause)
  }

  get #isFull(): boolean {
    return this.#capacity !== undefined && this.#seats.length >= this.#capacity
  }

  #sit(seat: ModelSeat, cause: string): void {
    this.#capacity ??= seat.capacity
    const { member, isHost } = seat
    const [capacity, door, roomId] = [this.#capacity, this.#door, this.roomId]
    // As they are now, and not when it is looked at.
    const others = this.#seats.map((other) => ({ other, seen: { ...other } }))
    const profile = seat.profile
    this.tell(undefined, cause, everybody, (came) => {
      nameBy(seat, came)
      return { type: 'ready', isInitiator: false, ...memberOf({ ...seat, profile }) }
    })
    this.#seats.push(seat)
    member.seat = seat
    const membersNow = (): Fields[] => others.map(({ other, seen }) => memberOf({ ...seen, peerId: other.peerId }))
    const build = (): Fields => ({
      type: 'joined',
      roomId,
      peers: others.length,
      members: membersNow(),
      capacity,
      ...(isHost && { role: 'host' }),
      ...(door !== 'open' && { door }),
    })
    member.listener.expect({ kind: 'joined', seat, build }, cause)
    for (const [k] of others.entries()) {
      member.listener.expect(
        message(() => ({ type: 'ready', isInitiator: true, ...membersNow()[k] }), seat),
        cause,
      )
    }
    for (const knock of hearsKnocks(seat) ? this.#knocks : []) {
      member.listener.expect(
        message(() => ({ type: 'knock', ...memberOf(knock) }), seat),
        cause,
      )
    }
  }
}

export function message(build: Fields | Build, chain?: NamedSeat): Expected {
  return { kind: 'message', build: typeof build === 'function' ? build : () => build, ...(chain && { chain }) }
}

/** As the others see it. */
export function memberOf({ peerId, isHost, profile }: ModelSeat): Fields {
  return { peerId, ...(isHost && { role: 'host' }), ...profile }
}

/** Others may hear of it before it does itself. */
function nameBy(seat: NamedSeat, came: Fields): void {
  seat.peerId ??= String(came['peerId'])
}

function everybody(): boolean {
  return true
}

export function wantsUpdates(seat: ModelSeat): boolean {
  return seat.wantsUpdates
}

function hearsKnocks(seat: ModelSeat): boolean {
  return seat.isHost && seat.wantsUpdates
}
