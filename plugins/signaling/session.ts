import type { FastifyBaseLogger } from 'fastify'
import {
  type AccessConfig,
  type ErrorCode,
  type LeaveReason,
  type Limits,
  type QualityConfig,
  type RoomId,
  type ServerMessage,
  SignalingError,
} from '../../schemas/index.js'
import type { OutgoingFrame } from '../frames/frame-writer.js'
import type { IceMember } from '../ice-servers/ice-servers.js'
import type { SignalingCounts } from '../metrics/signaling-counts.js'
import type { LogNames } from '../naming/log-names.js'
import type {
  Entry,
  Fenced,
  Knock,
  Link,
  Missed,
  Refusal,
  RoomStore,
  Seat,
  Sink,
  TurnedAway,
} from '../rooms/room-store.js'
import type { Guest } from './guest.js'
import { type IceGiver, IceHandout, iceMemberOf } from './ice-handout.js'
import type { ResumeKeys } from './resume-keys.js'
import { Chained, Stamp } from './stamp.js'

/** What sessions share. */
export interface SignalingContext {
  readonly rooms: RoomStore
  readonly iceServers: IceGiver
  readonly keys: ResumeKeys
  readonly limits: Limits
  /** What holds for all rooms. */
  readonly settings: Pick<AccessConfig & QualityConfig, 'duplicateIdentity' | 'waitingRoom' | 'qualityReports'>
  readonly log: FastifyBaseLogger
  readonly logNames: LogNames
  readonly counts: SignalingCounts
}

/** Where a session's words go: one socket. */
export interface Outlet {
  write(frame: OutgoingFrame): void
  /** The client has a seat in a room that holds so many. */
  seated(capacity: number): void
  /** The seat is another socket's now, or a host has thrown the client out, or the store has lost it. */
  fenced(why: Fenced): void
}

/**
 * One client as the protocol sees it, over one socket: in a room or in none. It turns what the room tells into messages, and
 * knows no socket. What becomes of a seat, over this session and those after it, is drawn in docs/protocol.md (*Resume*).
 */
export class Session implements Sink {
  readonly context: SignalingContext
  readonly guest: Guest
  readonly ice: IceHandout
  readonly #outlet: Outlet
  #seat: Seat | undefined
  /** What is put on the messages that it passes on. */
  #stamp: Stamp | undefined
  #knock: Knock | undefined
  /** The client's own `id` of its last join. */
  joinId: unknown
  #isOver = false
  #isRenewing = false
  /** Whether the client can answer a `ping`, as it can resume. */
  knowsPing = false
  /** For who asks without being in a room. */
  #strangersIce: IceHandout | undefined
  /** The last of the client's messages that it has been told was taken. */
  #acknowledged = 0
  /** Whether the client is known to have heard of its seat. Who has not cannot come back to it, and would find it taken. */
  #knowsOfSeat = false

  /** Whether a `join` has come that is no error, or a `resume` that was granted: who has neither has no business here for long. */
  isExpected = false

  constructor(context: SignalingContext, guest: Guest, outlet: Outlet) {
    this.context = context
    this.guest = guest
    this.ice = new IceHandout(context.iceServers)
    this.#outlet = outlet
  }

  /** The seat it holds; undefined while it is in no room. */
  get seat(): Seat | undefined {
    return this.#seat
  }

  /** Whether it waits for a host to let it in. */
  get isKnocking(): boolean {
    return this.#knock !== undefined
  }

  /** Whether it is to be pinged in a way that a page can see. */
  get hearsPing(): boolean {
    return this.isResumable || (this.isKnocking && this.knowsPing)
  }

  /** Whether its seat outlives its socket. */
  get isResumable(): boolean {
    return this.#seat?.isResumable === true
  }

