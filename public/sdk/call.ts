import type { ClientMessage, Joined, LeaveReason, Ready, RelayedMessage, ServerMessage } from '../../schemas/index.js'
import { CallError } from './call-error.js'
import { EarlySignals } from './early-signals.js'
import { Emitter } from './emitter.js'
import { Peer, type Publication } from './peer.js'
import type { SignalingSession, SignalingState } from './signaling-session.js'
import { type Slot, slotKinds } from './slots.js'

/** What a `Call` tells. */
export interface CallEvents {
  /** Somebody is here. */
  peer: Peer
  /**
   * Somebody is gone. `left`: said so; `disconnected`: its connection broke; `replaced`: the same seat goes on as
   * `replacedBy`, with the same `stream()`, so a page keeps the tile (the event `peer` follows at once).
   */
  left: { readonly peer: Peer; readonly reason: LeaveReason | 'replaced'; readonly replacedBy?: Peer }
  signaling: SignalingState
  /** Something went wrong and the call goes on. For logs. */
  error: CallError
  /** The last event. Every connection is closed; published tracks are yours to stop. */
  end: { readonly reason: CallError | 'left' }
}

/** How the connections are made. */
export interface CallOptions {
  /** STUN and TURN servers; without them only what is reachable directly is reached. */
  readonly iceServers?: readonly RTCIceServer[]
  /** `relay`: nothing but TURN. */
  readonly iceTransportPolicy?: RTCIceTransportPolicy
}

/**
 * A room that you are in. Made by `join`.
 *
 * When the socket to the service breaks, media goes on; the call comes back into the room by itself, and every peer that
 * comes back too is replaced by a new one (`left` with `replacedBy`).
 */
export class Call extends Emitter<CallEvents> {
  readonly room: string
  readonly #session: SignalingSession
  readonly #configuration: RTCConfiguration
  readonly #name: string | undefined
  readonly #peers = new Map<string, Peer>()
  readonly #publications = new Map<Slot, Publication>()
  readonly #early = new EarlySignals()
  readonly #ended = new AbortController()
  /** Peers of a socket that broke: connected as long as it lasts, but no signal reaches them. */
  readonly #orphans = new Set<Peer>()
  #id: string

