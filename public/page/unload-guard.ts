/** Makes the browser ask before the page goes, while something would be lost with it. */
export class UnloadGuard {
  readonly #running = new Set<object>()

  /** @param isRunning  whether this one would be lost now */
  hold(transfer: object, isRunning: boolean): void {
    if (isRunning) this.#running.add(transfer)
    else this.#running.delete(transfer)
    // Only then: with such a listener a browser may keep the page out of its cache.
    if (this.#running.size > 0) globalThis.addEventListener('beforeunload', ask)
    else globalThis.removeEventListener('beforeunload', ask)
  }
}

function ask(event: BeforeUnloadEvent): void {
  event.preventDefault()
}
