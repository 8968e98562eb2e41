import type { Member } from '../../schemas/index.js'
import type { GoneReason } from './decode-message.js'
import { Emitter } from './emitter.js'
import type { Peer } from './peer.js'

/** How long a successor that is live may take until its pictures are there: a camera may be on, but slow. */
const settleAfterMs = 1500

/**
 * How long the connection of a replaced peer stays. The other side replaces it too, in its own time; closed before, it
 * would look there as if somebody had hung up.
 */
const retireAfterMs = 4000

/** What a `Roster` tells. */
export interface RosterEvents {
  /** Somebody is here. */
  peer: Peer
  /**
   * Somebody is gone. `left`: said so; `disconnected`: its connection broke; `replaced`: `replacedBy` goes on with the
   * same `stream()`, so a page keeps the tile (the event `peer` follows at once).
   */
  left: { readonly peer: Peer; readonly reason: GoneReason | 'replaced'; readonly replacedBy?: Peer }
}

/** A newcomer that is not shown before it is live. */
interface Held {
  readonly peer: Peer
  /** Whose place it takes then, if that is known from the beginning: the one that has its id. */
  readonly orphan: Peer | undefined
  timer?: ReturnType<typeof setTimeout> | undefined
}

/**
 * Who is in the call, as the page is to see it.
 *
 * A peer that the service knows no more (or that it knows this side no more for) is an orphan: its media goes on, so it is
 * shown as long as that lasts, but no signal passes over the service. `Reunions` finds out which newcomer it is; where that
 * does not come about, the newcomer is held back until it is live itself. It takes the place of the orphan that has its id; or
 * that says, over the connection that it still has, that this is its id now; or, as a tile is all that there is to lose, of one
 * that has its name and a dead connection. Else it is somebody else. A name and a picture shown together always belong to one
 * connection.
 */
export class Roster extends Emitter<RosterEvents> {
  /** Whom the page may know of, oldest first. */
  readonly shown = new Map<string, Peer>()
  readonly #orphans = new Set<Peer>()
  readonly #held = new Map<string, Held>()
  readonly #retired = new Map<Peer, ReturnType<typeof setTimeout>>()
  readonly #ended = new AbortController()
  readonly #isServed: () => boolean

  /** @param isServed  whether the service can be heard; while it is not, a broken connection may yet be replaced */
  constructor(isServed: () => boolean) {
    super()
    this.#isServed = isServed
  }

