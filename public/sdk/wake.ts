/**
 * Waits, but not in vain: the network coming back, or the page coming to the front (timers of a page in the background
 * are throttled), ends it early.
 *
 * @param signal  ends it too, without an error
 */
export function pauseUntilWoken(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = new AbortController()
    const wake = (): void => {
      done.abort()
      clearTimeout(timer)
      resolve()
    }
    const timer = setTimeout(wake, delayMs)
    if (signal.aborted) wake()
    signal.addEventListener('abort', wake, { signal: done.signal })
    globalThis.addEventListener('online', wake, { signal: done.signal })
    document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && wake(), {
      signal: done.signal,
    })
  })
}
