import type { PeerId, RoomId } from '../../schemas/index.js'
import { type Clock, systemClock } from './clock.js'
import { makePeerId } from './make-peer-id.js'
import { snapshotOf } from './member-snapshot.js'
import { partOf } from './redis/chain.js'
import { LocalRoom } from './redis/local-room.js'
import { inBackground, type NodeContext } from './redis/node-context.js'
import { RedisSeat, seatFlags } from './redis/redis-seat.js'
import {
  decodeDescription,
  decodeShares,
  decodeView,
  type News,
  type Reply,
  type SeatDescription,
  textOf,
} from './redis/reply.js'
import type { Argument, NewsReader } from './redis/room-link.js'
import { presentIn, resyncOf } from './redis/views.js'
import type { RoomListener } from './room-event.js'
import type { RoomCommand, RoomCommandOutcome, RoomOversight, RoomView } from './room-oversight.js'
import {
  type JoinOutcome,
  type JoinRequest,
  type ResumeOutcome,
  type ResumeRequest,
  type RoomStore,
  type SharedStore,
  type Sink,
  StoreUnavailable,
} from './room-store.js'

/** What its rooms go by, and what the store is called by. */
export interface RedisRoomStoreOptions extends Omit<NodeContext, 'clock' | 'tally' | 'onEvent'> {
  readonly shared: SharedStore
  /** What the keys of rooms begin with. */
  readonly prefix: string
  /** Default: the machine's. */
  readonly clock?: Clock
}

/** So many parts are the rooms touched in, one after the other, so that the store is never asked for all at once. */
const parts = 32
/** How often a seat is looked for that the store does not know, and when another node may not have found the store again yet. */
const lostTries = 4
const lostTriesThen = 14
/** Over how long all are touched when the store has lost something. */
const alarmMs = 1000

/**
 * The room store of several processes: all of a room is in Redis, and each process has the sinks of its own members. See
 * `redis/script/` for what is done there, and `redis/local-room.ts` for what is done here.
 */
export class RedisRoomStore implements RoomStore, RoomOversight, NewsReader {
  readonly #options: RedisRoomStoreOptions
  readonly #context: NodeContext
  readonly #rooms = new Map<string, LocalRoom>()
  readonly #parts: readonly Set<LocalRoom>[] = Array.from({ length: parts }, () => new Set())
  readonly #tally = { seats: 0 }
  readonly #clock: Clock
  readonly #endTouching: () => void
  #made = 0
  #turn = 0
  #listener: RoomListener = () => {}
  #isAlarmed = false
  #isAlarmedAgain = false

