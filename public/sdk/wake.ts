/**
 * Waits.
 *
 * @param signal  ends it early, without an error
 */
export function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const done = new AbortController()
    const wake = (): void => {
      done.abort()
      clearTimeout(timer)
      resolve()
    }
    const timer = setTimeout(wake, delayMs)
    signal.addEventListener('abort', wake, { signal: done.signal })
  })
}

/**
 * Waits, but not in vain: the page coming to the front (timers of a page in the background are throttled) ends it early.
 *
 * @param signal  ends it too, without an error
 */
export async function pauseUntilWoken(delayMs: number, signal: AbortSignal): Promise<void> {
  const woken = new AbortController()
  const wake = (): void => woken.abort()
  const listening = { signal: woken.signal }
  signal.addEventListener('abort', wake, listening)
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && wake(), listening)
  if (signal.aborted) wake()
  await pause(delayMs, woken.signal)
  woken.abort()
}
