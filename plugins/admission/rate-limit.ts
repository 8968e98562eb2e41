/** A token bucket: so many at once, and from then on so many a second. Times in milliseconds. */
export class RateLimit {
  readonly #perMs: number
  readonly #burst: number
  #level: number
  #atMs: number

  constructor(perSecond: number, burst: number, nowMs: number) {
    this.#perMs = perSecond / 1000
    this.#burst = burst
    this.#level = burst
    this.#atMs = nowMs
  }

  /** Takes one if there is one. @returns whether there was */
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

  #refill(nowMs: number): void {
    this.#level = Math.min(this.#burst, this.#level + Math.max(0, nowMs - this.#atMs) * this.#perMs)
    this.#atMs = Math.max(this.#atMs, nowMs)
  }
}
