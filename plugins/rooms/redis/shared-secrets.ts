import { randomBytes } from 'node:crypto'
import type { Cluster, Redis } from 'ioredis'

const secretBytes = 32
/** So many are known at most. */
const maxSecrets = 8

/** The secrets that all nodes have by the store: each tells it those that it knows, and learns the others. */
export class SharedSecrets {
  readonly #key: string
  #all: readonly Buffer[] = []
  #learnedMs = Number.NEGATIVE_INFINITY

  /** @param key  where they are in the store */
  constructor(key: string) {
    this.#key = key
  }

  /** In the same order for all who know the same. */
  get all(): readonly Buffer[] {
    return this.#all
  }

  /** When the last of them was learned. */
  get learnedMs(): number {
    return this.#learnedMs
  }

  /** Writes to the store. One that has none, or has forgotten them, is given a new one by who knows none. */
  async exchange(client: Redis | Cluster): Promise<void> {
    const known = this.#all.map((secret) => secret.toString('base64url'))
    let found = known.length > 0 ? [] : await client.smembers(this.#key)
    if (found.length === 0) {
      const own = known.length > 0 ? known : [randomBytes(secretBytes).toString('base64url')]
      await client.sadd(this.#key, ...own)
      found = await client.smembers(this.#key)
    }
    const all = [...new Set([...known, ...found])].sort().slice(0, maxSecrets)
    if (all.length === known.length && all.every((secret, index) => secret === known[index])) return
    this.#all = all.map((secret) => Buffer.from(secret, 'base64url'))
    this.#learnedMs = performance.now()
  }
}
