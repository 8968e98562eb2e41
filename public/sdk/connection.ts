import { CallError } from './call-error.js'
import { CandidateQueue, ufragsOf } from './candidate-queue.js'
import { preferCodecs } from './codec-order.js'
import { candidateOf, sdpOf } from './decode-message.js'
import { Emitter } from './emitter.js'
import type { IceSource } from './ice-source.js'
import { FreshDescriptions } from './sdp-version.js'
import type { Candidate, Description, OutgoingSignal } from './signal.js'
import { assignSlots, type Slot, slotKinds, slots } from './slots.js'

/** What a `Connection` tells. */
export interface ConnectionEvents {
  /** `pc.connectionState` is another one. */
  state: undefined
  track: { readonly slot: Slot; readonly track: MediaStreamTrack }
  /** A slot has a transceiver now, and its sender wants its track. */
  slot: Slot
  /** The other side has restarted ICE. */
  restarted: undefined
  /** A first answer has come: the other side has this connection, too. */
  answered: undefined
  /** A signal could not be used (`protocol`). `isFatal`: the two sides cannot agree any more. */
  error: { readonly error: CallError; readonly isFatal: boolean }
}

/** What a `Connection` is given. */
export interface ConnectionOptions {
  /** Which connection between the two it is, from 1. */
  readonly gen: number
  /** Whether this side makes the first offer, and wins where both offer at once. */
  readonly isInitiator: boolean
  readonly ice: IceSource
  readonly send: (signal: OutgoingSignal) => void
}

/**
 * One `RTCPeerConnection` and its negotiation, which is the perfect one (W3C WebRTC 1.0, section 10.7): the side that is no
 * initiator is the polite one. It does not make the first offer, as Chromium does not survive two first offers with data
 * channels in them.
 *
 * The initiator lays down one transceiver for each slot; the other side adopts them. Tracks come and go by
 * `replaceTrack`, so nothing but an ICE restart is ever negotiated again. Everything that touches the descriptions runs in
 * one chain, one after the other.
 */
export class Connection extends Emitter<ConnectionEvents> {
  readonly pc: RTCPeerConnection
  readonly gen: number
  readonly #options: ConnectionOptions
  readonly #candidates = new CandidateQueue()
  readonly #fresh = new FreshDescriptions()
  // Empty: it only gives the tracks of this side one name in the descriptions.
  readonly #outgoing = new MediaStream()
  readonly #transceivers = new Map<Slot, RTCRtpTransceiver>()
  #chain: Promise<void> = Promise.resolve()
  #lastCandidateMid = '0'
  #saidEndOfCandidates = false
  #remoteUfrags: ReadonlySet<string> | undefined
  #wasAnswered = false
  #configuration: RTCConfiguration
  /** Whether the next offer looks for other ways. */
  #isRestarting = false

