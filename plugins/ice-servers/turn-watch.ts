import type { TurnReport } from './turn-check.js'

/** Whether every TURN server can be used, as far as is known. */
export type TurnHealth = 'ok' | 'failing' | 'unknown'

export interface WatchOptions {
  /** Tries every server once. */
  readonly check: (signal: AbortSignal) => Promise<TurnReport[]>
  /** From the end of one check to the beginning of the next. 0: only when asked. */
  readonly intervalMs: number
  readonly log: WatchLog
}

/** Where it is said what has changed. */
export interface WatchLog {
  info(fields: object, text: string): void
  warn(fields: object, text: string): void
  error(fields: object, text: string): void
}

/** Tries the servers at intervals, one round at a time, and logs what has changed since the last one. */
export class TurnWatch {
  readonly #options: WatchOptions
  readonly #ending = new AbortController()
  /** What was last said of a URL. */
  readonly #said = new Map<string, string>()
  #running: Promise<TurnReport[]> | undefined
  #timer: NodeJS.Timeout | undefined
  #isStarted = false
  #health: TurnHealth = 'unknown'
  readonly #tried = new Map<string, boolean>()

  constructor(options: WatchOptions) {
    this.#options = options
  }

  get health(): TurnHealth {
    return this.#health
  }

  /** Each server by its URL, and whether it could be used when it was last tried. */
  get tried(): ReadonlyMap<string, boolean> {
    return this.#tried
  }

  /** Begins to check, unless the interval is 0. Returns at once. */
  start(): void {
    if (this.#isStarted || this.#options.intervalMs === 0 || this.#ending.signal.aborted) return
    this.#isStarted = true
    void this.#round()
  }

  /** Ends a check that is under way as well. */
  stop(): void {
    clearTimeout(this.#timer)
    this.#ending.abort()
  }

  /** Checks now; one that is under way is waited for instead. */
  check(): Promise<TurnReport[]> {
    this.#running ??= this.#check().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #round(): Promise<void> {
    try {
      await this.check()
    } catch (error) {
      if (this.#ending.signal.aborted) return
      // No fault of a server, those are in the reports.
      this.#options.log.error({ err: error }, 'the TURN servers could not be checked')
    }
    this.#timer = setTimeout(() => void this.#round(), this.#options.intervalMs)
    this.#timer.unref()
  }

  async #check(): Promise<TurnReport[]> {
    const reports = await this.#options.check(this.#ending.signal)
    for (const report of reports) {
      this.#tried.set(report.url, report.ok)
      this.#say(report)
    }
    this.#health = reports.every(({ ok, url }) => ok || !url.startsWith('turn')) ? 'ok' : 'failing'
    return reports
  }

  #say({ url, ok, ms, fault, warnings = [], sentence }: TurnReport): void {
    const state = fault ?? ['ok', ...warnings].join()
    if (this.#said.get(url) === state) return
    this.#said.set(url, state)
    const { log } = this.#options
    if (!ok) log.warn({ url, fault, sentence }, 'a STUN or TURN server cannot be used')
    else if (warnings.length > 0) log.warn({ url, ms, warnings, sentence }, 'a TURN server needs a look')
    else log.info({ url, ms }, 'a STUN or TURN server can be used')
  }
}
