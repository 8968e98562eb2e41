/** What a `BackOff` can be told. */
export interface BackOffOptions {
  /** The ceiling of the first delay, in milliseconds. */
  readonly firstMs?: number
  /** The ceiling that the ceilings, doubling, do not pass, in milliseconds. */
  readonly maxMs?: number
  /** A number from 0 to below 1; for tests. */
  readonly random?: () => number
}

/**
 * Delays between attempts: exponential with full jitter, so that the clients of a restarted service do not all come back
 * in the same instant.
 *
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export class BackOff {
  readonly #maxMs: number
  readonly #random: () => number
  #ceilingMs: number

  constructor({ firstMs = 500, maxMs = 10_000, random = Math.random }: BackOffOptions = {}) {
    this.#ceilingMs = Math.min(firstMs, maxMs)
    this.#maxMs = maxMs
    this.#random = random
  }

  /** The next delay, in milliseconds: evenly from 0 to a ceiling that doubles with every call. */
  nextMs(): number {
    const delayMs = this.#random() * this.#ceilingMs
    this.#ceilingMs = Math.min(this.#ceilingMs * 2, this.#maxMs)
    return delayMs
  }
}
