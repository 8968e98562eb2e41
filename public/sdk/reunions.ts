import type { Ready } from '../../schemas/index.js'
import type { Peer } from './peer.js'
import type { Keep } from './signal.js'

/** How long the one who would make the first offer waits for the other to be known again. */
const waitMs = 2000
/** The other one has longer, as it hears of the decision later. */
const waitForOfferMs = 4000
/** More proofs than a newcomer has of it are not looked at. */
const maxProofs = 16

/** What is to be known of somebody who is connected, and unknown to the service. */
export type Orphan = Pick<Peer, 'isReachable' | 'memberId' | 'laterId' | 'proof' | 'gen'>

/** Somebody who may be somebody known. */
interface Newcomer<Known extends Orphan> {
  readonly ready: Ready
  timer: ReturnType<typeof setTimeout>
  /** Those who have said that they are it, and for each of whom it has been shown that this side is at the other end. */
  readonly shownFor: Set<Known>
  /** What it has shown. */
  readonly proofs: Set<unknown>
}

/** What `Reunions` are given. */
export interface ReunionsOptions<Known extends Orphan> {
  /** Who is in the call, and unknown to the service. */
  readonly orphans: () => readonly Known[]
  /** Whether the service can be heard now. */
  readonly isServed: () => boolean
  /** Whether somebody else is this one. */
  readonly isTaken: (id: string) => boolean
  /** Shows a newcomer, over the service, that this side is at one end of a connection. */
  readonly show: (peerId: string, proof: string) => void
  /** It is this one: the connection stays. */
  readonly reunite: (orphan: Known, ready: Ready) => void
  /**
   * It is somebody else, or cannot be known.
   *
   * @param firstGen   of its connection
   * @param isOverdue  it should have said something by now, and may believe that the former connection stays
   */
  readonly admit: (ready: Ready, firstGen: number, isOverdue: boolean) => void
}

/**
 * Finds out who of those that the service announces is connected already, from before the service forgot one of the two or
 * both, so that what runs need not be made anew.
 *
 * Each says over the connection what the service calls it now; then each shows the other, over the service, which vouches for
 * who it is from, whose certificates are at the two ends of the connection. Who is in between has others there, so nobody takes
 * another's name.
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
    const newcomer = { ready, timer: this.#wait(ready), shownFor: new Set<Known>(), proofs: new Set() }
    this.#newcomers.set(ready.peerId, newcomer)
    this.review()
  }

  /** What a newcomer shows. */
  hear({ from, proof }: Keep): void {
    const newcomer = this.#newcomers.get(from)
    if (newcomer === undefined || newcomer.proofs.size === maxProofs) return
    newcomer.proofs.add(proof)
    this.review()
  }

  /** Somebody has made itself known, or there is an orphan less. */
  review(): void {
    for (const [id, newcomer] of [...this.#newcomers]) {
      const possible = this.#options.orphans().filter((orphan) => orphan.isReachable && this.#mayBe(orphan, id))
      // More than one may say that it is; only the one who is at both ends is it.
      const claimants = possible.filter(({ laterId }) => laterId === id)
      for (const orphan of claimants) {
        if (orphan.proof === undefined || newcomer.shownFor.has(orphan)) continue
        newcomer.shownFor.add(orphan)
        this.#options.show(id, orphan.proof.show)
      }
      const known = claimants.find(({ proof }) => proof !== undefined && newcomer.proofs.has(proof.expect))
      if (known !== undefined) {
        this.forget(id)
        this.#options.reunite(known, newcomer.ready)
      } else if (possible.length === 0) {
        this.admit(id)
      }
    }
  }

  /**
   * It is not waited for any more: it connects anew, or nobody knows it.
   *
   * @param gen  of the connection that it makes, if it is known by now
   */
  admit(id: string, gen?: number): void {
    const newcomer = this.#newcomers.get(id)
    if (newcomer === undefined) return
    this.forget(id)
    const { ready } = newcomer
    // Where the other side goes on with the former connection it takes this one for a newer one in its place.
    const former = this.#options.orphans().filter(({ laterId }) => laterId === id)
    const next = Math.max(0, ...former.map(({ gen }) => gen)) + 1
    const isOverdue = !ready.isInitiator && gen === undefined && former.length > 0
    this.#options.admit(ready, ready.isInitiator ? next : (gen ?? 1), isOverdue)
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

  /** Whether an orphan can be this newcomer, by what it has said. What it was once may be void by now. */
  #mayBe({ laterId, memberId }: Orphan, id: string): boolean {
    if (laterId === undefined || laterId === memberId || laterId === id) return true
    return !this.#newcomers.has(laterId) && !this.#options.isTaken(laterId)
  }

  #wait(ready: Ready): ReturnType<typeof setTimeout> {
    return setTimeout(() => this.#onTimeout(ready.peerId), ready.isInitiator ? waitMs : waitForOfferMs)
  }

  #onTimeout(id: string): void {
    const newcomer = this.#newcomers.get(id)
    if (newcomer === undefined) return
    // Nothing that is waited for can have come.
    if (this.#options.isServed()) this.admit(id)
    else newcomer.timer = this.#wait(newcomer.ready)
  }
}
