import { createHmac, createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import type { LogConfig, PeerId, RoomId } from '../../schemas/index.js'

/** What stands in the log for a room or an address. A hash is made when it is written, and so not for a line below the level. */
export type LogName = string | HashedName

/** Of so many names the hash is kept. All go when there are more, as keeping track of them costs more than to make them again. */
const maxRecent = 1000

/**
 * How rooms and people's addresses are called in the log. By default by a hash with a key that is gone with the process: lines
 * about the same room can be found by each other, and nobody can try out what may have been meant, as short ids and IPv4 addresses
 * would allow without a key.
 */
export class LogNames {
  readonly #isPlain: boolean
  /** As bytes it would be made a key of each time: twice as long. */
  readonly #key = createSecretKey(randomBytes(32))
  /** Those that were asked for last. By the profile 2 % of what a call costs, of whose four lines each names the room. */
  readonly #recent = new Map<string, HashedName>()

  constructor({ logIds }: LogConfig) {
    this.#isPlain = logIds === 'plain'
  }

  room(roomId: RoomId): LogName {
    return this.#nameOf('room', roomId)
  }

  /** What a line says of a seat. */
  of({ roomId, peerId }: { readonly roomId: RoomId; readonly peerId: PeerId }): { roomId: LogName; peerId: PeerId } {
    return { roomId: this.room(roomId), peerId }
  }

  /** @param address  of a person, or the network that stands for it */
  address(address: string): LogName {
    return this.#nameOf('address', address)
  }

  #nameOf(kind: string, text: string): LogName {
    if (this.#isPlain) return text
    const meant = `${kind}\n${text}`
    const known = this.#recent.get(meant)
    if (known !== undefined) return known
    const name = new HashedName(this.#key, meant)
    if (this.#recent.size >= maxRecent) this.#recent.clear()
    this.#recent.set(meant, name)
    return name
  }
}

/** 72 bits of an HMAC-SHA256 in base64url, behind a `#`. Whatever a logger writes it with, the text itself does not come out. */
class HashedName {
  readonly #key: KeyObject
  readonly #text: string
  #hash: string | undefined

  constructor(key: KeyObject, text: string) {
    this.#key = key
    this.#text = text
  }

  toString(): string {
    this.#hash ??= `#${createHmac('sha256', this.#key).update(this.#text).digest('base64url').slice(0, 12)}`
    return this.#hash
  }

  toJSON(): string {
    return this.toString()
  }

  /** For loggers that print as `console.log` does. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}
