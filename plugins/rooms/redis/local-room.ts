import type { Door, LeaveReason, PeerId, RoomId } from '../../../schemas/index.js'
import { type Sink, StoreUnavailable, type TurnedAway } from '../room-store.js'
import { inBackground, type NodeContext } from './node-context.js'
import { RedisSeat, type RoomOfSeat } from './redis-seat.js'
import { decodeDescription, decodeShares, type News, type NoticeKind, type Reply, textOf } from './reply.js'
import type { Argument } from './room-link.js'
import { SeatRepair } from './seat-repair.js'
import { presentIn } from './views.js'

/** The store is not asked all the time what has run out, whatever it says. */
const leastWaitMs = 10

/** What came for a seat before it was known to be there. */
type Early = (Extract<News, { shares: unknown }>['shares'][number] | NoticeKind)[]

/**
 * What this node has of one room: the sinks of its members who are here, and in which order they are told. Who is in the room,
 * and what was said, only the store knows.
 */
export class LocalRoom implements RoomOfSeat {
  readonly id: RoomId
  readonly key: string
  readonly #context: NodeContext
  readonly #onEmpty: () => void
  readonly #seats = new Map<PeerId, RedisSeat>()
  /** Whoever waits for a host, on this node. */
  readonly #knockers = new Map<PeerId, Sink>()
  /** Whoever asks for a seat, by its name and attempt. */
  readonly #expected = new Map<string, Early>()
  readonly #repair: SeatRepair
  #door: Door = 'open'
  /** Until when a place is kept that somebody has left by this node. */
  #placeUntil = 0
  #endWait: (() => void) | undefined

  /** @param onEmpty  is called when nobody of it is on this node any more */
  constructor(id: RoomId, key: string, context: NodeContext, onEmpty: () => void) {
    this.id = id
    this.key = key
    this.#context = context
    this.#onEmpty = onEmpty
    this.#repair = new SeatRepair(this, context)
  }

  get door(): Door {
    return this.#door
  }

  /** Asks the store, and does what it says; what is said of a seat that there is not yet waits for it. */
  async run(operation: string, more: readonly Argument[], first?: (reply: Reply) => void): Promise<Reply> {
    const reply = await this.#context.link.run(this.key, operation, more)
    if (reply.door !== undefined) this.#door = reply.door
    this.#schedule(reply.dueInMs)
    first?.(reply)
    const underway = reply.news.map((news) => this.hear(news)).filter((done) => done !== undefined)
    if (underway.length > 0) await Promise.all(underway)
    return reply
  }

