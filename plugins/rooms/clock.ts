/** What time it is, and what happens later. */
export interface Clock {
  /** In milliseconds, from any beginning; never goes back. */
  now(): number
  /**
   * Calls once, so much later.
   *
   * @returns takes that back
   */
  after(delayMs: number, action: () => void): () => void
  /**
   * Calls again and again, after so long each time.
   *
   * @returns ends that
   */
  every(periodMs: number, action: () => void): () => void
}

/** The machine's. What is still to happen does not keep the process alive. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after: (delayMs, action) => {
    const timer = setTimeout(action, delayMs)
    timer.unref()
    return () => clearTimeout(timer)
  },
  every: (periodMs, action) => {
    const timer = setInterval(action, periodMs)
    timer.unref()
    return () => clearInterval(timer)
  },
}
