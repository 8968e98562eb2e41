import type { ClientMessage, Door, Member } from '../../schemas/index.js'
import { Emitter } from './emitter.js'
import type { Peer } from './peer.js'

/** Somebody who waits to be let in. */
export interface Knock {
  /** The `id` that its `Peer` will have. */
  readonly id: string
  /** What it calls itself. */
  readonly name: string | undefined
  /** What it says of itself: check it. */
  readonly metadata: Readonly<Record<string, unknown>> | undefined
  /** Lets it in. If the room is full it goes on waiting, and the call's `error` says so (`room-full`). */
  admit(): void
  /** Does not let it in; it is told so. */
  refuse(): void
}

/** What a `Host` tells. */
export interface HostEvents {
  /** Somebody knocks. */
  knock: Knock
  /** Somebody does not knock any more: it was let in, or not, or went away. */
  answered: Knock
}

/**
 * What a host can do: say who is in the room, and who may come in. The service sees to it that nobody else can.
 *
 * @see docs/access.md
 */
export class Host extends Emitter<HostEvents> {
  readonly #send: (message: ClientMessage) => unknown
  readonly #drop: (peer: Peer) => void
  readonly #knocks = new Map<string, Knock>()

  /** @internal made by `Call` */
  constructor(send: (message: ClientMessage) => unknown, drop: (peer: Peer) => void) {
    super()
    this.#send = send
    this.#drop = drop
  }

  /** Who knocks, by the id, oldest first. */
  get knocks(): ReadonlyMap<string, Knock> {
    return this.#knocks
  }

  /**
   * Throws somebody out, who stays out for as long as the room exists, as far as the token says who it is. Also somebody whom the
   * service knows no more, and who is still connected.
   */
  kick(peer: Peer): void {
    this.#send({ type: 'kick', peerId: peer.memberId })
    this.#drop(peer)
  }

  /** Lets no guest in any more; with `knock`, those alone that a host lets in. Who is here stays. */
  lock({ knock = false }: { readonly knock?: boolean } = {}): void {
    this.#send({ type: 'lock', ...(knock && { knock }) })
  }

  /** Lets everybody in again, those who knock to begin with. */
  unlock(): void {
    this.#send({ type: 'unlock' })
  }

  /** @internal called by `Call` */
  hearKnock({ peerId: id, name, metadata }: Member): void {
    // After something was lost the service says once more who knocks.
    if (this.#knocks.has(id)) return
    const knock: Knock = {
      id,
      name,
      metadata,
      admit: () => this.#send({ type: 'admit', peerId: id }),
      refuse: () => this.#send({ type: 'refuse', peerId: id }),
    }
    this.#knocks.set(id, knock)
    this.emit('knock', knock)
  }

  /** @internal called by `Call` */
  hearAnswered(id: string): void {
    const knock = this.#knocks.get(id)
    if (this.#knocks.delete(id) && knock !== undefined) this.emit('answered', knock)
  }

  /** Nothing is known of who knocks: it is said anew. @internal called by `Call` */
  forgetKnocks(): void {
    for (const id of [...this.#knocks.keys()]) this.hearAnswered(id)
  }
}

/** How one gets into the room. */
export type { Door }