  /** @throws SignalingError `not-joined` */
  requireSeat(): Seat {
    if (this.#seat === undefined) throw new SignalingError('not-joined')
    return this.#seat
  }

  /** The client has said something. */
  heard(): void {
    if (this.#seat !== undefined) this.#knowsOfSeat = true
  }

  /**
   * @see Stamp.on
   * @throws SignalingError `not-joined`
   */
  stamp(frame: Buffer, message: object, isNumbered: boolean): Buffer {
    const { peerId } = this.requireSeat()
    if (this.#stamp?.from !== peerId) this.#stamp = new Stamp(peerId)
    return this.#stamp.on(frame, message, isNumbered)
  }

  tell(message: ServerMessage): void {
    this.#outlet.write(JSON.stringify(message))
  }

  /**
   * @param id  the client's own `id` of the message at fault; told if it is a text of up to 128 characters or a number
   * @param n   the number of that message, where it is the next one: it counts as taken then
   */
  tellError(error: SignalingError, id?: unknown, n?: number): void | Promise<void> {
    const refusal = refusalOf(error, id)
    this.context.counts.errors.add(error.code)
    if (n !== undefined && this.#seat !== undefined) return this.#seat.refuse(n, refusal)
    this.tell({ type: 'error', ...refusal })
  }

  /** Tells a client that numbers its messages how far they have been taken, if that is news. */
  acknowledge(): void {
    const received = this.#seat?.received ?? 0
    if (received === this.#acknowledged || !this.isResumable) return
    this.#acknowledged = received
    this.tell({ type: 'ack', n: received })
  }

  /** Tells which STUN and TURN servers there are, with passwords that are fresh. */
  async tellIceServers(): Promise<void> {
    const given = await this.ice.renew()
    if (given !== undefined) this.tell({ type: 'ice-servers', ...given })
  }

  /** Tells somebody who is in no room which servers there would be. */
  async tellStranger(member: IceMember): Promise<void> {
    this.#strangersIce ??= new IceHandout(this.context.iceServers)
    this.tell({ type: 'ice-servers', ...(await this.#strangersIce.prepare(member)) })
  }

  /** Replaces passwords that run out, for who can take that in. */
  renewIceServers(): void {
    if (!this.isResumable || !this.ice.isDue || this.#isRenewing) return
    this.#isRenewing = true
    this.tellIceServers()
      .catch((error: unknown) => this.context.log.error({ err: error }, 'ICE servers failed'))
      .finally(() => {
        this.#isRenewing = false
      })
  }

  /** How many of its messages have been taken since it was told. */
  get unacknowledged(): number {
    return (this.#seat?.received ?? 0) - this.#acknowledged
  }

  async leave(reason: LeaveReason): Promise<void> {
    const knock = this.#knock
    this.#knock = undefined
    if (knock !== undefined) await knock.withdraw()
    // Let in at the last moment it may have one now.
    const seat = this.#seat
    if (seat === undefined) return
    this.#seat = undefined
    await seat.leave(reason)
    const { peerId, roomId } = seat
    this.context.log.info({ roomId: this.context.logNames.room(roomId), peerId, reason }, 'peer left')
  }

  /**
   * The socket is gone: gives up the seat, and one that a join under way may still get.
   *
   * @param mayComeBack  then a seat that can be resumed is held
   */
  async end(reason: LeaveReason, mayComeBack: boolean): Promise<void> {
    this.#isOver = true
    const seat = this.#seat
    if (seat === undefined || !seat.isResumable || !mayComeBack || !this.#knowsOfSeat) return this.leave(reason)
    this.#seat = undefined
    await seat.away()
    this.context.log.info(this.context.logNames.of(seat), 'peer away')
  }

  knocking(knock: Knock): void {
    if (this.#isOver) {
      this.#giveBack(knock.withdraw())
      return
    }
    this.#knock = knock
    this.context.counts.joins.add('knocking')
    this.context.log.info(this.context.logNames.of(knock), 'peer knocks')
    this.tell({ type: 'knocking', roomId: knock.roomId })
  }

  turnedAway(why: TurnedAway): void {
    const knock = this.#knock
    this.#knock = undefined
    if (knock !== undefined) this.tellUnseated(knock.roomId, why)
  }

  /** It has not got a seat. */
  tellUnseated(roomId: RoomId, why: TurnedAway): void {
    this.context.log.info({ roomId: this.context.logNames.room(roomId), why }, 'peer not let in')
    this.context.counts.joins.add(why === 'full' ? why : unseatedCodes[why])
    if (why === 'full') this.tell({ type: 'full', roomId })
    else void this.tellError(new SignalingError(unseatedCodes[why]), this.joinId)
  }

  seated(seat: Seat): void {
    this.#knock = undefined
    // It came after the socket was gone, and nobody knows of it.
    if (this.#isOver) {
      this.#giveBack(seat.leave('disconnected'))
      return
    }
    this.#seat = seat
    this.context.counts.joins.add('joined')
    this.#outlet.seated(seat.capacity)
    this.#acknowledged = 0
    this.#knowsOfSeat = false
    const { peerId, roomId, others, capacity } = seat
    // One literal: by the profile 0.6 % of what a call costs is to put it together of two.
    const peers = others.length
    this.context.log.info({ roomId: this.context.logNames.room(roomId), peerId, peers }, 'peer joined')
    const given = this.ice.now()
    const session = seat.isResumable ? { session: this.#terms(seat), seq: seat.cursor } : {}
    this.tell({
      type: 'joined',
      roomId,
      peers,
      peerId,
      members: [...others],
      capacity,
      ...(seat.identity.name !== undefined && { name: seat.identity.name }),
      ...(seat.isHost && { role: 'host' }),
      ...(seat.door !== 'open' && { door: seat.door }),
      ...(given !== undefined && given.iceServers.length > 0 && given),
      ...session,
      ...(this.context.settings.qualityReports && { quality: true }),
    })
  }

  resumed(seat: Seat, missed: Missed): void {
    if (this.#isOver) {
      this.#giveBack(seat.away())
      return
    }
    // One that has heard all the time is told anew what the store has lost.
    if (this.#seat === undefined) this.context.counts.resumes.add(resumeOutcomes[missed.kind])
    this.#seat = seat
    this.#outlet.seated(seat.capacity)
    this.#acknowledged = seat.received
    this.#knowsOfSeat = true
    const { peerId, received: n } = seat
    this.context.log.info({ ...this.context.logNames.of(seat), missed: missed.kind }, 'peer resumed')
    if (missed.kind === 'resync') {
      const members = missed.others.map(({ member, isInitiator }) => ({ isInitiator, ...member }))
      this.tell({ type: 'resync', peerId, n, members, seq: missed.at })
      this.#tellIceServersOf(seat)
      return
    }
    this.tell({ type: 'resumed', peerId, n })
    // Before what follows may make it need them; how old those are that it has is not known here.
    this.#tellIceServersOf(seat)
    for (const { entry, link } of missed.entries) this.deliver(entry, link)
  }

  fenced(why: Fenced): void {
    this.#seat = undefined
    this.#outlet.fenced(why)
  }

  deliver(entry: Entry, link: Link | undefined): void {
    if (entry.kind === 'message') this.#outlet.write(link === undefined ? entry.frame : new Chained(entry.frame, link))
    else this.tell({ ...messageOf(entry), ...link })
  }

  #tellIceServersOf({ roomId, identity, isHost }: Seat): void {
    Promise.resolve(this.ice.prepare(iceMemberOf(roomId, identity, isHost)))
      .then((given) => {
        if (given.ttlMs !== undefined && this.#seat !== undefined) this.tell({ type: 'ice-servers', ...given })
      })
      .catch((error: unknown) => this.context.log.error({ err: error }, 'ICE servers failed'))
  }

  #terms(seat: Seat) {
    const { resumeWindowMs: windowMs, pingIntervalMs, pongTimeoutMs } = this.context.limits
    return { key: this.context.keys.keyOf(seat.roomId, seat.peerId), windowMs, pingIntervalMs, pongTimeoutMs }
  }

  #giveBack(done: void | Promise<void>): void {
    Promise.resolve(done).catch((error: unknown) => this.context.log.error(error, 'giving a seat back failed'))
  }
}

const resumeOutcomes = { replay: 'replayed', resync: 'resynced' } as const

const unseatedCodes = {
  locked: 'room-locked',
  refused: 'knock-refused',
  kicked: 'kicked',
  duplicate: 'identity-taken',
} as const satisfies Record<Exclude<TurnedAway, 'full'>, ErrorCode>

function messageOf(entry: Exclude<Entry, { kind: 'message' }>): ServerMessage {
  switch (entry.kind) {
    case 'peer-present':
      return { type: 'ready', isInitiator: true, ...entry.peer }
    case 'peer-joined':
      return { type: 'ready', isInitiator: false, ...entry.peer }
    case 'peer-updated':
      return { type: 'peer-updated', ...entry.peer }
    case 'peer-left':
      return { type: 'peer-left', peerId: entry.peerId, reason: entry.reason }
    case 'peer-away':
    case 'peer-back':
      return { type: entry.kind, peerId: entry.peerId }
    case 'knock':
      return { type: 'knock', ...entry.peer }
    case 'knock-ended':
      return { type: 'knock-ended', peerId: entry.peerId, reason: entry.reason }
    case 'door':
      return { type: 'room-updated', door: entry.door }
    case 'announcement':
      return { type: 'announcement', ...entry.announcement }
    case 'refused':
      return { type: 'error', ...entry.refusal, n: entry.n }
  }
}

function refusalOf({ code, message }: SignalingError, id: unknown): Refusal {
  return { code, message, ...(isMessageId(id) && { id }) }
}

function isMessageId(id: unknown): id is string | number {
  return typeof id === 'string' ? id.length <= 128 : typeof id === 'number' && Number.isFinite(id)
}
