/**
 * A token bucket: so many at once, and from then on so many a second. What is taken beyond that is owed, and to be waited for.
 * Times in milliseconds.
 */
export class RateLimit {
  readonly #perMs: number
  #burst: number
  #level: number
  #atMs: number

  constructor(perSecond: number, burst: number, nowMs: number) {
    this.#perMs = perSecond / 1000
    this.#burst = burst
    this.#level = burst
    this.#atMs = nowMs
  }

  /** Lets more, or fewer, come at once from now on. */
  set burst(burst: number) {
    this.#level += Math.max(0, burst - this.#burst)
    this.#burst = burst
  }

  /** @returns how long to wait until nothing is owed; 0: not at all */
  take(count: number, nowMs: number): number {
    this.#refill(nowMs)
    this.#level -= count
    return this.#level >= 0 ? 0 : -this.#level / this.#perMs
  }

  /** Takes one if there is one, and owes nothing otherwise. @returns whether there was */
  tryTake(nowMs: number): boolean {
    this.#refill(nowMs)
    if (this.#level < 1) return false
    this.#level -= 1
    return true
  }

  /** Whether as many may come at once as ever. */
  isFull(nowMs: number): boolean {
    this.#refill(nowMs)
    return this.#level >= this.#burst
  }

  /** Whether at least half of what may come at once may do so again. */
  hasRecovered(nowMs: number): boolean {
    this.#refill(nowMs)
    return this.#level >= this.#burst / 2
  }

  #refill(nowMs: number): void {
    this.#level = Math.min(this.#burst, this.#level + Math.max(0, nowMs - this.#atMs) * this.#perMs)
    this.#atMs = Math.max(this.#atMs, nowMs)
  }
}
