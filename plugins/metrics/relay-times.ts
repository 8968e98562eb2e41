import { serviceMetrics } from '../../schemas/index.js'
import { Buckets } from './buckets.js'

/** One in so many is timed. */
const every = 64

/**
 * How long messages take that are passed on. Only some are timed, one at a time, so that the path of a message asks no clock and
 * allocates nothing for it. Times in milliseconds on the clock of `performance.now`.
 */
export class RelayTimes {
  /** In seconds. */
  readonly buckets = new Buckets(serviceMetrics.signalbox_relay_seconds.buckets)
  #since = 0
  #startMs: number | undefined

  /** Counts one more. @returns whether it is one to be timed */
  isDue(): boolean {
    this.#since += 1
    return this.#since >= every && this.#startMs === undefined
  }

  /**
   * Times one.
   *
   * @param startMs  when it was read
   * @param done     when it was passed on; undefined: it is in the queue of the addressee's socket
   */
  time(startMs: number, done: void | Promise<void>): void {
    this.#since = 0
    this.#startMs = startMs
    if (done instanceof Promise) done.then(this.#endLater, this.#forget)
    else this.#endLater()
  }

  /** What was said within a turn of the event loop is written at the end of it, in the order in which that was asked for. */
  readonly #endLater = (): void => {
    setImmediate(this.#end)
  }

  readonly #end = (): void => {
    if (this.#startMs !== undefined) this.buckets.add((performance.now() - this.#startMs) / 1000)
    this.#startMs = undefined
  }

  readonly #forget = (): void => {
    this.#startMs = undefined
  }
}
