import type { Clock } from '../../plugins/rooms/clock.js'

interface Item {
  readonly atMs: number
  readonly action: () => void
  /** Of what happens again and again. */
  readonly periodMs?: number
}

/** A clock that goes on only when it is told to. */
export class ManualClock implements Clock {
  #nowMs = 0
  #items: Item[] = []
  /** Resolves when all that was begun is done. Default: it is done at once. */
  settle: () => Promise<void> = async () => {}

  now(): number {
    return this.#nowMs
  }

  after(delayMs: number, action: () => void): () => void {
    const item = { atMs: this.#nowMs + delayMs, action }
    this.#items.push(item)
    return () => {
      this.#items = this.#items.filter((other) => other !== item)
    }
  }

  every(periodMs: number, action: () => void): () => void {
    this.#items.push({ atMs: this.#nowMs + periodMs, action, periodMs })
    return () => {
      this.#items = this.#items.filter((other) => other.action !== action)
    }
  }

  /** Lets time pass: what is due happens, in its order, each when what was before is done. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms
    for (;;) {
      const next = this.#items.filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0]
      if (next === undefined) break
      const { atMs, action, periodMs } = next
      this.#items = this.#items.filter((other) => other !== next)
      if (periodMs !== undefined) this.#items.push({ atMs: atMs + periodMs, action, periodMs })
      this.#nowMs = Math.max(this.#nowMs, atMs)
      action()
      await this.settle()
    }
    this.#nowMs = untilMs
  }

  /** How much is still to happen, apart from what happens again and again. */
  get pending(): number {
    return this.#items.filter(({ periodMs }) => periodMs === undefined).length
  }
}