  /** @internal use `join` */
  constructor(session: SignalingSession, joined: Joined, name: string | undefined, options: CallOptions) {
    super()
    this.room = joined.roomId
    this.#id = joined.peerId
    this.#name = name
    this.#session = session
    this.#configuration = {
      ...(options.iceServers && { iceServers: [...options.iceServers] }),
      ...(options.iceTransportPolicy && { iceTransportPolicy: options.iceTransportPolicy }),
    }
    const { signal } = this.#ended
    session.on('message', (message) => this.#receive(message), { signal })
    session.on('error', (error) => this.emit('error', error), { signal })
    session.on('state', (state) => this.#onSignaling(state))
    session.on('joined', ({ peerId }) => this.#onRejoined(peerId), { signal })
    session.on('end', (error) => this.#end(error), { signal })
    // An open connection keeps a page out of the back-forward cache, and the others should not wait for a timeout.
    globalThis.addEventListener('pagehide', () => this.#end(new CallError('closed')), { signal })
  }

  /** You, as the others see you. The id changes with every reconnect. */
  get self(): { readonly id: string; readonly name: string | undefined } {
    return { id: this.#id, name: this.#name }
  }

  get signaling(): SignalingState {
    return this.#session.state
  }

  /** The others by their id, oldest first. */
  get peers(): ReadonlyMap<string, Peer> {
    return this.#peers
  }

  /**
   * Puts a track into a slot, for everybody who is here and who will come, or takes it out (null). Costs no negotiation.
   * The track stays yours: stop it when it is out. A track with `enabled` false is published muted.
   *
   * @throws TypeError when the track is of the other kind
   */
  async publish(slot: Slot, track: MediaStreamTrack | null): Promise<void> {
    // Checked here, since alone in the room there is no connection that would refuse it.
    if (track !== null && track.kind !== slotKinds[slot]) throw new TypeError(`a ${track.kind} track for ${slot}`)
    await this.#setPublication(slot, { track, isMuted: track?.enabled === false })
  }

  /**
   * Mutes the track in a slot, or ends that: `enabled` of the track is set, and the others are told.
   * Without a track in the slot nothing happens.
   */
  async mute(slot: Slot, isMuted: boolean): Promise<void> {
    const track = this.#publications.get(slot)?.track
    if (track == null) return
    track.enabled = !isMuted
    await this.#setPublication(slot, { track, isMuted })
  }

  /** Leaves the room and closes everything. `end` comes before it returns. */
  leave(): void {
    this.#end('left')
  }

  async #setPublication(slot: Slot, publication: Publication): Promise<void> {
    this.#publications.set(slot, publication)
    await Promise.all(Array.from(this.#peers.values(), (peer) => peer.publish(slot)))
  }

  #receive(message: ServerMessage): void {
    switch (message.type) {
      case 'ready':
        this.#onReady(message)
        break
      case 'offer':
      case 'answer':
      case 'ice':
        this.#onSignal(message)
        break
      case 'peer-left':
        this.#early.forget(message.peerId)
        this.#drop(this.#peers.get(message.peerId), message.reason)
        break
      case 'error':
        // The peer left while a signal for it was under way; its peer-left comes or came.
        if (message.code === 'peer-not-found') return
        this.emit('error', new CallError('rejected', message.message))
    }
  }

  #onSignal(message: RelayedMessage): void {
    const peer = this.#peers.get(message.from)
    if (peer === undefined) this.#early.hold(message)
    else peer.receive(message)
  }

  #onReady({ peerId, name, isInitiator }: Ready): void {
    const predecessor = this.#peers.get(peerId) ?? this.#orphanFor(name)
    const peer = new Peer({
      id: peerId,
      name,
      isInitiator,
      configuration: this.#configuration,
      publications: this.#publications,
      send: (message: ClientMessage) => this.#session.send(message),
      predecessor,
    })
    peer.on('error', (error) => this.emit('error', error))
    if (predecessor !== undefined) {
      this.#forget(predecessor)
      this.emit('left', { peer: predecessor, reason: 'replaced', replacedBy: peer })
    }
    this.#peers.set(peerId, peer)
    this.emit('peer', peer)
    for (const message of this.#early.take(peerId)) peer.receive(message)
  }

  /** Whom a newcomer after a reconnect most likely is: the orphan of its name, else the oldest one. */
  #orphanFor(name: string | undefined): Peer | undefined {
    const orphans = [...this.#orphans]
    return orphans.find((orphan) => orphan.name === name) ?? orphans[0]
  }

  #onSignaling(state: SignalingState): void {
    if (state === 'reconnecting') {
      for (const peer of this.#peers.values()) this.#adoptOrphan(peer)
    }
    this.emit('signaling', state)
  }

  #adoptOrphan(peer: Peer): void {
    if (this.#orphans.has(peer)) return
    this.#orphans.add(peer)
    peer.on('state', () => this.#dropIfLost(peer), { signal: this.#ended.signal })
  }

  #onRejoined(id: string): void {
    this.#id = id
    for (const orphan of [...this.#orphans]) this.#dropIfLost(orphan)
  }

  /** With the service there again, an orphan without a connection is nobody that anything else will be heard of. */
  #dropIfLost(orphan: Peer): void {
    const isLost = orphan.state === 'failed' || orphan.state === 'closed'
    if (isLost && this.#orphans.has(orphan) && this.signaling === 'open') this.#drop(orphan, 'disconnected')
  }

  #drop(peer: Peer | undefined, reason: LeaveReason): void {
    if (peer === undefined) return
    this.#forget(peer)
    peer.close()
    this.emit('left', { peer, reason })
  }

  #forget(peer: Peer): void {
    this.#peers.delete(peer.id)
    this.#orphans.delete(peer)
  }

  #end(reason: CallError | 'left'): void {
    if (this.#ended.signal.aborted) return
    this.#ended.abort()
    this.#session.close()
    for (const peer of this.#peers.values()) peer.close()
    this.#peers.clear()
    this.#orphans.clear()
    this.emit('end', { reason })
  }
}
