/** How long the service may take to acknowledge a message. */
const maxOwedMs = 5000

const lookEveryMs = 1000

/** What a `Liveness` is given. */
export interface LivenessOptions {
  /** How long nothing may come, in milliseconds. */
  readonly maxSilenceMs: number
  /** Is told once. */
  readonly onDead: () => void
  /** A monotonic clock, in milliseconds; for tests. */
  readonly now?: () => number
}

/**
 * Whether a socket still leads anywhere: a browser tells of one that is cut off after many minutes, or never. The service
 * sends something from time to time, and acknowledges what it gets.
 */
export class Liveness {
  readonly #options: LivenessOptions
  readonly #now: () => number
  readonly #timer: ReturnType<typeof setInterval>
  #heardMs: number
  #owedSinceMs: number | undefined
  #lookedMs: number
  #hasWaited = false

  constructor(options: LivenessOptions) {
    this.#options = options
    this.#now = options.now ?? (() => performance.now())
    this.#heardMs = this.#now()
    this.#lookedMs = this.#heardMs
    this.#timer = setInterval(() => this.look(), lookEveryMs)
  }

  /** Something has come. */
  heard(): void {
    this.#heardMs = this.#now()
  }

  /** Something has been sent that will be acknowledged. */
  sent(): void {
    this.#owedSinceMs ??= this.#now()
  }

  /** @param isAll  whether nothing is left to acknowledge */
  acknowledged(isAll: boolean): void {
    this.#owedSinceMs = isAll ? undefined : this.#now()
  }

  look(): void {
    const nowMs = this.#now()
    // After a sleep of the page or the computer what has come lies unread: it gets one look to be read first.
    const wasAsleep = nowMs - this.#lookedMs > 3 * lookEveryMs
    this.#lookedMs = nowMs
    this.#hasWaited = wasAsleep && !this.#hasWaited
    if (this.#hasWaited) return
    const isSilent = nowMs - this.#heardMs > this.#options.maxSilenceMs
    const isOwing = this.#owedSinceMs !== undefined && nowMs - this.#owedSinceMs > maxOwedMs
    if (!isSilent && !isOwing) return
    this.stop()
    this.#options.onDead()
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}
