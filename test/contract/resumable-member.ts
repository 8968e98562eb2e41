import type {
  Cursor,
  Entry,
  JoinOutcome,
  JoinRequest,
  Link,
  Missed,
  ResumeOutcome,
  RoomStore,
  Seat,
  Sink,
} from '../../plugins/rooms/room-store.js'
import type { LeaveReason, PeerId, RoomId } from '../../schemas/index.js'

/** What a frame of these tests says. */
export interface Parcel {
  readonly from: PeerId
  /** Counted by the sender for each addressee. */
  readonly k: number
  readonly filler?: string
}

export function frameOf(parcel: Parcel): Buffer {
  return Buffer.from(JSON.stringify(parcel))
}

/** One socket's end at the store: what is delivered is on its way, until the client takes it or the socket is gone. */
class Wire implements Sink {
  /** With which the seat was asked for over it; 0 for a join. */
  readonly attempt: number
  readonly #client: ResumableMember
  readonly underway: (() => void)[] = []
  isFenced = false

  constructor(client: ResumableMember, attempt = 0) {
    this.#client = client
    this.attempt = attempt
  }

  seated(seat: Seat): void {
    this.#client.attach(seat, this)
    const { cursor } = seat
    this.underway.push(() => this.#client.begin(cursor))
  }

  knocking(): void {
    this.#client.faults.push('knocks at an open door')
  }

  turnedAway(): void {
    this.#client.faults.push('turned away from an open door')
  }

  resumed(seat: Seat, missed: Missed): void {
    this.#client.attach(seat, this)
    const { received } = seat
    this.underway.push(() => this.#client.resumed(received, missed))
    if (missed.kind === 'replay') for (const { entry, link } of missed.entries) this.deliver(entry, link)
  }

  deliver(entry: Entry, link: Link | undefined): void {
    if (this.isFenced) this.#client.faults.push(`told ${entry.kind} after fenced`)
    this.underway.push(() => this.#client.hear(entry, link))
  }

  fenced(): void {
    this.isFenced = true
    this.#client.onFenced(this)
  }
}

/** What a member keeps of what it has said until it knows that it was taken. */
interface Operation {
  readonly n: number
  /** Does it, perhaps once more. */
  perform(seat: Seat): Promise<void>
}

/** Some moment from one to another, when nobody outside can say at which. */
export interface Span {
  readonly fromMs: number
  readonly toMs: number
}

/**
 * A member as a client that can resume sees things: it takes each entry once, numbers what it says and says it again after a
 * broken socket, and complains of whatever is lost, doubled or out of order.
 */
export class ResumableMember {
  readonly faults: string[] = []
  /** Whether it is the initiator of the pair, for each other that is there. */
  readonly known = new Map<PeerId, boolean>()
  /** What each of them is called. */
  readonly names = new Map<PeerId, string | undefined>()
  /** Who of them is away. */
  readonly away = new Set<PeerId>()
  readonly goodbyes: LeaveReason[] = []
  readonly notices: string[] = []
  readonly refused: string[] = []
  readonly knockers = new Set<PeerId>()
  /** How many parcels have come of each sender; undefined after a resync, until the next one says it. */
  readonly taken = new Map<PeerId, number | undefined>()
  /** How many have been said to each addressee. */
  readonly said = new Map<PeerId, number>()
  /** What it has said that it is called. */
  name: string | undefined
  seat: Seat | undefined
  /** As sockets still have it of which the service has not noticed that they are gone. */
  readonly dead: Seat[] = []
  peerId: PeerId | undefined
  roomId: RoomId = ''
  attempt = 0
  /** When the service has noticed that its socket is gone, while it is. */
  absence: Span | undefined
  resyncs = 0
  fencings = 0
  #wire: Wire | undefined
  #last: Cursor = ''
  #n = 0
  #outbox: Operation[] = []

  get isAttached(): boolean {
    return this.#wire !== undefined
  }

  /** The attempt that it has its seat by. */
  get heldBy(): number | undefined {
    return this.#wire?.attempt
  }

  get last(): Cursor {
    return this.#last
  }

  async join(
    store: RoomStore,
    roomId: RoomId,
    capacity: number,
    replaces?: { peerId: PeerId; attempt: number },
    more: Partial<JoinRequest> = {},
  ): Promise<JoinOutcome> {
    const wire = new Wire(this)
    this.roomId = roomId
    return store.join(roomId, { profile: {}, capacity, isResumable: true, wantsUpdates: true, replaces, ...more }, wire)
  }

  async resume(store: RoomStore, attempt = this.attempt + 1, seq = this.#last): Promise<ResumeOutcome> {
    this.attempt = Math.max(this.attempt, attempt)
    return store.resume(this.roomId, { peerId: this.peerId ?? '', attempt, seq }, new Wire(this, attempt))
  }

  /** What is on its way arrives, or so much of it. */
  take(count = Number.POSITIVE_INFINITY): void {
    const wire = this.#wire
    for (const arrive of wire?.underway.splice(0, count) ?? []) arrive()
  }

  /** The socket breaks: what is on its way is lost. */
  async break(): Promise<void> {
    const { seat } = this
    this.#wire = undefined
    this.seat = undefined
    await seat?.away()
  }

  /** The socket breaks and the service does not notice. @returns the seat as the dead socket still has it */
  breakUnnoticed(): Seat | undefined {
    const { seat } = this
    this.#wire = undefined
    this.seat = undefined
    if (seat !== undefined) this.dead.push(seat)
    return seat
  }

  /**
   * Says something to one other; kept until it was surely taken.
   *
   * @param bytes  how much more than need be
   */
  async say(to: PeerId, bytes = 0): Promise<void> {
    const k = (this.said.get(to) ?? 0) + 1
    this.said.set(to, k)
    const frame = frameOf({ from: this.peerId ?? '', k, filler: 'x'.repeat(bytes) })
    await this.#do(async (seat, n) => {
      const outcome = await seat.send(to, frame, n)
      if (outcome === 'peer-not-found') await seat.refuse(n, { code: 'peer-not-found', message: '' })
    })
  }

  /** Says that it is called otherwise now; kept like what it says to one. */
  async rename(name: string): Promise<void> {
    this.name = name
    await this.#do(async (seat, n) => seat.update({ name }, n))
  }

  /** Says everything again that may not have been taken. */
  async sayAgain(): Promise<void> {
    for (const { perform } of [...this.#outbox]) if (this.seat !== undefined) await perform(this.seat)
  }

  attach(seat: Seat, wire: Wire): void {
    this.seat = seat
    this.#wire = wire
  }

  begin(cursor: Cursor): void {
    this.peerId = this.seat?.peerId
    this.#last = cursor
  }

  resumed(received: number, missed: Missed): void {
    this.#outbox = this.#outbox.filter(({ n }) => n > received)
    if (missed.kind === 'replay') return
    this.resyncs += 1
    this.#last = missed.at
    this.known.clear()
    this.names.clear()
    this.away.clear()
    for (const { member, isInitiator } of missed.others) {
      this.known.set(member.peerId, isInitiator)
      this.names.set(member.peerId, member.name)
      this.taken.set(member.peerId, undefined)
    }
  }

  hear(entry: Entry, link: Link | undefined): void {
    if (link === undefined) return void this.faults.push(`${entry.kind} without its place`)
    if (!/^[A-Za-z\d.-]{1,64}$/.test(link.seq)) this.faults.push(`cannot stand between quotes: ${link.seq}`)
    if (link.prev !== this.#last) return void this.faults.push(`${entry.kind}: after ${link.prev}, not ${this.#last}`)
    this.#last = link.seq
    switch (entry.kind) {
      case 'peer-present':
      case 'peer-joined':
        if (this.known.has(entry.peer.peerId)) this.faults.push('told of one member twice')
        this.known.set(entry.peer.peerId, entry.kind === 'peer-present')
        this.names.set(entry.peer.peerId, entry.peer.name)
        break
      case 'peer-updated':
        if (!this.known.has(entry.peer.peerId)) this.faults.push('a stranger is called otherwise')
        this.names.set(entry.peer.peerId, entry.peer.name)
        break
      case 'peer-left':
        if (!this.known.delete(entry.peerId)) this.faults.push('a stranger left')
        this.names.delete(entry.peerId)
        this.away.delete(entry.peerId)
        this.goodbyes.push(entry.reason)
        break
      case 'peer-away':
      case 'peer-back':
        if (!this.known.has(entry.peerId)) this.faults.push(`${entry.kind} of a stranger`)
        if (entry.kind === 'peer-away') this.away.add(entry.peerId)
        else this.away.delete(entry.peerId)
        this.notices.push(entry.kind)
        break
      case 'knock':
        if (this.knockers.has(entry.peer.peerId)) this.faults.push('told of one knock twice')
        this.knockers.add(entry.peer.peerId)
        break
      case 'knock-ended':
        if (!this.knockers.delete(entry.peerId)) this.faults.push('told of the end of no knock')
        break
      case 'door':
        break
      case 'refused':
        this.refused.push(entry.refusal.code)
        break
      case 'message':
        this.#open(JSON.parse(entry.frame.toString()))
        break
    }
  }

  onFenced(wire: Wire): void {
    this.fencings += 1
    if (this.#wire === wire) {
      this.#wire = undefined
      this.seat = undefined
    }
  }

  async #do(act: (seat: Seat, n: number) => Promise<void>): Promise<void> {
    this.#n += 1
    const n = this.#n
    const perform = (seat: Seat): Promise<void> => act(seat, n)
    this.#outbox.push({ n, perform })
    if (this.seat !== undefined) await perform(this.seat)
  }

  #open({ from, k }: Parcel): void {
    const before = this.taken.has(from) ? this.taken.get(from) : 0
    if (before !== undefined && k !== before + 1) this.faults.push(`parcel ${k} of ${from} after ${before}`)
    this.taken.set(from, k)
  }
}