  constructor(options: ConnectionOptions) {
    super()
    this.#options = options
    this.gen = options.gen
    this.#configuration = options.ice.configuration
    this.pc = new RTCPeerConnection(this.#configuration)
    this.#listen()
  }

  /** The initiator begins; call it when everything listens. */
  start(): void {
    if (!this.#options.isInitiator) return
    for (const slot of slots) this.#layDown(slot)
  }

  /** Whether this side made the first offer. */
  get isInitiator(): boolean {
    return this.#options.isInitiator
  }

  /** The transceiver of a slot, once it is there. */
  transceiver(slot: Slot): RTCRtpTransceiver | undefined {
    return this.#transceivers.get(slot)
  }

  /** The slots by the `mid` of their m-line, as statistics name it. */
  get mids(): ReadonlyMap<string, Slot> {
    const mids = new Map<string, Slot>()
    for (const [slot, { mid }] of this.#transceivers) if (mid !== null) mids.set(mid, slot)
    return mids
  }

  /** Whether the two sides have agreed once. */
  get isNegotiated(): boolean {
    return this.pc.currentRemoteDescription !== null
  }

  /** Makes a transceiver for a slot that the other side has not laid down. Costs a negotiation. */
  ensure(slot: Slot): void {
    if (this.isNegotiated && !this.#transceivers.has(slot)) this.#layDown(slot)
  }

  /** Takes a signal in, in the order of arrival. Never throws: what goes wrong is told by `error`. */
  receive(signal: Description | Candidate): void {
    switch (signal.type) {
      case 'offer':
        this.#enqueue(() => this.#takeOffer(sdpOf(signal.sdp)), true)
        break
      case 'answer':
        this.#enqueue(() => this.#takeAnswer(sdpOf(signal.sdp)), true)
        break
      case 'ice':
        this.#enqueue(() => this.#takeCandidate(candidateOf(signal.candidate)), false)
        break
    }
  }

  /**
   * Looks for other ways to the peer, with fresh passwords for the TURN servers where those are to be had; media goes on
   * meanwhile, where there still is a way.
   */
  restartIce(): void {
    if (!this.isNegotiated) return
    this.#isRestarting = true
    this.pc.restartIce()
    // It waits for the answer to an offer, which may have gone where nobody was. One that was heard is not taken twice.
    if (this.pc.signalingState === 'have-local-offer') this.#sendDescription()
  }

  close(): void {
    this.pc.close()
  }

  /**
   * Addresses that are gathered from now on are those of the servers that there are now.
   *
   * @param isRestart  whether ways are looked for once more
   */
  async #configure(isRestart: boolean): Promise<void> {
    const { ice } = this.#options
    await ice.refresh(isRestart)
    const { configuration } = ice
    if (configuration === this.#configuration || this.pc.signalingState === 'closed') return
    this.#configuration = configuration
    try {
      this.pc.setConfiguration(configuration)
    } catch (cause) {
      // The connection goes on with the servers that it has.
      this.#onFailed(cause, false)
    }
  }

  #listen(): void {
    const { pc } = this
    pc.addEventListener('icecandidate', ({ candidate }) => {
      if (candidate !== null) this.#sendCandidate(candidate.toJSON())
    })
    pc.addEventListener('icegatheringstatechange', () => this.#onGatheringState())
    pc.addEventListener('connectionstatechange', () => this.emit('state', undefined))
    pc.addEventListener('track', ({ transceiver }) => this.#onTrack(transceiver))
    pc.addEventListener('negotiationneeded', () => {
      if (this.#options.isInitiator || this.isNegotiated) this.#enqueue(() => this.#offer(), true)
    })
  }

  #layDown(slot: Slot): void {
    // The stream costs nothing and is where other clients look for the track (`event.streams[0]`).
    const transceiver = this.pc.addTransceiver(slotKinds[slot], { direction: 'sendrecv', streams: [this.#outgoing] })
    this.#take(slot, transceiver)
  }

  #adoptSlots(): void {
    const found = this.pc.getTransceivers().filter(({ direction }) => direction !== 'stopped')
    for (const [slot, transceiver] of assignSlots(found)) {
      if (this.#transceivers.get(slot) === transceiver) continue
      transceiver.direction = 'sendrecv'
      // Absent in older browsers, and only a kindness to other clients.
      transceiver.sender.setStreams?.(this.#outgoing)
      this.#take(slot, transceiver)
    }
  }

  #take(slot: Slot, transceiver: RTCRtpTransceiver): void {
    this.#transceivers.set(slot, transceiver)
    preferCodecs(transceiver, slot)
    this.emit('slot', slot)
  }

  async #offer(): Promise<void> {
    if (this.pc.signalingState !== 'stable') return
    await this.#configure(this.#isRestarting)
    // Meanwhile nothing else has had its turn.
    this.#isRestarting = false
    await this.pc.setLocalDescription()
    this.#sendDescription()
  }

  async #takeOffer(sdp: string): Promise<void> {
    // Both offered: the initiator's stands, the other side rolls its own back (setRemoteDescription does that).
    if (this.pc.signalingState === 'have-local-offer' && this.#options.isInitiator) return
    if (!this.#fresh.admit(sdp)) return
    await this.#configure(this.#isRestartOf(ufragsOf(sdp)))
    await this.pc.setRemoteDescription({ type: 'offer', sdp })
    this.#adoptSlots()
    await this.#onDescribed(sdp)
    await this.pc.setLocalDescription()
    this.#sendDescription()
  }

  async #takeAnswer(sdp: string): Promise<void> {
    // An answer to an offer that was rolled back answers nothing.
    if (this.pc.signalingState !== 'have-local-offer' || !this.#fresh.admit(sdp)) return
    await this.pc.setRemoteDescription({ type: 'answer', sdp })
    await this.#onDescribed(sdp)
    if (!this.#wasAnswered) this.emit('answered', undefined)
    this.#wasAnswered = true
  }

  #isRestartOf(ufrags: ReadonlySet<string>): boolean {
    return this.#remoteUfrags !== undefined && [...ufrags].some((ufrag) => !this.#remoteUfrags?.has(ufrag))
  }

  async #onDescribed(sdp: string): Promise<void> {
    const ufrags = ufragsOf(sdp)
    const isRestart = this.#isRestartOf(ufrags)
    this.#remoteUfrags = ufrags
    if (isRestart) this.emit('restarted', undefined)
    for (const candidate of this.#candidates.describe(sdp)) {
      try {
        await this.pc.addIceCandidate(candidate)
      } catch (cause) {
        // One way to the peer less; the negotiation must not end with it.
        this.#onFailed(cause, false)
      }
    }
  }

  async #takeCandidate(candidate: RTCIceCandidateInit | undefined): Promise<void> {
    if (candidate !== undefined && this.#candidates.admit(candidate)) await this.pc.addIceCandidate(candidate)
  }

  #sendDescription(): void {
    const description = this.pc.localDescription
    if (description === null || (description.type !== 'offer' && description.type !== 'answer')) return
    const { gen, send } = this.#options
    send({ type: description.type, gen, sdp: description.sdp })
  }

  #sendCandidate(candidate: RTCIceCandidateInit): void {
    if (candidate.candidate === '') this.#saidEndOfCandidates = true
    else this.#lastCandidateMid = candidate.sdpMid ?? this.#lastCandidateMid
    const { gen, send } = this.#options
    send({ type: 'ice', gen, candidate })
  }

  #onGatheringState(): void {
    if (this.pc.iceGatheringState === 'gathering') this.#saidEndOfCandidates = false
    if (this.pc.iceGatheringState !== 'complete' || this.#saidEndOfCandidates) return
    // Firefox says it with an event, Chromium does not; a peer that hears it can give up, or settle, sooner (RFC 8838).
    const [usernameFragment] = ufragsOf(this.pc.localDescription?.sdp ?? '')
    this.#sendCandidate({
      candidate: '',
      sdpMid: this.#lastCandidateMid,
      ...(usernameFragment ? { usernameFragment } : {}),
    })
  }

  #onTrack(transceiver: RTCRtpTransceiver): void {
    // Events of a first offer come before setRemoteDescription resolves.
    this.#adoptSlots()
    for (const slot of slots) {
      if (this.#transceivers.get(slot) === transceiver) this.emit('track', { slot, track: transceiver.receiver.track })
    }
  }

  #enqueue(task: () => Promise<void>, isFatal: boolean): void {
    this.#chain = this.#chain.then(async () => {
      if (this.pc.signalingState === 'closed') return
      try {
        await task()
      } catch (cause) {
        this.#onFailed(cause, isFatal)
      }
    })
  }

  #onFailed(cause: unknown, isFatal: boolean): void {
    // Closing the connection makes whatever is under way fail; that is no news.
    if (this.pc.signalingState === 'closed') return
    // A message that could not be read changed nothing; what a browser refuses may leave the two sides in two minds.
    if (cause instanceof CallError) this.emit('error', { error: cause, isFatal: false })
    else this.emit('error', { error: new CallError('protocol', undefined, { cause }), isFatal })
  }
}
