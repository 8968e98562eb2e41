import type { Door, LeaveReason, Member, PeerId, Profile, RoomId } from '../../../schemas/index.js'
import { snapshotOf } from '../member-snapshot.js'
import type {
  CommandOutcome,
  Cursor,
  HostCommand,
  Identity,
  Linked,
  Refusal,
  Seat,
  SendOutcome,
  Sink,
} from '../room-store.js'
import { Chain } from './chain.js'
import type { SeatDescription, Share } from './reply.js'
import type { Argument } from './room-link.js'

/** What a seat is, in bits, as `script/fields.lua` has them. */
export const seatFlags = { resumable: 1, host: 2, updates: 4 } as const

const forget = (): void => {}

/** What a seat needs of its room on this node. */
export interface RoomOfSeat {
  readonly id: RoomId
  readonly door: Door
  /** @returns the outcome; undefined when the seat was lost meanwhile */
  operate(seat: RedisSeat, operation: string, more: readonly Argument[]): Promise<string | undefined>
  leave(seat: RedisSeat, reason: LeaveReason): Promise<void>
  away(seat: RedisSeat): Promise<void>
  /** Something has come before what it follows. */
  miss(seat: RedisSeat): void
}

/** A seat as one sink on this node holds it. */
export class RedisSeat implements Seat {
  readonly others: readonly Member[]
  readonly sink: Sink
  /** Where it stands among the others. */
  readonly order: number
  /** By which it was taken; the store knows by it whether somebody has taken it since. */
  readonly attempt: number
  readonly flags: number
  readonly capacity: number
  readonly identity: Identity
  readonly chain: Chain
  /** Until when it is held for a member that is away. */
  heldUntilMs = Number.POSITIVE_INFINITY
  #member: Member
  readonly #room: RoomOfSeat
  /** Of its last operation that was done. */
  #received: number
  /** The last operation that was asked for. */
  #underway: Promise<void> = Promise.resolve()
  #isGivenUp: Promise<void> | undefined
  /** `over`: it is another's, or given up. */
  #state: 'heard' | 'away' | 'over' = 'heard'

  /**
   * @param cursor  what it was told last
   * @param others  who was there when it was taken
   */
  constructor(
    room: RoomOfSeat,
    { member, order, received, flags, capacity, identity }: SeatDescription,
    attempt: number,
    cursor: Cursor,
    others: readonly Member[],
    sink: Sink,
  ) {
    this.#room = room
    this.#member = member
    this.order = order
    this.attempt = attempt
    this.#received = received
    this.flags = flags
    this.capacity = capacity
    this.identity = identity
    this.others = others
    this.sink = sink
    this.chain = new Chain(cursor, this.isResumable)
  }

  get member(): Member {
    return this.#member
  }

  get peerId(): PeerId {
    return this.#member.peerId
  }

  get roomId(): RoomId {
    return this.#room.id
  }

  get door(): Door {
    return this.#room.door
  }

  get profile(): Profile {
    const { peerId: _, role: _role, ...profile } = this.#member
    return profile
  }

  get isResumable(): boolean {
    return (this.flags & seatFlags.resumable) !== 0
  }

  get isHost(): boolean {
    return (this.flags & seatFlags.host) !== 0
  }

  get received(): number {
    return this.isResumable ? this.#received : 0
  }

  /** How many operations the store has taken, of those who do not number them themselves, too. */
  get counted(): number {
    return this.#received
  }

  get cursor(): Cursor {
    return this.chain.last
  }

  /** When the store knows that it is given up; undefined while it is not. */
  get isGivenUp(): Promise<void> | undefined {
    return this.#isGivenUp
  }

  get isHeard(): boolean {
    return this.#state === 'heard'
  }

  get isOver(): boolean {
    return this.#state === 'over'
  }

  async send(to: PeerId | undefined, frame: Buffer, n?: number): Promise<SendOutcome> {
    const outcome = await this.#operate('send', n, () => [to ?? '', frame])
    if (outcome === 'again') return 'sent'
    return outcome === 'sent' || outcome === 'to-required' ? outcome : 'peer-not-found'
  }

  async update(profile: Profile, n?: number): Promise<void> {
    const member = snapshotOf(this.peerId, profile, this.isHost)
    const outcome = await this.#operate('update', n, () => [JSON.stringify(member)])
    if (outcome === 'done') this.#member = member
  }

  async command(command: HostCommand, n?: number): Promise<CommandOutcome> {
    const object = command.kind === 'door' ? command.door : command.peerId
    const outcome = await this.#operate('command', n, () => [command.kind, object])
    if (outcome === 'again') return 'done'
    return outcome === 'done' || outcome === 'room-full' ? outcome : 'peer-not-found'
  }

  async refuse(n: number, refusal: Refusal): Promise<void> {
    await this.#operate('refuse', n, () => [JSON.stringify([{ kind: 'refused', n, refusal }])])
  }

  acknowledge(seq: Cursor): boolean {
    return this.chain.acknowledge(seq)
  }

  async away(): Promise<void> {
    if (!this.isResumable) return this.leave('disconnected')
    if (!this.isHeard) return
    this.#state = 'away'
    await this.#room.away(this)
  }

  async leave(reason: LeaveReason): Promise<void> {
    if (this.isOver) return
    this.#state = 'over'
    this.#isGivenUp = this.#room.leave(this, reason)
    await this.#isGivenUp
  }

  /** It is another's, or gone: its sink hears nothing any more. */
  end(): void {
    this.#state = 'over'
  }

  /** What has come of the log, in whatever order. */
  take(share: Share): void {
    this.tell(this.chain.take(share))
    if (this.chain.isWaiting && this.isHeard) this.#room.miss(this)
  }

  /** What is next. */
  tell(linked: readonly Linked[]): void {
    for (const { entry, link } of linked) {
      if (!this.isHeard) return
      this.sink.deliver(entry, this.isResumable ? link : undefined)
    }
  }

  /**
   * One after the other. Whoever does not number its operations has them numbered here: one whose answer is lost is asked for
   * again, and must not be done twice.
   *
   * @returns  `again` for one that was done before; undefined where the seat is lost
   */
  #operate(operation: string, n: number | undefined, more: () => Argument[]): Promise<string | undefined> {
    const act = async (): Promise<string | undefined> => {
      if (!this.isHeard) return undefined
      if (this.isResumable && n !== undefined && n <= this.#received) return 'again'
      const number = this.isResumable ? (n ?? 0) : this.#received + 1
      if (this.isResumable && number > this.#received + 1)
        throw new RangeError(`operation ${n} after ${this.#received}`)
      const outcome = await this.#room.operate(this, operation, [number, this.chain.acknowledged, ...more()])
      if (number > 0 && (outcome === 'sent' || outcome === 'done')) this.#received = Math.max(this.#received, number)
      return outcome
    }
    const done = this.#underway.then(act)
    this.#underway = done.then(forget, forget)
    return done
  }
}
