import type { FastifyBaseLogger } from 'fastify'

const intervalMs = 60_000
const maxShown = 128

/**
 * Tells the log of upgrades refused for their origin: of the first at once, as somebody may just have forgotten a setting,
 * and of those of the next minute together, so that nobody fills the log by trying.
 */
export class RefusedOrigins {
  readonly #log: FastifyBaseLogger
  #count = 0
  #latest: { readonly origin: string; readonly host: string } | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(log: FastifyBaseLogger) {
    this.#log = log
  }

  add(origin: string | undefined, host: string): void {
    this.#count += 1
    this.#latest = { origin: shown(origin ?? 'none'), host: shown(host) }
    if (this.#timer === undefined) this.#tell()
  }

  /** Tells what has not been told. */
  stop(): void {
    clearTimeout(this.#timer)
    this.#tell()
    clearTimeout(this.#timer)
  }

  #tell(): void {
    this.#timer = undefined
    if (this.#count === 0) return
    this.#log.info({ refused: this.#count, ...this.#latest }, 'upgrades refused for their origin')
    this.#count = 0
    this.#latest = undefined
    this.#timer = setTimeout(() => this.#tell(), intervalMs).unref()
  }
}

/** Somebody else's text: short, and nothing in it that a terminal would take for a command. */
function shown(text: string): string {
  return text.slice(0, maxShown).replace(/[^ -~]/g, '?')
}
