import type { Signal } from './signal.js'

const maxSenders = 16
const maxSignals = 128
/** Of all together, as JSON: what a dozen newcomers say at once has room. */
const maxLength = 512 * 1024

/**
 * Signals of members that are not announced yet. The service says `ready` before it relays, but a relay between two
 * nodes, or a client that does not wait, can overtake it; a lost offer or candidate would cost the connection.
 * Bounded on both sides, since others decide what arrives here.
 */
export class EarlySignals {
  readonly #bySender = new Map<string, Signal[]>()
  #length = 0

  hold(message: Signal): void {
    const held = this.#bySender.get(message.from) ?? []
    const length = lengthOf(message)
    if (held.length === 0 && this.#bySender.size === maxSenders) return
    if (held.length === maxSignals || this.#length + length > maxLength) return
    this.#length += length
    held.push(message)
    this.#bySender.set(message.from, held)
  }

  /** @returns what the member has sent so far, in its order; it is not held any more */
  take(from: string): Signal[] {
    const held = this.#bySender.get(from) ?? []
    this.#bySender.delete(from)
    for (const message of held) this.#length -= lengthOf(message)
    return held
  }

  forget(from: string): void {
    this.take(from)
  }
}

function lengthOf(message: Signal): number {
  return JSON.stringify(message).length
}
