import type { Clock } from '../../plugins/rooms/clock.js'

/** A clock that goes on only when it is told to. */
export class ManualClock implements Clock {
  #nowMs = 0
  #pending: { readonly atMs: number; readonly action: () => void }[] = []

  now(): number {
    return this.#nowMs
  }

  after(delayMs: number, action: () => void): () => void {
    const item = { atMs: this.#nowMs + delayMs, action }
    this.#pending.push(item)
    return () => {
      this.#pending = this.#pending.filter((other) => other !== item)
    }
  }

  /** Lets time pass: what is due happens, in its order. */
  advance(ms: number): void {
    const untilMs = this.#nowMs + ms
    for (;;) {
      const next = this.#pending.filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0]
      if (next === undefined) break
      this.#pending = this.#pending.filter((other) => other !== next)
      this.#nowMs = next.atMs
      next.action()
    }
    this.#nowMs = untilMs
  }

  /** How much is still to happen. */
  get pending(): number {
    return this.#pending.length
  }
}