  constructor(options: RedisRoomStoreOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    const onEvent: RoomListener = (event) => this.#listener(event)
    this.#context = { ...options, clock: this.#clock, tally: this.#tally, onEvent }
    this.#endTouching = this.#clock.every(Math.floor(options.touchMs / parts), () => {
      this.#turn = (this.#turn + 1) % parts
      for (const room of this.#parts[this.#turn] ?? []) room.touchInBackground()
    })
  }

  async join(roomId: RoomId, request: JoinRequest, sink: Sink): Promise<JoinOutcome> {
    const room = this.#roomOf(roomId)
    const peerId = makePeerId()
    const early = room.expect(peerId, 0)
    let isWaiting = false
    try {
      const reply = await this.#ask(room, peerId, request)
      const outcome = joinOutcomeOf(reply.outcome)
      isWaiting = outcome === 'knocking'
      if (isWaiting) await room.knock(peerId, sink, early)
      if (outcome !== 'seated') return outcome
      const [description, cursor] = reply.said
      const shares = early.flatMap((one) => (typeof one === 'string' ? [] : [one.share]))
      const at = textOf(cursor)
      const seat = new RedisSeat(room, decodeDescription(description), 0, at, presentIn(shares, at), sink)
      await room.admit(seat, early, () => sink.seated(seat))
      return outcome
    } catch (error) {
      // It may have been done all the same, and nobody would know of the seat.
      if (error instanceof StoreUnavailable) room.insistInBackground('withdraw', [peerId])
      throw error
    } finally {
      if (!isWaiting) room.expectNoMore(peerId, 0)
    }
  }

  async resume(
    roomId: RoomId,
    { peerId, attempt, seq, received = 0 }: ResumeRequest,
    sink: Sink,
  ): Promise<ResumeOutcome> {
    const room = this.#roomOf(roomId)
    const early = room.expect(peerId, attempt)
    const { id = '', part } = partOf(seq) ?? {}
    try {
      const reply = await this.#attach(room, [
        peerId,
        attempt,
        id,
        part === undefined ? 0 : 1,
        this.#options.link.mayHaveLost ? received : 0,
      ])
      if (reply.outcome === 'stale') return 'stale'
      // Whoever is told so joins anew: nobody is to bring the seat back then.
      if (reply.outcome === 'unknown') room.insistInBackground('withdraw', [peerId])
      if (reply.outcome !== 'resumed') return 'gone'
      const [kind, described, list] = reply.said
      const description = await this.#reclaim(room, decodeDescription(described), attempt, received)
      if (textOf(kind) === 'replay') {
        const shares = decodeShares(list)
        const from = part === undefined ? id : (shares[0]?.prev ?? id)
        const seat = new RedisSeat(room, description, attempt, from, [], sink)
        const entries = seat.chain.goOnWith(shares, part ?? 0)
        await room.admit(seat, early, () => sink.resumed(seat, { kind: 'replay', entries }))
      } else {
        const seat = new RedisSeat(room, description, attempt, description.tail, [], sink)
        await room.admit(seat, early, () => sink.resumed(seat, resyncOf(seat, list, description.tail)))
      }
      return 'resumed'
    } catch (error) {
      if (error instanceof StoreUnavailable) room.insistInBackground('away', [peerId, attempt, ''])
      throw error
    } finally {
      room.expectNoMore(peerId, attempt)
    }
  }

  async release(roomId: RoomId, peerId: PeerId, attempt: number): Promise<boolean> {
    const room = this.#roomOf(roomId)
    // One that a `replace` could still be higher than.
    const isKept = attempt < Number.MAX_SAFE_INTEGER && this.#options.reloadWindowMs > 0
    // Before it is: whose seat it was may be here, and the last one.
    if (isKept) room.keepPlace()
    let isDone = false
    const more = [peerId, attempt, isKept ? 1 : 0]
    try {
      isDone = (await room.run('release', more)).outcome === 'done'
      return isDone
    } catch (error) {
      if (error instanceof StoreUnavailable) room.insistInBackground('release', more)
      throw error
    } finally {
      if (!isDone) room.keepNoPlace()
      room.dropIfEmpty()
    }
  }

  async names(): Promise<readonly RoomId[]> {
    const { link, prefix } = this.#options
    return (await link.roomKeys(prefix)).map((key) => decodeURIComponent(key.slice(prefix.length + 1, -1)))
  }

  async look(roomId: RoomId): Promise<RoomView | undefined> {
    const { outcome, door, said } = await this.#run(roomId, 'look', [])
    return outcome === 'done' && door !== undefined ? { roomId, door, ...decodeView(said) } : undefined
  }

  async direct(roomId: RoomId, command: RoomCommand): Promise<RoomCommandOutcome> {
    const { outcome } = await this.#run(roomId, 'direct', [command.kind, objectOf(command)])
    if (outcome === 'absent') return 'room-not-found'
    return outcome === 'done' ? outcome : 'peer-not-found'
  }

  watch(listener: RoomListener): void {
    this.#listener = listener
  }

  get shared(): SharedStore {
    return this.#options.shared
  }

  get size(): { rooms: number; seats: number } {
    return { rooms: this.#rooms.size, seats: this.#tally.seats }
  }

  hear(news: News): void {
    const done = this.#rooms.get(news.roomKey)?.hear(news)
    if (done !== undefined) inBackground(this.#options, done)
  }

  alarmed(roomKey?: string): void {
    if (roomKey !== undefined) {
      this.#rooms.get(roomKey)?.touchInBackground()
      return
    }
    if (this.#isAlarmed) {
      this.#isAlarmedAgain = true
      return
    }
    this.#isAlarmed = true
    for (const [index, part] of this.#parts.entries()) {
      this.#clock.after(Math.floor((index * alarmMs) / parts), () => {
        for (const room of part) room.touchInBackground()
        if (index === parts - 1) this.#endAlarm()
      })
    }
  }

  #endAlarm(): void {
    this.#isAlarmed = false
    const isAgain = this.#isAlarmedAgain
    this.#isAlarmedAgain = false
    if (isAgain) this.alarmed()
  }

  /** Touches nobody any more. */
  close(): void {
    this.#endTouching()
  }

  /** Where the store may have lost the seat, the node that has it may bring it back. */
  async #attach(room: LocalRoom, more: readonly Argument[]): Promise<Reply> {
    const untilMs = performance.now() + 2 * this.#options.mendMs
    for (let tries = 1; ; tries += 1) {
      const reply = await room.run('attach', more)
      const most = this.#options.link.mayHaveLost ? lostTriesThen : lostTries
      const isLost = reply.outcome === 'unknown' && tries < most
      const isMending = reply.outcome === 'mending'
      if (!isLost && !isMending) return reply
      if (performance.now() > untilMs) throw new StoreUnavailable()
      if (isLost) this.#options.link.alarm(room.key)
      await this.#options.link.nextTry()
    }
  }

  /**
   * A store that has turned out to be another one only after it was asked may know of less than it took from this member, and was not
   * told so.
   */
  async #reclaim(
    room: LocalRoom,
    description: SeatDescription,
    attempt: number,
    received: number,
  ): Promise<SeatDescription> {
    if (received <= description.received || !this.#options.link.mayHaveLost) return description
    await room.run('touch', [1, description.member.peerId, attempt, received, '', 1])
    return { ...description, received }
  }

  async #ask(room: LocalRoom, peerId: PeerId, request: JoinRequest): Promise<Reply> {
    const { mayMakeRoom } = request
    const asked = argumentsOf(peerId, request)
    const reply = await room.run('join', [...asked, mayMakeRoom === undefined ? 1 : 0])
    if (reply.outcome !== 'absent' || mayMakeRoom === undefined || !mayMakeRoom()) return reply
    return room.run('join', [...asked, 1])
  }

  /** Whether or not anybody of the room is on this node. */
  async #run(roomId: RoomId, operation: string, more: readonly Argument[]): Promise<Reply> {
    const room = this.#roomOf(roomId)
    try {
      return await room.run(operation, more)
    } finally {
      room.dropIfEmpty()
    }
  }

  /** A `%` or a brace in a name would be one of the key's own. */
  #roomOf(roomId: RoomId): LocalRoom {
    const key = `${this.#options.prefix}{${roomId.replace(/[%{}]/g, encodeURIComponent)}}`
    const there = this.#rooms.get(key)
    if (there !== undefined) return there
    const part = this.#parts[this.#made % parts]
    this.#made += 1
    const room: LocalRoom = new LocalRoom(roomId, key, this.#context, () => {
      if (this.#rooms.get(key) === room) this.#rooms.delete(key)
      part?.delete(room)
    })
    this.#rooms.set(key, room)
    part?.add(room)
    return room
  }
}

