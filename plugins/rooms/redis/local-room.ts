import type { Door, LeaveReason, PeerId, RoomId } from '../../../schemas/index.js'
import type { Clock } from '../clock.js'
import { type Sink, StoreUnavailable, type TurnedAway } from '../room-store.js'
import { type Argument, RedisSeat, type RoomOfSeat } from './redis-seat.js'
import { decodeDescription, decodeShares, type News, type NoticeKind, type Reply, textOf } from './reply.js'
import type { RoomLink } from './room-link.js'
import { presentIn, resyncOf } from './views.js'

/** The store is not asked all the time what has run out, whatever it says. */
const leastWaitMs = 10
/** How long what was published may come after what follows it. */
const gapMs = 20

/** In so many steps it is seen whether they have. */
const mendSteps = 10

/** What the rooms of a node share. Times in milliseconds. */
export interface NodeContext {
  readonly link: RoomLink
  readonly clock: Clock
  readonly touchMs: number
  readonly resumeWindowMs: number
  readonly reloadWindowMs: number
  /** How long the other nodes have to bring back what the store has lost, before anybody is told who is there. */
  readonly mendMs: number
  readonly tally: { seats: number }
  /** What has failed with nobody waiting for it. */
  readonly onError: (error: unknown) => void
}

/** Somebody who waits for a host, on this node. */
interface Knocker {
  readonly sink: Sink
}

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
  readonly #knockers = new Map<PeerId, Knocker>()
  /** Whoever asks for a seat, by its name and attempt. */
  readonly #expected = new Map<string, Early>()
  readonly #missing = new Set<RedisSeat>()
  /** For whom the log is being read. */
  readonly #reading = new Set<RedisSeat>()
  readonly #recovering = new Map<RedisSeat, Promise<void>>()
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
      this.#inBackground(this.#insistLater(operation, more, untilMs))
    }
  }

  /** The same, with nobody who waits for it. */
  insistInBackground(operation: string, more: readonly Argument[]): void {
    this.#inBackground(this.insist(operation, more))
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
          await this.#recover(seat)
        } else if (outcome === 'mending') await this.#context.link.nextTry()
        else if (outcome.startsWith('gone')) this.#lose(seat, outcome)
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
    if (this.#missing.has(seat) || this.#recovering.has(seat)) return
    this.#missing.add(seat)
    this.#context.clock.after(gapMs, () => {
      this.#missing.delete(seat)
      if (seat.isHeard && seat.chain.isWaiting) this.#inBackground(this.#catchUp(seat))
    })
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
    if (former !== undefined) this.#lose(former, 'taken')
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
    this.#knockers.set(peerId, { sink })
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
    if ('notice' in news) return this.#heed(news.notice, news.to.peerId, news.to.attempt)
    for (const one of news.shares) {
      const seat = this.#seats.get(one.peerId)
      if (seat?.attempt === one.attempt) seat.take(one.share)
      else this.#expected.get(`${one.peerId}:${one.attempt}`)?.push(one)
    }
    for (const entry of news.shares[0]?.share.entries ?? []) if (entry.kind === 'door') this.#door = entry.door
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
    this.#inBackground(this.touch())
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
      if (seat.isHeard && tail !== seat.chain.last) this.#suspect(seat)
    } else if (what === 'unknown' && this.#context.clock.now() < seat.heldUntilMs) await this.#recover(seat)
    else this.#lose(seat, status)
  }

  /** The store has told it more than has come, or less; perhaps it only has not come yet. */
  #suspect(seat: RedisSeat): void {
    const { last } = seat.chain
    if (this.#recovering.has(seat)) return
    this.#context.clock.after(gapMs, () => {
      if (seat.isHeard && seat.chain.last === last) this.#inBackground(this.#catchUp(seat))
    })
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
    const { outcome } = await this.run('sync', [seat.peerId, seat.attempt, seat.chain.last], ({ outcome, said }) => {
      if (outcome !== 'done' || !seat.isHeard) return
      const [kind, description, list] = said
      if (textOf(kind) === 'replay') return seat.tell(seat.chain.goOnWith(decodeShares(list)))
      if (!seat.isResumable) {
        // It cannot be told that something is lost, and joins anew.
        this.#lose(seat, 'lost')
        this.insistInBackground('leave', [seat.peerId, seat.attempt, 'disconnected'])
        return
      }
      const { tail } = decodeDescription(description)
      const next = seat.chain.beginAt(tail)
      seat.sink.resumed(seat, resyncOf(seat, list, tail))
      seat.tell(next)
    })
    if (outcome === 'unknown') await this.#recover(seat)
    else if (outcome === 'mending') this.#catchUpAfter(this.#context.mendMs / mendSteps, seat)
    else if (outcome.startsWith('gone')) this.#lose(seat, outcome)
  }

  #catchUpAfter(delayMs: number, seat: RedisSeat): void {
    this.#context.clock.after(delayMs, () => {
      this.#recovering.delete(seat)
      if (seat.isHeard) this.#inBackground(this.#catchUp(seat))
    })
  }

  /** Brings a seat back that the store has lost, if nobody else has its place by now. */
  #recover(seat: RedisSeat): Promise<void> {
    const underway = this.#recovering.get(seat)
    if (underway !== undefined) return underway
    const done = this.#reseat(seat)
    this.#recovering.set(seat, done)
    return done
  }

  async #reseat(seat: RedisSeat): Promise<void> {
    const { clock, link } = this.#context
    try {
      const { subject = '', tokenId = '' } = seat.identity
      const { peerId, attempt, counted, order, member, identity, flags, capacity } = seat
      const { outcome } = await this.run('reseat', [
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
        this.#door,
        seat.isHeard ? '' : Math.max(0, Math.ceil(seat.heldUntilMs - clock.now())),
      ])
      if (outcome !== 'done') {
        this.#lose(seat, outcome.startsWith('gone') ? outcome : 'lost')
        this.#recovering.delete(seat)
        return
      }
    } catch (error) {
      this.#recovering.delete(seat)
      throw error
    }
    link.alarm()
    this.#catchUpAfter(this.#context.mendMs, seat)
  }

  /** @param outcome  `gone` and why, or anything else where nobody knows */
  #lose(seat: RedisSeat, outcome: string): void {
    const wasHeard = seat.isHeard
    if (this.#seats.get(seat.peerId) === seat) this.#forget(seat)
    seat.end()
    const why = /^(?:gone )?(taken|kicked)$/.exec(outcome)?.[1]
    if (wasHeard) seat.sink.fenced(why === 'taken' || why === 'kicked' ? why : 'lost')
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
    } else if (notice === 'jolt') this.#suspect(seat)
    else if (notice === 'lapsed' && seat.isHeard) return this.#recover(seat)
    else if (notice !== 'knock') this.#lose(seat, notice)
    return undefined
  }

  /** Asks what has become of a knock. */
  async #inquire(peerId: PeerId): Promise<void> {
    const early = this.#expected.get(`${peerId}:0`) ?? []
    const reply = await this.run('inquire', [peerId])
    const knocker = this.#knockers.get(peerId)
    if (knocker === undefined || reply.outcome === 'knocking') return
    this.#knockers.delete(peerId)
    const { sink } = knocker
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

  #inBackground(done: Promise<void>): void {
    done.catch((error: unknown) => {
      if (!(error instanceof StoreUnavailable)) this.#context.onError(error)
    })
  }
}

const reasons: readonly string[] = ['full', 'locked', 'duplicate', 'kicked', 'refused'] satisfies TurnedAway[]

/** Of a knock that the store has lost nobody says no: it may knock again. */
function turnedAwayBy(outcome: string): TurnedAway {
  const why = outcome.replace(/^gone /, '')
  return reasons.includes(why) ? (why as TurnedAway) : 'locked'
}
