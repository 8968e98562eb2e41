import type { ErrorCode } from '../../schemas/index.js'
import { type ModelMember, ModelRoom, type ModelSeat, memberOf, message, wantsUpdates } from './model-room.js'
import { profileAfter, roomIdOf } from './profile-oracle.js'
import { type Fields, isRecord, judge, own, type Verdict } from './verdict.js'

const commands = ['kick', 'lock', 'unlock', 'admit', 'refuse']
const maxRoomCapacity = 16

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

  /** A member has another socket, and its seat over that. */
  resumed(member: ModelMember, text: string): void {
    const { seat, listener } = member
    member.malformed = 0
    this.#count('resumed')
    listener.expect(message({ type: 'resumed', peerId: seat?.peerId, n: seat?.received }), text)
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
        return this.#join(member, fields, text, idOf(more))
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
    const isCommand = commands.includes(type)
    if (isCommand && !seat.isHost) return 'host-required'
    const act = type === 'update' ? update : relay
    const code = isCommand ? seat.room.command(seat, type, fields, text) : act(seat, fields, text)
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

  #join(member: ModelMember, fields: Fields, cause: string, joinId: { id?: unknown }): ErrorCode | undefined {
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
    const room = this.#rooms.get(roomId) ?? new ModelRoom(roomId, this.#options.isGuarded ? 'knock' : 'open')
    this.#rooms.set(roomId, room)
    const who: ModelSeat = {
      member,
      profile,
      room,
      isHost,
      peerId: undefined,
      isResumable: own(fields, 'resume') === true,
      wantsUpdates: own(fields, 'updates') === true,
      capacity: Math.min(asked, maxRoomCapacity),
      joinId,
      received: 0,
    }
    room.enter(who, cause)
    if (room.isEmpty) this.#rooms.delete(roomId)
    return undefined
  }

  #leave(member: ModelMember, cause: string, reason: 'left' | 'disconnected'): void {
    const who = member.seat ?? member.knock
    member.seat = undefined
    member.knock = undefined
    who?.room.leave(who, reason, cause)
    for (const [roomId, room] of this.#rooms) if (room.isEmpty) this.#rooms.delete(roomId)
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

function update(seat: ModelSeat, fields: Fields, cause: string): ErrorCode | undefined {
  const profile = profileAfter(seat.profile, fields, true)
  if (profile.code !== undefined) return profile.code
  seat.profile = profile
  const seen = { ...seat }
  seat.room.tell(seat, cause, wantsUpdates, () => ({
    type: 'peer-updated',
    ...memberOf({ ...seen, peerId: seat.peerId }),
  }))
  return undefined
}

function relay(seat: ModelSeat, fields: Fields, text: string): ErrorCode | undefined {
  const to = own(fields, 'to')
  const others = seat.room.othersThan(seat)
  const addressee = to === undefined ? others[0] : others.find(({ peerId }) => peerId === to)
  if (to === undefined && others.length > 1) return 'to-required'
  if (to !== undefined && addressee === undefined) return 'peer-not-found'
  const without = seat.isResumable ? ['from', 'to', 'n'] : ['from', 'to']
  addressee?.member.listener.expect({ kind: 'relayed', text, without, from: seat, chain: addressee }, text)
  return undefined
}

function idOf(verdict: { readonly id?: unknown }): { id?: unknown } {
  return 'id' in verdict ? { id: verdict.id } : {}
}

type Refused = Omit<Extract<Verdict, { kind: 'refused' }>, 'kind'>
type Taken = Omit<Extract<Verdict, { kind: 'taken' }>, 'kind'>
