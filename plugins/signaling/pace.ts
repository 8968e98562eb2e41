import type { Limits } from '../../schemas/index.js'
import { RateLimit } from '../admission/rate-limit.js'

/** How many more messages may come at once for each further place in the room: an offer, and candidates. */
const burstPerPlace = 30

/** A socket as far as it can be read, or not. */
export interface Paced {
  pause(): void
  /** It may be read again, as far as its pace is concerned. */
  goOn(): void
}

/**
 * How fast one socket is read. Who sends too much is read more slowly: what has come is taken, so no offer is lost. Times in
 * milliseconds.
 */
export class Pace {
  readonly #limits: Limits
  readonly #paced: Paced
  readonly #messages: RateLimit
  readonly #bytes: RateLimit
  #isStopped = false
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

  /** Whether it is not to be read, as it sends too much. It is paused then. */
  get isStopped(): boolean {
    return this.#isStopped
  }

  /** Counts a message of so many bytes, and stops for as long as it is too much. */
  take(bytes: number): void {
    const nowMs = performance.now()
    const waitMs = Math.max(this.#messages.take(1, nowMs), this.#bytes.take(bytes, nowMs))
    if (waitMs <= 0 || this.#isStopped) return
    this.#isStopped = true
    this.#overSince ??= nowMs
    this.#paced.pause()
    setTimeout(() => {
      this.#isStopped = false
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
