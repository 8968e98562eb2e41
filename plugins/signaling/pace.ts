import type { Limits } from '../../schemas/index.js'
import { RateLimit } from '../admission/rate-limit.js'

/** How many more messages may come at once for each further place in the room: an offer, and candidates. */
const burstPerPlace = 30

/** So many frames of one socket are read at once; a burst of a hundred would hold up everybody else for a millisecond or more. */
const fairShare = 16

/** A socket as far as it can be read, or not. */
export interface Paced {
  pause(): void
  /** It may be read again, as far as its pace is concerned. */
  goOn(): void
}

/**
 * How fast one socket is read. Who sends too much is read more slowly: what has come is taken, so no offer is lost. And nobody is
 * read for long at a time. Times in milliseconds.
 */
export class Pace {
  readonly #limits: Limits
  readonly #paced: Paced
  readonly #messages: RateLimit
  readonly #bytes: RateLimit
  /** Whether it is not read for a moment, as it sends too much. */
  #isThrottled = false
  /** Whether it is not read for the rest of this turn of the event loop. */
  #isResting = false
  /** Since when it has sent too much again and again. */
  #overSince: number | undefined

  constructor(limits: Limits, nowMs: number, paced: Paced) {
    this.#limits = limits
    this.#paced = paced
    this.#messages = new RateLimit(limits.maxMessagesPerSecond, limits.messageBurst, nowMs)
    this.#bytes = new RateLimit(limits.maxBytesPerSecond, limits.byteBurst, nowMs)
  }

  /** It has a place in a room of so many. */
  seated(capacity: number): void {
    this.#messages.burst = this.#limits.messageBurst + burstPerPlace * (capacity - 2)
  }

  /** Whether it sends too much at the moment. */
  get isThrottled(): boolean {
    return this.#isThrottled
  }

  /** Whether it is not to be read. It is paused then. */
  get isStopped(): boolean {
    return this.#isThrottled || this.#isResting
  }

  /** The same, when so many frames have been read of one piece: others are heard before it goes on. */
  stopsAfter(frames: number): boolean {
    if (frames < fairShare || this.isStopped) return this.isStopped
    this.#isResting = true
    this.#paced.pause()
    setImmediate(() => {
      this.#isResting = false
      this.#paced.goOn()
    })
    return true
  }

  /** Counts a message of so many bytes, and stops for as long as it is too much. */
  take(bytes: number): void {
    const nowMs = performance.now()
    const waitMs = Math.max(this.#messages.take(1, nowMs), this.#bytes.take(bytes, nowMs))
    if (waitMs <= 0 || this.#isThrottled) return
    this.#isThrottled = true
    this.#overSince ??= nowMs
    this.#paced.pause()
    setTimeout(() => {
      this.#isThrottled = false
      this.#paced.goOn()
    }, waitMs).unref()
  }

  /** Whether it has sent too much for too long. */
  isOver(nowMs: number): boolean {
    if (this.#overSince === undefined) return false
    if (this.#messages.hasRecovered(nowMs) && this.#bytes.hasRecovered(nowMs)) this.#overSince = undefined
    return this.#overSince !== undefined && nowMs - this.#overSince >= this.#limits.overloadMs
  }
}
