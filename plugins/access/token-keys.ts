import type { AccessConfig } from '../../schemas/index.js'
import { SettingError } from '../../schemas/index.js'
import { JwksCache, type JwksCacheOptions } from './jwks-cache.js'
import { readPublicKeys } from './public-keys.js'
import { Refused } from './refused.js'
import { checkAddress } from './setting-address.js'
import { keyFromSecret, type TokenAlgorithm, type TokenKey, UnusableKey } from './token-key.js'

type KeySettings = Pick<AccessConfig, 'tokenSecrets' | 'tokenPublicKeys' | 'tokenJwksUrl'>

/** The keys that a room token may be signed with: those that were given, and those of a JWK Set that is fetched. */
export class TokenKeys {
  readonly #given: readonly TokenKey[]
  readonly #fetched: JwksCache | undefined

  /** @throws SettingError */
  constructor({ tokenSecrets, tokenPublicKeys, tokenJwksUrl }: KeySettings, options: JwksCacheOptions) {
    this.#given = [...tokenSecrets.map(keyFromSecret), ...publicKeysOf(tokenPublicKeys)]
    if (tokenJwksUrl === '') return
    checkAddress('tokenJwksUrl', tokenJwksUrl)
    this.#fetched = new JwksCache(tokenJwksUrl, options)
  }

  /** Whether there is none at all. */
  get isEmpty(): boolean {
    return this.#given.length === 0 && this.#fetched === undefined
  }

  /**
   * The keys that a token may be tried with, one after the other. With a `kid` that a JWK has: that one. Otherwise a
   * key that has no `kid` may be meant as well, as PEM has no place for one.
   *
   * @throws Refused `access-unavailable`  after those that can be had without the JWK Set
   */
  async *candidates(algorithm: TokenAlgorithm, kid: string | undefined): AsyncGenerator<TokenKey> {
    const given = this.#given.filter((key) => kid === undefined || key.kid === kid)
    yield* given.filter((key) => key.algorithm === algorithm)
    if (kid !== undefined && given.length > 0) return

    // No set that others can read has a shared secret in it.
    const fetched = algorithm === 'HS256' ? [] : await this.#fetchedKeys(kid)
    const set = fetched instanceof Refused ? [] : fetched
    const named = set.filter((key) => kid === undefined || key.kid === kid)
    yield* named.filter((key) => key.algorithm === algorithm)
    if (kid !== undefined && named.length === 0) {
      const nameless = [...this.#given, ...set].filter((key) => key.kid === undefined)
      yield* nameless.filter((key) => key.algorithm === algorithm)
    }
    if (fetched instanceof Refused) throw fetched
  }

  async #fetchedKeys(kid: string | undefined): Promise<readonly TokenKey[] | Refused> {
    try {
      return (await this.#fetched?.keys(kid)) ?? []
    } catch (error) {
      if (error instanceof Refused) return error
      throw error
    }
  }
}

function publicKeysOf(text: string): TokenKey[] {
  if (text.trim() === '') return []
  try {
    return readPublicKeys(text)
  } catch (error) {
    if (error instanceof UnusableKey) throw new SettingError(`{tokenPublicKeys} cannot be used: ${error.message}.`)
    throw error
  }
}