  /** Does it in any case, later if need be: when the store can be asked again, or not any more, as it is over by itself. */
  async insist(operation: string, more: readonly Argument[]): Promise<void> {
    try {
      await this.run(operation, more)
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error
      const untilMs = this.#context.clock.now() + 3 * this.#context.touchMs
      inBackground(this.#context, this.#insistLater(operation, more, untilMs))
    }
  }

  /** The same, with nobody who waits for it. */
  insistInBackground(operation: string, more: readonly Argument[]): void {
    inBackground(this.#context, this.insist(operation, more))
  }

  async #insistLater(operation: string, more: readonly Argument[], untilMs: number): Promise<void> {
    while (this.#context.clock.now() < untilMs) {
      await this.#context.link.nextTry()
      try {
        await this.run(operation, more)
        return
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error
      }
    }
  }

  async operate(seat: RedisSeat, operation: string, more: readonly Argument[]): Promise<string | undefined> {
    for (let tries = 1; ; tries += 1) {
      try {
        const { outcome } = await this.run(operation, [seat.peerId, seat.attempt, ...more])
        if (outcome === 'unknown') {
          if (tries > 1) await this.#context.link.nextTry()
          await this.#repair.recover(seat)
        } else if (outcome === 'mending') await this.#context.link.nextTry()
        else if (outcome.startsWith('gone')) this.lose(seat, outcome)
        else return outcome
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error
        if (seat.isHeard) await this.#context.link.nextTry()
      }
      if (!seat.isHeard) return undefined
    }
  }

  async leave(seat: RedisSeat, reason: LeaveReason): Promise<void> {
    this.#forget(seat)
    await this.insist('leave', [seat.peerId, seat.attempt, reason])
    this.dropIfEmpty()
  }

  async away(seat: RedisSeat): Promise<void> {
    seat.heldUntilMs = this.#context.clock.now() + this.#context.resumeWindowMs
    await this.insist('away', [seat.peerId, seat.attempt, seat.chain.acknowledged])
  }

  miss(seat: RedisSeat): void {
    this.#repair.miss(seat)
  }

  /** Lets what is said of a seat wait until it is there. */
  expect(peerId: PeerId, attempt: number): Early {
    const early: Early = []
    this.#expected.set(`${peerId}:${attempt}`, early)
    return early
  }

  expectNoMore(peerId: PeerId, attempt: number): void {
    this.#expected.delete(`${peerId}:${attempt}`)
    this.dropIfEmpty()
  }

  /** Somebody has a seat here. `begin` tells it so; then comes what has come meanwhile. */
  async admit(seat: RedisSeat, early: Early, begin: () => void): Promise<void> {
    const former = this.#seats.get(seat.peerId)
    if (former !== undefined) this.lose(former, 'taken')
    this.#seats.set(seat.peerId, seat)
    this.#context.tally.seats += 1
    this.#expected.delete(`${seat.peerId}:${seat.attempt}`)
    begin()
    for (const one of early) {
      if (typeof one === 'string') await this.#heed(one, seat.peerId, seat.attempt)
      else seat.take(one.share)
    }
    await seat.isGivenUp
  }

  /** Somebody knocks here. */
  knock(peerId: PeerId, sink: Sink, early: Early): Promise<void> | undefined {
    this.#knockers.set(peerId, sink)
    sink.knocking({ peerId, roomId: this.id, withdraw: () => this.#withdraw(peerId) })
    return early.includes('knock') ? this.#inquire(peerId) : undefined
  }

  /** Somebody leaves by this node whose place is kept: it looks after that. */
  keepPlace(): void {
    this.#placeUntil = this.#context.clock.now() + this.#context.reloadWindowMs
  }

  keepNoPlace(): void {
    this.#placeUntil = 0
  }

  hear(news: News): Promise<void> | undefined {
    if ('event' in news) {
      this.#context.onEvent({ roomId: this.id, ...news.event })
      return undefined
    }
    if ('notice' in news) return this.#heed(news.notice, news.to.peerId, news.to.attempt)
    for (const one of news.shares) {
      const seat = this.#seats.get(one.peerId)
      if (seat?.attempt === one.attempt) seat.take(one.share)
      else this.#expected.get(`${one.peerId}:${one.attempt}`)?.push(one)
    }
    for (const entry of news.shares[0]?.share.entries ?? []) if (entry?.kind === 'door') this.#door = entry.door
    return undefined
  }

  /** Says that all who are here still are, and hears what has become of each. */
  async touch(): Promise<void> {
    const seats = [...this.#seats.values()]
    const knockers = [...this.#knockers.keys()]
    const { said } = await this.run('touch', [
      seats.length,
      ...seats.flatMap(({ peerId, attempt, counted, chain, isHeard }) => [
        peerId,
        attempt,
        counted,
        chain.acknowledged,
        isHeard ? 1 : 0,
      ]),
      ...knockers,
    ])
    const underway = seats.map((seat, index) => this.#look(seat, textOf(said[index])))
    for (const [index, peerId] of knockers.entries()) {
      if (textOf(said[seats.length + index]) === 'ended') underway.push(this.#inquire(peerId))
    }
    await Promise.all(underway)
    this.dropIfEmpty()
  }

  /** The same, when the store can be reached; else next time. */
  touchInBackground(): void {
    inBackground(this.#context, this.touch())
  }

  dropIfEmpty(): void {
    if (this.#isOfInterest) return
    this.#endWait?.()
    this.#endWait = undefined
    this.#onEmpty()
  }

  get #isOfInterest(): boolean {
    const isOfUse = this.#seats.size > 0 || this.#knockers.size > 0 || this.#expected.size > 0
    return isOfUse || this.#context.clock.now() < this.#placeUntil
  }

  async #look(seat: RedisSeat, status: string): Promise<void> {
    if (seat.isOver) return
    const [what, tail] = status.split(' ')
    if (what === 'here') {
      if (seat.isHeard && tail !== seat.chain.last) this.#repair.suspect(seat)
    } else if (what === 'unknown' && this.#context.clock.now() < seat.heldUntilMs) await this.#repair.recover(seat)
    else this.lose(seat, status)
  }

  /**
   * It is another's, or gone.
   *
   * @param outcome  `gone` and why, or anything else where nobody knows
   */
  lose(seat: RedisSeat, outcome: string): void {
    const wasHeard = seat.isHeard
    this.#forget(seat)
    seat.end()
    const why = /^(?:gone )?(taken|kicked|closed)$/.exec(outcome)?.[1]
    if (wasHeard) seat.sink.fenced(why === 'taken' || why === 'kicked' || why === 'closed' ? why : 'lost')
    this.dropIfEmpty()
  }

  #forget(seat: RedisSeat): void {
    if (this.#seats.get(seat.peerId) !== seat) return
    this.#seats.delete(seat.peerId)
    this.#context.tally.seats -= 1
  }

  #heed(notice: NoticeKind, peerId: PeerId, attempt: number): Promise<void> | undefined {
    if (notice === 'knock' && this.#knockers.has(peerId)) return this.#inquire(peerId)
    const seat = this.#seats.get(peerId)
    if (seat === undefined || seat.attempt !== attempt) {
      this.#expected.get(`${peerId}:${attempt}`)?.push(notice)
    } else if (notice === 'jolt') this.#repair.suspect(seat)
    else if (notice === 'lapsed' && seat.isHeard) return this.#repair.recover(seat)
    else if (notice !== 'knock') this.lose(seat, notice)
    return undefined
  }

  /** Asks what has become of a knock. */
  async #inquire(peerId: PeerId): Promise<void> {
    const early = this.#expected.get(`${peerId}:0`) ?? []
    const reply = await this.run('inquire', [peerId])
    const sink = this.#knockers.get(peerId)
    if (sink === undefined || reply.outcome === 'knocking') return
    this.#knockers.delete(peerId)
    if (reply.outcome !== 'seated') {
      this.#expected.delete(`${peerId}:0`)
      sink.turnedAway(turnedAwayBy(reply.outcome))
      this.dropIfEmpty()
      return
    }
    const [description, cursor, records] = reply.said
    const shares = decodeShares(records)
    const at = textOf(cursor)
    const seat = new RedisSeat(this, decodeDescription(description), 0, at, presentIn(shares, at), sink)
    await this.admit(seat, early, () => {
      sink.seated(seat)
      seat.tell(seat.chain.goOnWith(shares))
    })
  }

  async #withdraw(peerId: PeerId): Promise<void> {
    if (!this.#knockers.delete(peerId)) return
    this.#expected.delete(`${peerId}:0`)
    await this.insist('withdraw', [peerId])
    this.dropIfEmpty()
  }

  #schedule(dueInMs: number | undefined): void {
    this.#endWait?.()
    this.#endWait = undefined
    // What is due later is seen when it is touched next.
    if (dueInMs === undefined || dueInMs > this.#context.touchMs || !this.#isOfInterest) return
    this.#endWait = this.#context.clock.after(Math.max(leastWaitMs, dueInMs), () => {
      this.#endWait = undefined
      this.touchInBackground()
    })
  }
}

const reasons: readonly string[] = ['full', 'locked', 'duplicate', 'kicked', 'refused'] satisfies TurnedAway[]

/** Of a knock that the store has lost nobody says no: it may knock again. */
function turnedAwayBy(outcome: string): TurnedAway {
  const why = outcome.replace(/^gone /, '')
  return reasons.includes(why) ? (why as TurnedAway) : 'locked'
}
