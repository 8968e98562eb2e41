/** Keeps the screen on during a call: whoever listens touches nothing. A browser that cannot, or saves power, does without. */
export class ScreenWakeLock {
  #isWanted = false
  #lock: WakeLockSentinel | undefined

  constructor() {
    // A page that nobody sees loses it.
    document.addEventListener('visibilitychange', () => void this.#hold())
  }

  begin(): void {
    this.#isWanted = true
    void this.#hold()
  }

  end(): void {
    this.#isWanted = false
    this.#release()
  }

  async #hold(): Promise<void> {
    // Not there in an insecure context.
    const screen: WakeLock | undefined = navigator.wakeLock
    if (!this.#isWanted || document.visibilityState !== 'visible' || screen === undefined) return
    try {
      const lock = await screen.request('screen')
      this.#release()
      this.#lock = lock
      // The call may have ended meanwhile.
      if (!this.#isWanted) this.#release()
    } catch {
      // The person's own setting, or a battery that is nearly empty.
    }
  }

  #release(): void {
    const lock = this.#lock
    this.#lock = undefined
    // One that the browser has taken away is released already, which is no error.
    void lock?.release()
  }
}
