import type { Door } from '../../../schemas/index.js'
import { inBackground, type NodeContext } from './node-context.js'
import type { RedisSeat } from './redis-seat.js'
import { decodeDescription, decodeShares, type Reply, textOf } from './reply.js'
import type { Argument } from './room-link.js'
import { resyncOf } from './views.js'

/** How long what was published may come after what follows it. */
const gapMs = 20
/** In so many steps it is seen whether the nodes have brought back what the store has lost. */
const mendSteps = 10

/** What it needs of the room on this node. */
export interface RoomOfRepair {
  readonly door: Door
  run(operation: string, more: readonly Argument[], first?: (reply: Reply) => void): Promise<Reply>
  insistInBackground(operation: string, more: readonly Argument[]): void
  lose(seat: RedisSeat, outcome: string): void
}

/**
 * Makes good what was lost: what was published and has not come is read in the log; a seat that the store does not know any more
 * is brought back; and of what is not there any more the member is told, or, if it cannot be, let go.
 */
export class SeatRepair {
  readonly #room: RoomOfRepair
  readonly #context: NodeContext
  /** For whom something may still come by itself. */
  readonly #missing = new Set<RedisSeat>()
  /** For whom the log is being read. */
  readonly #reading = new Set<RedisSeat>()
  /** Who is brought back, until all others have been. */
  readonly #recovering = new Map<RedisSeat, Promise<void>>()

  constructor(room: RoomOfRepair, context: NodeContext) {
    this.#room = room
    this.#context = context
  }

  /** Something has come before what it follows. */
  miss(seat: RedisSeat): void {
    if (this.#missing.has(seat) || this.#recovering.has(seat)) return
    this.#missing.add(seat)
    this.#context.clock.after(gapMs, () => {
      this.#missing.delete(seat)
      if (seat.isHeard && seat.chain.isWaiting) inBackground(this.#context, this.#catchUp(seat))
    })
  }

  /** The store has told it more than has come, or less; perhaps it only has not come yet. */
  suspect(seat: RedisSeat): void {
    const { last } = seat.chain
    if (this.#recovering.has(seat)) return
    this.#context.clock.after(gapMs, () => {
      if (seat.isHeard && seat.chain.last === last) inBackground(this.#context, this.#catchUp(seat))
    })
  }

  /** Brings a seat back that the store has lost, if nobody else has its place by now. */
  recover(seat: RedisSeat): Promise<void> {
    const underway = this.#recovering.get(seat)
    if (underway !== undefined) return underway
    const done = this.#reseat(seat)
    this.#recovering.set(seat, done)
    return done
  }

  /** Reads in the log what has not come. Where it is not there any more, the loss is stated. */
  async #catchUp(seat: RedisSeat): Promise<void> {
    // What its answer has not got is missed again.
    if (this.#reading.has(seat)) return
    this.#reading.add(seat)
    try {
      await this.#read(seat)
    } finally {
      this.#reading.delete(seat)
    }
    if (seat.isHeard && seat.chain.isWaiting) this.miss(seat)
  }

  async #read(seat: RedisSeat): Promise<void> {
    const asked = [seat.peerId, seat.attempt, seat.chain.last]
    const { outcome } = await this.#room.run('sync', asked, (reply) => this.#goOn(seat, reply))
    if (outcome === 'unknown') await this.recover(seat)
    else if (outcome === 'mending') this.#catchUpAfter(this.#context.mendMs / mendSteps, seat)
    else if (outcome.startsWith('gone')) this.#room.lose(seat, outcome)
  }

  #goOn(seat: RedisSeat, { outcome, said }: Reply): void {
    if (outcome !== 'done' || !seat.isHeard) return
    const [kind, description, list] = said
    if (textOf(kind) === 'replay') {
      seat.tell(seat.chain.goOnWith(decodeShares(list)))
    } else if (seat.isResumable) {
      const { tail } = decodeDescription(description)
      const next = seat.chain.beginAt(tail)
      seat.sink.resumed(seat, resyncOf(seat, list, tail))
      seat.tell(next)
    } else {
      // It cannot be told that something is lost, and joins anew.
      this.#room.lose(seat, 'lost')
      this.#room.insistInBackground('leave', [seat.peerId, seat.attempt, 'disconnected'])
    }
  }

  #catchUpAfter(delayMs: number, seat: RedisSeat): void {
    this.#context.clock.after(delayMs, () => {
      this.#recovering.delete(seat)
      if (seat.isHeard) inBackground(this.#context, this.#catchUp(seat))
    })
  }

  async #reseat(seat: RedisSeat): Promise<void> {
    const { clock, link, mendMs } = this.#context
    try {
      const { subject = '', tokenId = '' } = seat.identity
      const { peerId, attempt, counted, order, member, identity, flags, capacity } = seat
      const { outcome } = await this.#room.run('reseat', [
        peerId,
        attempt,
        counted,
        order,
        JSON.stringify(member),
        subject,
        tokenId,
        JSON.stringify(identity),
        flags,
        capacity,
        this.#room.door,
        seat.isHeard ? '' : Math.max(0, Math.ceil(seat.heldUntilMs - clock.now())),
      ])
      if (outcome !== 'done') {
        this.#recovering.delete(seat)
        this.#room.lose(seat, outcome.startsWith('gone') ? outcome : 'lost')
        return
      }
    } catch (error) {
      this.#recovering.delete(seat)
      throw error
    }
    link.alarm()
    this.#catchUpAfter(mendMs, seat)
  }
}