function argumentsOf(peerId: PeerId, request: JoinRequest): Argument[] {
  const { profile, capacity, identity = {}, onDuplicate = 'allow', door = 'open', isHost = false, replaces } = request
  const flags =
    (request.isResumable === true ? seatFlags.resumable : 0) +
    (isHost ? seatFlags.host : 0) +
    (request.wantsUpdates === true ? seatFlags.updates : 0)
  return [
    peerId,
    JSON.stringify(snapshotOf(peerId, profile, isHost)),
    identity.subject ?? '',
    identity.tokenId ?? '',
    JSON.stringify(identity),
    flags,
    capacity,
    door,
    onDuplicate,
    replaces?.peerId ?? '',
    replaces?.attempt ?? 0,
  ]
}

function objectOf(command: RoomCommand): Argument {
  switch (command.kind) {
    case 'kick':
      return command.peerId
    case 'door':
      return command.door
    case 'announce':
      return JSON.stringify({ kind: 'announcement', announcement: command.announcement })
    case 'close':
      return ''
  }
}

const outcomes: readonly string[] = [
  'seated',
  'knocking',
  'absent',
  'full',
  'locked',
  'duplicate',
  'kicked',
] satisfies JoinOutcome[]

function joinOutcomeOf(outcome: string): JoinOutcome {
  if (!outcomes.includes(outcome)) throw new StoreUnavailable(new Error(`join: ${outcome}`))
  return outcome as JoinOutcome
}
