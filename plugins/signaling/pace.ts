import type { Limits } from '../../schemas/index.js'

/** How many more messages may come at once for each further place in the room: an offer, and candidates. */
const burstPerPlace = 30

/** A socket as far as it can be read, or not. */
export interface Paced {
  pause(): void
  /** It may be read again, as far as its pace is concerned. */
  goOn(): void
}

/**
 * How fast one socket is read: two token buckets, of messages and of bytes. Who sends too much is read more slowly: what has come
 * is taken, so no offer is lost. Times in milliseconds.
 */
export class Pace {
  readonly #limits: Limits
  readonly #paced: Paced
  /** What may come at once; below nothing what has come too early. Not two objects, as every socket has them: 200 bytes of heap. */
  #messages: number
  #bytes: number
  #messageBurst: number
  /** Of what time they tell. */
  #atMs: number
  #isStopped = false
  /** Since when it has sent too much again and again. */
  #overSince: number | undefined

  constructor(limits: Limits, nowMs: number, paced: Paced) {
    this.#limits = limits
    this.#paced = paced
    this.#messages = limits.messageBurst
    this.#messageBurst = limits.messageBurst
    this.#bytes = limits.byteBurst
    this.#atMs = nowMs
  }

  /** It has a place in a room of so many. */
  seated(capacity: number): void {
    const burst = this.#limits.messageBurst + burstPerPlace * (capacity - 2)
    this.#messages += Math.max(0, burst - this.#messageBurst)
    this.#messageBurst = burst
  }

  /** When something came last. */
  get atMs(): number {
    return this.#atMs
  }

  /** Whether it is not to be read, as it sends too much. It is paused then. */
  get isStopped(): boolean {
    return this.#isStopped
  }

  /** Counts a message of so many bytes, and stops for as long as it is too much. */
  take(bytes: number, nowMs = performance.now()): void {
    this.#refill(nowMs)
    this.#messages -= 1
    this.#bytes -= bytes
    if ((this.#messages >= 0 && this.#bytes >= 0) || this.#isStopped) return
    this.#isStopped = true
    this.#overSince ??= nowMs
    this.#paced.pause()
    const { maxMessagesPerSecond, maxBytesPerSecond } = this.#limits
    const waitMs = Math.max(-this.#messages / maxMessagesPerSecond, -this.#bytes / maxBytesPerSecond) * 1000
    setTimeout(() => {
      this.#isStopped = false
      this.#paced.goOn()
    }, waitMs).unref()
  }

  /** Whether it has sent too much for too long. */
  isOver(nowMs: number): boolean {
    if (this.#overSince === undefined) return false
    this.#refill(nowMs)
    // Half of what may come at once may do so again.
    if (this.#messages >= this.#messageBurst / 2 && this.#bytes >= this.#limits.byteBurst / 2)
      this.#overSince = undefined
    return this.#overSince !== undefined && nowMs - this.#overSince >= this.#limits.overloadMs
  }

  #refill(nowMs: number): void {
    const seconds = Math.max(0, nowMs - this.#atMs) / 1000
    const { maxMessagesPerSecond, maxBytesPerSecond, byteBurst } = this.#limits
    this.#messages = Math.min(this.#messageBurst, this.#messages + seconds * maxMessagesPerSecond)
    this.#bytes = Math.min(byteBurst, this.#bytes + seconds * maxBytesPerSecond)
    this.#atMs = Math.max(this.#atMs, nowMs)
  }
}
