import type { FastifyBaseLogger } from 'fastify'
import { FetchFailure, fetchWithin } from './bounded-fetch.js'
import { readUsableKeys } from './public-keys.js'
import { Refused } from './refused.js'
import { type TokenKey, UnusableKey } from './token-key.js'

const bounds = { timeoutMs: 5000, maxBytes: 65_536 }

/** How long a set is good without a look at whether there is another. */
const freshForMs = 600_000
/** How long one is still good while there is none to be had. */
const staleForMs = 3_600_000
/** Between two fetches for names that are not in the set: anybody can make one up. */
const unknownEveryMs = 30_000
/** After a failure, while there is a set to go by. */
const retryEveryMs = 30_000
/** After a failure, while there is none: nobody gets in until then. */
const retryWithoutSetMs = 1000

export interface JwksCacheOptions {
  readonly log: Pick<FastifyBaseLogger, 'warn'>
  /** In milliseconds, from any beginning; never goes back. Default: the machine's. */
  readonly now?: () => number
}

/** The keys of a JWK Set that somebody else serves, and may change at any time (RFC 7517, section 5). */
export class JwksCache {
  readonly #url: string
  readonly #log: JwksCacheOptions['log']
  readonly #now: () => number

  #keys: readonly TokenKey[] = []
  #fetchedAt = Number.NEGATIVE_INFINITY
  #askedForUnknownAt = Number.NEGATIVE_INFINITY
  #failedAt: number | undefined
  #pending: Promise<void> | undefined

  constructor(url: string, { log, now = () => performance.now() }: JwksCacheOptions) {
    this.#url = url
    this.#log = log
    this.#now = now
  }

  /**
   * The whole set, fetched where that is due.
   *
   * @param kid  which key is looked for, where that is known: a set without it is fetched anew, now and then
   * @throws     Refused `access-unavailable`  there is no set, or none that could have that key
   */
  async keys(kid: string | undefined): Promise<readonly TokenKey[]> {
    const isDue = this.#ageMs() >= freshForMs
    if (isDue) await this.#fetchUnlessFailed()
    if (!this.#has(kid) && !isDue) await this.#fetchForUnknown()
    if (this.#ageMs() >= staleForMs) throw new Refused('access-unavailable', 'no JWK Set')
    if (!this.#has(kid) && this.#failedAt !== undefined) throw new Refused('access-unavailable', 'no newer JWK Set')
    return this.#keys
  }

  #ageMs(): number {
    return this.#now() - this.#fetchedAt
  }

  #has(kid: string | undefined): boolean {
    return kid === undefined || this.#keys.some((key) => key.kid === kid)
  }

  async #fetchForUnknown(): Promise<void> {
    // What is under way may bring it; one more, otherwise, if the last such is long ago.
    if (this.#pending !== undefined) return this.#pending
    if (this.#now() - this.#askedForUnknownAt < unknownEveryMs) return
    this.#askedForUnknownAt = this.#now()
    await this.#fetchUnlessFailed()
  }

  async #fetchUnlessFailed(): Promise<void> {
    const pauseMs = this.#ageMs() < staleForMs ? retryEveryMs : retryWithoutSetMs
    if (this.#failedAt !== undefined && this.#now() - this.#failedAt < pauseMs) return
    this.#pending ??= this.#fetch().finally(() => {
      this.#pending = undefined
    })
    await this.#pending
  }

  async #fetch(): Promise<void> {
    try {
      const headers = { accept: 'application/jwk-set+json, application/json' }
      const { status, text } = await fetchWithin(this.#url, { headers }, bounds)
      if (status !== 200) throw new FetchFailure(`status ${status}`)
      this.#keys = readUsableKeys(parse(text))
      this.#fetchedAt = this.#now()
      this.#failedAt = undefined
    } catch (error) {
      if (!(error instanceof FetchFailure || error instanceof UnusableKey)) throw error
      this.#failedAt = this.#now()
      this.#log.warn({ reason: error.message }, 'the keys for tokens cannot be fetched')
    }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new FetchFailure('no JSON')
  }
}
