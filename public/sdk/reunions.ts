import type { Ready } from '../../schemas/index.js'
import type { Peer } from './peer.js'
import type { Keep } from './signal.js'

/** How long the one who would make the first offer waits for the other to be known again. */
const waitMs = 2000
/** The other one has longer, as it hears of the decision later. */
const waitForOfferMs = 4000

/** What is to be known of somebody who is connected, and unknown to the service. */
export type Orphan = Pick<Peer, 'isReachable' | 'hasMoved' | 'later' | 'token' | 'gen'>

/** Somebody who may be somebody known. */
interface Newcomer<Known extends Orphan> {
  readonly ready: Ready
  readonly timer: ReturnType<typeof setTimeout>
  /** As whom it has been told that it is known. */
  told: Known | undefined
  /** What it has shown. */
  shown: unknown
}

/** What `Reunions` are given. */
export interface ReunionsOptions<Known extends Orphan> {
  /** Who is in the call, and unknown to the service. */
  readonly orphans: () => readonly Known[]
  /** Shows a newcomer, over the service, what it has said over the connection. */
  readonly show: (peerId: string, token: string) => void
  /** It is this one: the connection stays. */
  readonly reunite: (orphan: Known, ready: Ready) => void
  /** It is somebody else, or cannot be known. @param firstGen  of its connection */
  readonly admit: (ready: Ready, firstGen: number) => void
}

/**
 * Finds out who of those that the service announces is connected already, from before the service forgot one of the two or
 * both, so that what runs need not be made anew.
 *
 * Each says over the connection what the service calls it now, and gives a token along; each shows the other's token over the
 * service, which vouches for who it is from. Only somebody who is at both ends can, so nobody takes another's name.
 */
export class Reunions<Known extends Orphan> {
  readonly #options: ReunionsOptions<Known>
  readonly #newcomers = new Map<string, Newcomer<Known>>()

  constructor(options: ReunionsOptions<Known>) {
    this.#options = options
  }

  /** The service announces somebody. Ends, at once or later, with `reunite` or `admit`. */
  announce(ready: Ready): void {
    this.forget(ready.peerId)
    const timer = setTimeout(() => this.admit(ready.peerId), ready.isInitiator ? waitMs : waitForOfferMs)
    this.#newcomers.set(ready.peerId, { ready, timer, told: undefined, shown: undefined })
    this.review()
  }

  /** What a newcomer shows. */
  hear({ from, token }: Keep): void {
    const newcomer = this.#newcomers.get(from)
    if (newcomer === undefined) return
    newcomer.shown = token
    this.review()
  }

  /** Somebody has made itself known, or there is an orphan less. */
  review(): void {
    for (const [id, newcomer] of [...this.#newcomers]) {
      const possible = this.#options
        .orphans()
        .filter(({ isReachable, hasMoved, later }) => isReachable && (!hasMoved || later?.peerId === id))
      const known = possible.find(({ later }) => later?.peerId === id)
      if (known?.later !== undefined && newcomer.told !== known) {
        newcomer.told = known
        this.#options.show(id, known.later.token)
      }
      if (possible.length === 0) this.admit(id)
      else if (known !== undefined && newcomer.shown === known.token) this.#reunite(known, newcomer.ready)
    }
  }

  /**
   * It is not waited for any more: it connects anew, or nobody knows it.
   *
   * @param gen  of the connection that it makes, if it is known by now
   */
  admit(id: string, gen = 1): void {
    const newcomer = this.#newcomers.get(id)
    if (newcomer === undefined) return
    this.forget(id)
    const { ready } = newcomer
    // Where the other side goes on with the former connection it takes this one for a newer one in its place.
    const former = this.#options.orphans().find(({ later }) => later?.peerId === id)
    this.#options.admit(ready, ready.isInitiator && former !== undefined ? former.gen + 1 : gen)
  }

  /** It has gone. */
  forget(id: string): void {
    clearTimeout(this.#newcomers.get(id)?.timer)
    this.#newcomers.delete(id)
  }

  /** What the service has announced is void. */
  clear(): void {
    for (const id of [...this.#newcomers.keys()]) this.forget(id)
  }

  #reunite(orphan: Known, ready: Ready): void {
    this.forget(ready.peerId)
    this.#options.reunite(orphan, ready)
  }
}
