import type { ErrorCode } from '../../schemas/index.js'
import { type Expected, Listener, type NamedSeat } from './expectation.js'
import { type ModelProfile, profileAfter, roomIdOf } from './profile-oracle.js'
import { type Fields, isRecord, judge, own, type Standing, type Verdict } from './verdict.js'

const commands = ['kick', 'lock', 'unlock', 'admit', 'refuse']
const maxRoomCapacity = 16

interface ModelSeat extends NamedSeat {
  readonly room: ModelRoom
  readonly wantsUpdates: boolean
  readonly isHost: boolean
  readonly member: ModelMember
  profile: ModelProfile
  received: number
}

interface ModelRoom {
  readonly roomId: string
  readonly capacity: number
  seats: ModelSeat[]
  knocks: ModelKnock[]
}

interface ModelKnock extends NamedSeat {
  readonly room: ModelRoom
  readonly member: ModelMember
  readonly profile: ModelProfile
}

/** Who is in a scene: one socket. */
export class ModelMember {
  readonly listener = new Listener()
  seat: ModelSeat | undefined
  knock: ModelKnock | undefined
  malformed = 0
  /** The code that the service must have closed the socket with. */
  closedWith: number | undefined

  get standing(): Standing {
    const place = this.seat !== undefined ? 'seated' : this.knock !== undefined ? 'knocking' : 'roomless'
    return { place, received: this.seat?.isResumable ? this.seat.received : undefined }
  }
}

export interface WorldOptions {
  readonly maxMalformedMessages: number
  /** Whether every room begins with `knock`, and the token `host` makes a host. */
  readonly isGuarded: boolean
  /** Counts what is to be expected. */
  readonly tally: Map<string, number>
}

/**
 * What must happen by docs/protocol.md, for those of a scene who are alone in the service. Each message is answered in the
 * model when it is sent; what the service makes up itself (names of members, places in the chain) is filled in when it comes.
 */
export class World {
  readonly #rooms = new Map<string, ModelRoom>()
  readonly #options: WorldOptions

  constructor(options: WorldOptions) {
    this.#options = options
  }

  /** One text frame of a member. */
  send(member: ModelMember, text: string): void {
    if (member.closedWith !== undefined) return
    const verdict = judge(text, member.standing)
    if (verdict.kind === 'refused') this.#refuse(member, verdict, text)
    if (verdict.kind === 'repeated') this.#count('repeated')
    if (verdict.kind !== 'taken') return
    const code = this.#take(member, verdict, text)
    if (code === undefined) this.#count(verdict.type)
    if (code !== undefined) this.#refuse(member, { ...verdict, code, counts: code === 'bad-message' }, text)
  }

  /** The socket is closed from either side, for good. */
  gone(member: ModelMember, cause: string, reason: 'left' | 'disconnected'): void {
    this.#leave(member, cause, reason)
  }

  #refuse(member: ModelMember, { code, n, counts, ...more }: Refused, cause: string): void {
    const { seat } = member
    this.#count(code)
    if (n !== undefined && seat !== undefined) seat.received = n
    const isChained = n !== undefined && seat !== undefined
    member.listener.expect({ kind: 'error', code, ...idOf(more), ...(isChained && { n, chain: seat }) }, cause)
    if (counts) member.malformed += 1
    if (member.malformed <= this.#options.maxMalformedMessages) return
    member.closedWith = 1008
    this.#count('1008')
    this.gone(member, cause, 'disconnected')
  }

  /** @returns why it is refused; undefined: it is done */
  #take(member: ModelMember, { type, fields, n, ...more }: Taken, text: string): ErrorCode | undefined {
    const { seat, listener } = member
    switch (type) {
      case 'join':
        return this.#join(member, fields, text)
      case 'leave':
        this.#leave(member, text, 'left')
        listener.expect(message({ type: 'left' }), text)
        return undefined
      case 'resume':
        return 'resume-gone'
      case 'pong':
        return undefined
      case 'ice-servers':
        return this.#askIceServers(member, fields, text)
    }
    if (seat === undefined) return 'not-joined'
    if (type === 'ack') {
      if (!seat.isResumable) return 'bad-message'
      listener.expect({ kind: 'acknowledged', seq: String(own(fields, 'seq')), ...idOf(more) }, text)
      return undefined
    }
    if (commands.includes(type)) return 'host-required'
    const code = type === 'update' ? update(seat, fields, text) : relay(seat, fields, text)
    if (code === undefined && n !== undefined) seat.received = n
    return code
  }

  #askIceServers(member: ModelMember, fields: Fields, cause: string): ErrorCode | undefined {
    if (member.seat === undefined) {
      const named = roomIdOf(fields)
      if ('code' in named) return named.code
      if (this.#isTokenUnfit(fields)) return 'token-invalid'
    }
    member.listener.expect(message({ type: 'ice-servers', iceServers: [] }), cause)
    return undefined
  }

  #join(member: ModelMember, fields: Fields, cause: string): ErrorCode | undefined {
    const named = roomIdOf(fields)
    if ('code' in named) return named.code
    const profile = profileAfter({}, fields, false)
    if (profile.code !== undefined) return profile.code
    if (this.#isTokenUnfit(fields)) return 'token-invalid'
    const isHost = this.#options.isGuarded && own(fields, 'token') === 'host'
    if (isRecord(own(fields, 'replace'))) return 'resume-gone'
    this.#leave(member, cause, 'left')

    const { roomId } = named
    const asked = Number(own(fields, 'capacity') ?? 2)
    const known = this.#rooms.get(roomId)
    const room: ModelRoom = known ?? { roomId, capacity: Math.min(asked, maxRoomCapacity), seats: [], knocks: [] }
    const who = { member, profile, room, peerId: undefined, isResumable: own(fields, 'resume') === true }
    if (this.#options.isGuarded && !isHost) {
      this.#rooms.set(roomId, room)
      knockAt(room, who, cause)
    } else if (room.seats.length >= room.capacity) {
      member.listener.expect(message({ type: 'full', roomId }), cause)
    } else {
      this.#rooms.set(roomId, room)
      const wantsUpdates = own(fields, 'updates') === true
      sit(room, { ...who, isHost, wantsUpdates, received: 0 }, this.#options.isGuarded, cause)
    }
    return undefined
  }

  #leave(member: ModelMember, cause: string, reason: 'left' | 'disconnected'): void {
    const { seat, knock } = member
    member.seat = undefined
    member.knock = undefined
    const room = seat?.room ?? knock?.room
    if (room === undefined) return
    room.seats = room.seats.filter((other) => other !== seat)
    room.knocks = room.knocks.filter((other) => other !== knock)
    if (seat !== undefined) {
      tell(room, seat, cause, everybody, () => ({ type: 'peer-left', peerId: seat.peerId, reason }))
    }
    if (knock !== undefined) {
      tell(room, undefined, cause, hearsKnocks, () => ({ type: 'knock-ended', peerId: knock.peerId, reason: 'gone' }))
    }
    if (room.seats.length === 0 && room.knocks.length === 0) this.#rooms.delete(room.roomId)
  }

  #count(what: string): void {
    const { tally } = this.#options
    tally.set(what, (tally.get(what) ?? 0) + 1)
  }

  #isTokenUnfit(fields: Fields): boolean {
    const token = own(fields, 'token')
    return this.#options.isGuarded && token !== undefined && (typeof token !== 'string' || token.length > 4096)
  }
}

