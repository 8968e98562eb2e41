import type { ClientMessage, Joined, Ready, RelayedMessage, ServerMessage } from '../../schemas/index.js'
import { CallError } from './call-error.js'
import { EarlySignals } from './early-signals.js'
import { Emitter } from './emitter.js'
import { Peer } from './peer.js'
import type { Publication } from './peer-options.js'
import { Roster, type RosterEvents } from './roster.js'
import type { SignalingSession, SignalingState } from './signaling-session.js'
import { type Slot, slotKinds } from './slots.js'

/** What a `Call` tells, besides who comes and goes. */
export interface CallEvents extends RosterEvents {
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
 * comes back too is replaced by a new one (`left` with `replacedBy`) as soon as that one is live.
 */
export class Call extends Emitter<CallEvents> {
  readonly room: string
  readonly #session: SignalingSession
  readonly #configuration: RTCConfiguration
  readonly #name: string | undefined
  readonly #roster: Roster
  readonly #publications = new Map<Slot, Publication>()
  readonly #early = new EarlySignals()
  readonly #ended = new AbortController()
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
    this.#roster = new Roster(() => session.state === 'open')
    const { signal } = this.#ended
    this.#roster.on('peer', (peer) => this.emit('peer', peer))
    this.#roster.on('left', (left) => this.emit('left', left))
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
    return this.#roster.shown
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
    await Promise.all(Array.from(this.#roster.all(), (peer) => peer.publish(slot)))
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
        this.#roster.remove(message.peerId, message.reason)
        break
      case 'error':
        // The peer left while a signal for it was under way; its peer-left comes or came.
        if (message.code === 'peer-not-found') return
        this.emit('error', new CallError('rejected', message.message))
    }
  }

  #onSignal(message: RelayedMessage): void {
    const peer = this.#roster.find(message.from)
    if (peer === undefined) this.#early.hold(message)
    else peer.receive(message)
  }

  #onReady({ peerId, name, isInitiator }: Ready): void {
    const peer = new Peer({
      id: peerId,
      name,
      isInitiator,
      configuration: this.#configuration,
      publications: this.#publications,
      send: (message: ClientMessage) => this.#session.send(message),
    })
    peer.on('error', (error) => this.emit('error', error))
    this.#roster.add(peer)
    for (const message of this.#early.take(peerId)) peer.receive(message)
  }

  #onSignaling(state: SignalingState): void {
    if (state === 'reconnecting') this.#roster.orphanAll()
    this.emit('signaling', state)
  }

  #onRejoined(id: string): void {
    this.#id = id
    this.#roster.review()
  }

  #end(reason: CallError | 'left'): void {
    if (this.#ended.signal.aborted) return
    this.#ended.abort()
    this.#session.close()
    this.#roster.end()
    this.emit('end', { reason })
  }
}