  /** Everybody to whom tracks are published, shown or not. */
  *all(): Iterable<Peer> {
    yield* this.shown.values()
    for (const { peer } of this.#held.values()) yield peer
  }

  /** Those who are shown, and whom the service knows no more, oldest first. */
  get orphans(): readonly Peer[] {
    return [...this.#orphans]
  }

  /** How many connections there are to share the uplink. */
  get count(): number {
    return this.shown.size + this.#held.size
  }

  /** To whom a signal of this member belongs: never an orphan, which may have the same id. */
  find(id: string): Peer | undefined {
    const held = this.#held.get(id)
    if (held !== undefined) return held.peer
    const peer = this.#shownAs(id)
    return peer !== undefined && !this.#orphans.has(peer) ? peer : undefined
  }

  #shownAs(memberId: string): Peer | undefined {
    for (const peer of this.shown.values()) if (peer.memberId === memberId) return peer
    return undefined
  }

  /** An orphan is this member: its connection stays, and signals pass again. */
  attach(orphan: Peer, member: Member, isInitiator: boolean): void {
    this.#discard(member.peerId)
    this.#orphans.delete(orphan)
    orphan.attach(member, isInitiator)
    this.#release(orphan)
  }

  /** The service has announced this one. */
  add(peer: Peer): void {
    const { signal } = this.#ended
    this.#discard(peer.id)
    // Announced again: what was known under this id gets no signal from now on.
    const namesake = this.#shownAs(peer.memberId)
    if (namesake !== undefined) this.#adopt(namesake)
    peer.on('gone', (reason) => this.#onGone(peer, reason), { signal })
    peer.on('renamed', (id) => this.#onRenamed(id), { signal })
    peer.on('state', () => this.#dropIfLost(peer), { signal })
    if (this.#orphans.size === 0) this.#show(peer)
    else this.#hold({ peer, orphan: namesake })
  }

  /** The service says that this one has gone. */
  remove(id: string, reason: GoneReason): void {
    const wasHeld = this.#discard(id)
    // It may be here as who it was before, too.
    if (reason === 'kicked') for (const orphan of this.orphans) if (orphan.laterId === id) this.#drop(orphan, reason)
    const peer = this.#shownAs(id)
    if (peer === undefined) return
    // Whom a host has thrown out is not to be seen or heard, nor to see or hear, whatever its own browser does.
    if (reason !== 'disconnected') this.#drop(peer, reason)
    else if (wasHeld || this.#orphans.has(peer)) return
    // Only its socket broke.
    else if ((peer.state === 'live' || peer.state === 'unstable') && peer.isReachable) this.#adopt(peer)
    else this.#drop(peer, reason)
  }

  /** The service knows this side no more. */
  orphanAll(): void {
    for (const held of [...this.#held.values()]) {
      if (held.peer.state === 'live') this.#settle(held)
      else this.#discard(held.peer.id)
    }
    for (const peer of [...this.shown.values()]) this.#adopt(peer)
  }

  /** The service can be heard again: an orphan without a connection is nobody that anything else will be heard of. */
  review(): void {
    for (const orphan of [...this.#orphans]) this.#dropIfLost(orphan)
  }

  /** Hangs up on everybody. No event follows. */
  end(): void {
    this.#ended.abort()
    for (const { timer } of this.#held.values()) clearTimeout(timer)
    for (const timer of this.#retired.values()) clearTimeout(timer)
    for (const peer of [...this.all(), ...this.#retired.keys()]) peer.hangUp()
    this.shown.clear()
    this.#held.clear()
    this.#orphans.clear()
    this.#retired.clear()
  }

  /** Whose place a newcomer takes. */
  #orphanOf({ peer, orphan }: Held): Peer | undefined {
    if (orphan !== undefined) return orphan
    const orphans = [...this.#orphans]
    const isNamesake = ({ name, hasMoved, state }: Peer): boolean =>
      name !== undefined && name === peer.name && !hasMoved && state !== 'live'
    return orphans.find(({ laterId }) => laterId === peer.id) ?? orphans.find(isNamesake)
  }

  #hold(held: Held): void {
    const { signal } = this.#ended
    this.#held.set(held.peer.id, held)
    held.peer.on('state', () => this.#consider(held), { signal })
    held.peer.on('media', () => this.#consider(held), { signal })
  }

  #show(peer: Peer): void {
    // A listener of the `left` before has left the call.
    if (this.#ended.signal.aborted) {
      peer.hangUp()
      return
    }
    this.shown.set(peer.id, peer)
    this.emit('peer', peer)
  }

  #adopt(peer: Peer): void {
    if (this.#orphans.has(peer)) return
    this.#orphans.add(peer)
    peer.detach()
    this.#dropIfLost(peer)
  }

  #dropIfLost(orphan: Peer): void {
    if (!this.#orphans.has(orphan)) return
    const isLost = orphan.state === 'failed' || orphan.state === 'closed'
    if (orphan.hasHungUp || (isLost && this.#isServed())) this.#drop(orphan, 'disconnected')
  }

  #onGone(peer: Peer, reason: GoneReason): void {
    if (this.#held.get(peer.id)?.peer === peer) this.#discard(peer.id)
    else if (this.shown.get(peer.id) !== peer) this.#bury(peer)
    else if (reason === 'left') this.#drop(peer, reason)
    // Of a peer that is no orphan the service will tell, and it knows the reason.
    else this.#dropIfLost(peer)
  }

  /** @returns whether there was a newcomer of this id that was not shown yet */
  #discard(id: string): boolean {
    const held = this.#held.get(id)
    if (held === undefined) return false
    this.#held.delete(id)
    clearTimeout(held.timer)
    held.peer.close()
    return true
  }

  #onRenamed(id: string): void {
    const held = this.#held.get(id)
    if (held !== undefined) this.#consider(held)
  }

  #consider(held: Held): void {
    if (this.#held.get(held.peer.id) !== held) return
    // It waits for nobody any more.
    if (held.peer.state === 'failed' && this.#orphanOf(held) === undefined) this.#letIn(held)
    if (held.peer.state !== 'live') return
    const orphan = this.#orphanOf(held)
    if (orphan !== undefined && held.peer.isComplete) this.#promote(held, orphan)
    else held.timer ??= setTimeout(() => this.#settle(held), settleAfterMs)
  }

  #settle(held: Held): void {
    held.timer = undefined
    if (held.peer.state !== 'live') return
    const orphan = this.#orphanOf(held)
    if (orphan === undefined) this.#letIn(held)
    else this.#promote(held, orphan)
  }

  #letIn(held: Held): void {
    clearTimeout(held.timer)
    this.#held.delete(held.peer.id)
    this.#show(held.peer)
  }

  #promote({ peer, timer }: Held, orphan: Peer): void {
    clearTimeout(timer)
    this.#held.delete(peer.id)
    this.#forget(orphan)
    peer.takeOver(orphan)
    this.#retired.set(
      orphan,
      setTimeout(() => this.#bury(orphan), retireAfterMs),
    )
    this.emit('left', { peer: orphan, reason: 'replaced', replacedBy: peer })
    this.#show(peer)
    this.#release(orphan)
  }

  #bury(retired: Peer): void {
    clearTimeout(this.#retired.get(retired))
    this.#retired.delete(retired)
    retired.close()
  }

  #drop(peer: Peer, reason: GoneReason): void {
    this.#forget(peer)
    peer.close()
    this.emit('left', { peer, reason })
    this.#release(peer)
  }

  #forget(peer: Peer): void {
    this.shown.delete(peer.id)
    this.#orphans.delete(peer)
  }

  /** Who was held back for a place that is free now, or for nobody any more, comes in. */
  #release(orphan: Peer): void {
    for (const held of [...this.#held.values()]) {
      const isFree = held.orphan === orphan || held.peer.id === orphan.laterId || this.#orphans.size === 0
      if (isFree) this.#letIn(held)
    }
  }
}
