import type { Replace } from '../../schemas/index.js'
import { fieldsOf } from './json-fields.js'

const maxLength = 1024

/**
 * What a page that is loaded anew needs to take its own seat, which otherwise its own ghost would hold. It is written when the
 * page goes, and not before: a tab that is duplicated takes a copy of `sessionStorage` with it, and must not take the seat.
 */
export class ReloadRecord {
  readonly #storage: Storage | undefined
  readonly #name: string

  /** @param storage  undefined: nothing is remembered */
  constructor(storage: Storage | undefined, url: URL, room: string) {
    this.#storage = storage
    this.#name = `signalbox.seat ${url.host}${url.pathname} ${room.trim()}`
  }

  /** @returns what was written last; it can be taken once */
  take(): Replace | undefined {
    try {
      const fields = fieldsOf(this.#storage?.getItem(this.#name), maxLength)
      this.#storage?.removeItem(this.#name)
      if (fields === undefined) return undefined
      const { peerId, attempt, mac } = fields
      const isWhole = typeof peerId === 'string' && typeof attempt === 'number' && typeof mac === 'string'
      return isWhole ? { peerId, attempt, mac } : undefined
    } catch {
      // A browser may refuse all storage; then a reload is a new visitor.
      return undefined
    }
  }

  write(replace: Replace): void {
    try {
      this.#storage?.setItem(this.#name, JSON.stringify(replace))
    } catch {
      // As above; or it is full.
    }
  }
}

/** @returns undefined where the browser refuses it: reading the property throws then */
export function defaultStorage(): Storage | undefined {
  try {
    return globalThis.sessionStorage
  } catch {
    return undefined
  }
}
