import type { FastifyBaseLogger } from 'fastify'
import { refusalCodes } from '../../schemas/index.js'
import { Tally } from '../metrics/tally.js'
import type { LogName, LogNames } from '../naming/log-names.js'

const intervalMs = 60_000

/** What is said of the latest one. Nothing in it may be secret, or long. */
type Detail = Readonly<Record<string, string | boolean | LogName>>

/**
 * Counts what is refused, and tells the log of it once in a while: of the first of a kind at once, as somebody may just have
 * forgotten a setting, and of those of the next minute together, so that nobody fills the log by trying.
 */
export class Refusals {
  readonly #log: Pick<FastifyBaseLogger, 'info'>
  readonly #names: LogNames
  /** How many there have been of each kind since the start. */
  readonly counts = new Tally(refusalCodes)
  /** What was told within the last minute, with how many have come since, and the latest of them. */
  readonly #untold = new Map<string, { count: number; latest: Detail }>()
  #timer: NodeJS.Timeout | undefined

  constructor(log: Pick<FastifyBaseLogger, 'info'>, names: LogNames) {
    this.#log = log
    this.#names = names
  }

  /**
   * @param code     of one of the closed lists
   * @param address  whose it was
   */
  add(code: string, address: string, more: Detail = {}): void {
    const latest = { address: this.#names.address(address), ...more }
    this.counts.add(code)
    const kind = this.#untold.get(code)
    if (kind !== undefined) {
      kind.count += 1
      kind.latest = latest
      return
    }
    this.#tell(code, 1, latest)
    this.#timer ??= setInterval(() => this.#tellAll(), intervalMs).unref()
  }

  /** Tells what has not been told. */
  stop(): void {
    clearInterval(this.#timer)
    this.#tellAll()
  }

  #tellAll(): void {
    for (const [code, { count, latest }] of this.#untold) {
      if (count > 0) this.#tell(code, count, latest)
      else this.#untold.delete(code)
    }
    if (this.#untold.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #tell(code: string, refused: number, latest: Detail): void {
    this.#untold.set(code, { count: 0, latest: {} })
    this.#log.info({ code, refused, ...latest }, 'refused')
  }
}
