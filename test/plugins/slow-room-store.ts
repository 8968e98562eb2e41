import type {
  CommandOutcome,
  HostCommand,
  JoinOutcome,
  JoinRequest,
  Refusal,
  ResumeOutcome,
  ResumeRequest,
  RoomStore,
  Seat,
  SendOutcome,
  Sink,
} from '../../plugins/rooms/room-store.js'
import type { LeaveReason, Profile, RoomId } from '../../schemas/index.js'
import { makeMemoryStore } from '../contract/memory-store.js'

/** A store that takes its time, as one on another machine does: nothing happens until its gate is opened. */
export class SlowRoomStore implements RoomStore {
  readonly #rooms = makeMemoryStore()
  #open: () => void = () => {}
  #gate: Promise<void> = Promise.resolve()
  #onJoin: () => void = () => {}

  shut(): void {
    this.#gate = new Promise((resolve) => {
      this.#open = resolve
    })
  }

  open(): void {
    this.#open()
  }

  /** Resolves at the next join that comes in. */
  joinArrives(): Promise<void> {
    return new Promise((resolve) => {
      this.#onJoin = resolve
    })
  }

  async join(roomId: RoomId, request: JoinRequest, sink: Sink): Promise<JoinOutcome> {
    this.#onJoin()
    await this.#gate
    return this.#rooms.join(roomId, request, this.#slow(sink))
  }

  async resume(roomId: RoomId, request: ResumeRequest, sink: Sink): Promise<ResumeOutcome> {
    await this.#gate
    return this.#rooms.resume(roomId, request, this.#slow(sink))
  }

  async release(roomId: RoomId, peerId: string, attempt: number): Promise<boolean> {
    await this.#gate
    return this.#rooms.release(roomId, peerId, attempt)
  }

  #slow(sink: Sink): Sink {
    const slow = (seat: Seat): Seat => new SlowSeat(seat, () => this.#gate)
    return {
      seated: (seat) => sink.seated(slow(seat)),
      knocking: (knock) => sink.knocking(knock),
      turnedAway: (why) => sink.turnedAway(why),
      resumed: (seat, missed) => sink.resumed(slow(seat), missed),
      deliver: (entry, link) => sink.deliver(entry, link),
      fenced: (why) => sink.fenced(why),
    }
  }

  get size(): { rooms: number; seats: number } {
    return this.#rooms.size
  }
}

class SlowSeat implements Seat {
  readonly #seat: Seat
  readonly #gate: () => Promise<void>

  constructor(seat: Seat, gate: () => Promise<void>) {
    this.#seat = seat
    this.#gate = gate
  }

  get peerId() {
    return this.#seat.peerId
  }
  get roomId() {
    return this.#seat.roomId
  }
  get capacity() {
    return this.#seat.capacity
  }
  get others() {
    return this.#seat.others
  }
  get profile() {
    return this.#seat.profile
  }

  get isResumable() {
    return this.#seat.isResumable
  }
  get isHost() {
    return this.#seat.isHost
  }
  get identity() {
    return this.#seat.identity
  }
  get door() {
    return this.#seat.door
  }
  get received() {
    return this.#seat.received
  }
  get cursor() {
    return this.#seat.cursor
  }

  async send(to: string | undefined, frame: Buffer, n?: number): Promise<SendOutcome> {
    await this.#gate()
    return this.#seat.send(to, frame, n)
  }

  async update(profile: Profile, n?: number): Promise<void> {
    await this.#gate()
    await this.#seat.update(profile, n)
  }

  async command(command: HostCommand, n?: number): Promise<CommandOutcome> {
    await this.#gate()
    return this.#seat.command(command, n)
  }

  async refuse(n: number, refusal: Refusal): Promise<void> {
    await this.#gate()
    await this.#seat.refuse(n, refusal)
  }

  async acknowledge(seq: string): Promise<boolean> {
    await this.#gate()
    return this.#seat.acknowledge(seq)
  }

  async away(): Promise<void> {
    await this.#gate()
    await this.#seat.away()
  }

  async leave(reason: LeaveReason): Promise<void> {
    await this.#gate()
    await this.#seat.leave(reason)
  }
}