function knockAt(room: ModelRoom, knock: ModelKnock & { readonly member: ModelMember }, cause: string): void {
  const { member, profile } = knock
  room.knocks.push(knock)
  member.knock = knock
  member.listener.expect(message({ type: 'knocking', roomId: room.roomId }), cause)
  tell(room, undefined, cause, hearsKnocks, (came) => {
    name(knock, came)
    return { type: 'knock', ...memberOf(knock, profile) }
  })
}

function sit(room: ModelRoom, seat: ModelSeat, isGuarded: boolean, cause: string): void {
  const { member, isHost, profile } = seat
  const others = room.seats.map((other) => ({ other, profile: other.profile }))
  tell(room, undefined, cause, everybody, (came) => {
    name(seat, came)
    return { type: 'ready', isInitiator: false, ...memberOf(seat, profile) }
  })
  room.seats.push(seat)
  member.seat = seat
  const build = () => ({
    type: 'joined',
    roomId: room.roomId,
    peers: others.length,
    members: others.map(({ other, profile }) => memberOf(other, profile)),
    capacity: room.capacity,
    ...(isHost && { role: 'host' }),
    ...(isGuarded && { door: 'knock' }),
  })
  member.listener.expect({ kind: 'joined', seat, build }, cause)
  for (const { other, profile } of others) {
    const ready = () => ({ type: 'ready', isInitiator: true, ...memberOf(other, profile) })
    member.listener.expect(message(ready, seat), cause)
  }
}

function update(seat: ModelSeat, fields: Fields, cause: string): ErrorCode | undefined {
  const profile = profileAfter(seat.profile, fields, true)
  if (profile.code !== undefined) return profile.code
  seat.profile = profile
  const isFor = ({ wantsUpdates }: ModelSeat) => wantsUpdates
  tell(seat.room, seat, cause, isFor, () => ({ type: 'peer-updated', ...memberOf(seat, profile) }))
  return undefined
}

function relay(seat: ModelSeat, fields: Fields, text: string): ErrorCode | undefined {
  const to = own(fields, 'to')
  const others = seat.room.seats.filter((other) => other !== seat)
  const addressee = to === undefined ? others[0] : others.find(({ peerId }) => peerId === to)
  if (to === undefined && others.length > 1) return 'to-required'
  if (to !== undefined && addressee === undefined) return 'peer-not-found'
  const without = seat.isResumable ? ['from', 'to', 'n'] : ['from', 'to']
  addressee?.member.listener.expect({ kind: 'relayed', text, without, from: seat, chain: addressee }, text)
  return undefined
}

/** The others may hear of it first. */
function name(seat: NamedSeat, came: Fields): void {
  seat.peerId ??= String(came['peerId'])
}

function idOf(verdict: { readonly id?: unknown }): { id?: unknown } {
  return 'id' in verdict ? { id: verdict.id } : {}
}

function everybody(): boolean {
  return true
}

function hearsKnocks({ isHost, wantsUpdates }: ModelSeat): boolean {
  return isHost && wantsUpdates
}

type Refused = Omit<Extract<Verdict, { kind: 'refused' }>, 'kind'>
type Taken = Omit<Extract<Verdict, { kind: 'taken' }>, 'kind'>
type Build = Extract<Expected, { kind: 'message' }>['build']

function message(build: Fields | Build, chain?: NamedSeat): Expected {
  return { kind: 'message', build: typeof build === 'function' ? build : () => build, ...(chain && { chain }) }
}

/** Everybody in the room but the speaker. */
function tell(
  room: ModelRoom,
  speaker: ModelSeat | undefined,
  cause: string,
  isFor: (seat: ModelSeat) => boolean,
  build: Build,
): void {
  for (const seat of room.seats) {
    if (seat !== speaker && isFor(seat)) seat.member.listener.expect(message(build, seat), cause)
  }
}

function memberOf({ peerId, ...more }: NamedSeat, profile: ModelProfile): Fields {
  return { peerId, ...(Reflect.get(more, 'isHost') === true && { role: 'host' }), ...profile }
}
