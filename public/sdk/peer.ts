import type { ClientMessage, RelayedMessage } from '../../schemas/index.js'
import { CallError } from './call-error.js'
import { CandidateQueue, ufragsOf } from './candidate-queue.js'
import { ControlChannel, type MediaState, mediaState } from './control-channel.js'
import { candidateOf, sdpOf } from './decode-message.js'
import { Emitter } from './emitter.js'
import type { PeerEvents, PeerOptions, PeerState } from './peer-options.js'
import { PeerStream } from './peer-stream.js'
import { assignSlots, type Slot, slotKinds, slots } from './slots.js'

/** How long a connection may be `disconnected` before the initiator restarts ICE: most outages heal by themselves sooner. */
const restartAfterMs = 2000

/**
 * One other member of the call and the connection to it.
 *
 * The initiator lays down one transceiver for each slot and offers; the other adopts them. Tracks come and go by
 * `replaceTrack`, so there is no second negotiation but an ICE restart, and only the initiator starts one.
 * Everything that touches the descriptions runs in one chain, one after the other.
 */
export class Peer extends Emitter<PeerEvents> {
  /** The member's `peerId`; a member that reconnects comes back as another `Peer` with another id. */
  readonly id: string
  /** What it wants to be called; anybody may take any name. */
  readonly name: string | undefined
  /** The connection, for statistics. Changing it breaks the peer. */
  readonly pc: RTCPeerConnection
  readonly #options: PeerOptions
  readonly #candidates = new CandidateQueue()
  readonly #control: ControlChannel
  readonly #stream = new PeerStream()
  // Empty: it only gives the tracks of this side one name in the descriptions.
  readonly #outgoing = new MediaStream()
  #transceivers = new Map<Slot, RTCRtpTransceiver>()
  #state: PeerState = 'connecting'
  #media: MediaState | undefined
  #chain: Promise<void> = Promise.resolve()
  #restartTimer: ReturnType<typeof setTimeout> | undefined
  #lastCandidateMid = '0'
  #saidEndOfCandidates = false
  #isDetached = false

  /** Made by `Call` when the service says that the two can negotiate. */
  constructor(options: PeerOptions) {
    super()
    this.#options = options
    this.id = options.id
    this.name = options.name
    this.pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle', ...options.configuration })
    this.#listen()
    this.#control = new ControlChannel(this.pc, this.#own())
    this.#control.on('media', (media) => {
      this.#media = media
      this.emit('media', undefined)
    })
    this.#control.on('bye', () => this.emit('gone', 'left'))
    this.#control.on('close', () => this.#state !== 'closed' && this.emit('gone', 'disconnected'))
    if (options.isInitiator) this.#layDownSlots()
  }

  get state(): PeerState {
    return this.#state
  }

  /** The peer's microphone and camera: one object, which a peer that replaces this one goes on with; its tracks may change. */
  stream(): MediaStream {
    return this.#stream.media
  }

  /**
   * Whether the peer is sending in a slot, by its own word; of a client that does not say it (it is not made with this
   * SDK), whether its track has data.
   */
  isSending(slot: Slot): boolean {
    if (this.#media !== undefined) return this.#media[slot]
    return this.#hasData(slot)
  }

  /**
   * Takes a signal of this peer in. Never throws: what goes wrong is told by `error`.
   *
   * @internal called by `Call`, in the order of arrival
   */
  receive(message: RelayedMessage): void {
    switch (message.type) {
      case 'offer':
        this.#enqueue(() => this.#takeOffer(sdpOf(message.sdp)))
        break
      case 'answer':
        this.#enqueue(() => this.#takeAnswer(sdpOf(message.sdp)))
        break
      case 'ice':
        this.#enqueue(() => this.#takeCandidate(candidateOf(message.candidate)))
        break
    }
  }

  /**
   * Brings a slot of this connection in line with what is published.
   *
   * @internal called by `Call`
   */
  async publish(slot: Slot): Promise<void> {
    this.#control.tell(this.#own())
    const sender = this.#transceivers.get(slot)?.sender
    // Without a transceiver yet: adopting one reads the publications.
    if (sender === undefined || this.#state === 'closed') return
    await sender.replaceTrack(this.#options.publications.get(slot)?.track ?? null)
  }

  /**
   * Whether all that the peer says it is sending has arrived.
   *
   * @internal called by `Roster`
   */
  get isComplete(): boolean {
    const media = this.#media
    return media !== undefined && slots.every((slot) => !media[slot] || this.#hasData(slot))
  }

  /** Whether the peer would be heard of if it hung up without the service. @internal called by `Roster` */
  get isReachable(): boolean {
    return this.#control.state === 'open'
  }

  /** Whether the other side has closed the connection. @internal called by `Roster` */
  get hasHungUp(): boolean {
    return this.#control.state === 'closed'
  }

  /**
   * Ends the signaling, and leaves the connection as it is: its signals would reach somebody else, or nobody.
   *
   * @internal called by `Roster`
   */
  detach(): void {
    this.#isDetached = true
    clearTimeout(this.#restartTimer)
  }

  /**
   * Goes on with the stream object of another peer, which loses it.
   *
   * @internal called by `Roster`
   */
  takeOver(predecessor: Peer): void {
    this.#stream.takeOver(predecessor.#stream)
  }

  /**
   * Says so to the other side, and ends the connection.
   *
   * @internal called by `Roster`
   */
  hangUp(): void {
    this.#control.sayBye()
    this.close()
  }

  /**
   * Ends the connection. The last picture stays in the stream.
   *
   * @internal called by `Roster`
   */
  close(): void {
    clearTimeout(this.#restartTimer)
    this.pc.close()
    this.#setState('closed')
  }

  #listen(): void {
    const { pc } = this
    pc.addEventListener(
      'icecandidate',
      ({ candidate }) => candidate !== null && this.#sendCandidate(candidate.toJSON()),
    )
    pc.addEventListener('icegatheringstatechange', () => this.#onGatheringState())
    pc.addEventListener('connectionstatechange', () => this.#onConnectionState())
    pc.addEventListener('track', ({ transceiver }) => this.#onTrack(transceiver))
    pc.addEventListener('negotiationneeded', () => {
      // A first offer of the responder would collide with the initiator's; with data channels Chromium does not survive that.
      if (this.#options.isInitiator) this.#enqueue(() => this.#offer())
    })
  }

  #layDownSlots(): void {
    for (const slot of slots) {
      // The stream costs nothing and is where other clients look for the track (`event.streams[0]`).
      const transceiver = this.pc.addTransceiver(slotKinds[slot], { direction: 'sendrecv', streams: [this.#outgoing] })
      this.#transceivers.set(slot, transceiver)
      this.#enqueue(() => this.publish(slot))
    }
  }

  #adoptSlots(): void {
    const found = this.pc.getTransceivers().filter(({ direction }) => direction !== 'stopped')
    for (const [slot, transceiver] of assignSlots(found)) {
      if (this.#transceivers.get(slot) === transceiver) continue
      this.#transceivers.set(slot, transceiver)
      transceiver.direction = 'sendrecv'
      // Absent in older browsers, and only a kindness to other clients.
      transceiver.sender.setStreams?.(this.#outgoing)
    }
  }

  async #offer(): Promise<void> {
    if (this.pc.signalingState !== 'stable') return
    await this.pc.setLocalDescription()
    this.#sendDescription()
  }

  async #takeOffer(sdp: string): Promise<void> {
    // Both offered: the initiator's stands, the other side rolls its own back (setRemoteDescription does that).
    if (this.pc.signalingState === 'have-local-offer' && this.#options.isInitiator) return
    await this.pc.setRemoteDescription({ type: 'offer', sdp })
    this.#adoptSlots()
    await Promise.all(slots.map((slot) => this.publish(slot)))
    await this.#releaseCandidates(sdp)
    await this.pc.setLocalDescription()
    this.#sendDescription()
  }

  async #takeAnswer(sdp: string): Promise<void> {
    // An answer to an offer that was rolled back answers nothing.
    if (this.pc.signalingState !== 'have-local-offer') return
    await this.pc.setRemoteDescription({ type: 'answer', sdp })
    await this.#releaseCandidates(sdp)
  }

  async #takeCandidate(candidate: RTCIceCandidateInit | undefined): Promise<void> {
    if (candidate !== undefined && this.#candidates.admit(candidate)) await this.pc.addIceCandidate(candidate)
  }

  async #releaseCandidates(sdp: string): Promise<void> {
    for (const candidate of this.#candidates.describe(sdp)) {
      try {
        await this.pc.addIceCandidate(candidate)
      } catch (cause) {
        // One way to the peer less; the negotiation must not end with it.
        this.#onSignalFailed(cause)
      }
    }
  }

  #sendDescription(): void {
    const description = this.pc.localDescription
    if (description === null || (description.type !== 'offer' && description.type !== 'answer')) return
    this.#send({ type: description.type, to: this.id, sdp: description.sdp })
  }

  #sendCandidate(candidate: RTCIceCandidateInit): void {
    if (candidate.candidate === '') this.#saidEndOfCandidates = true
    else this.#lastCandidateMid = candidate.sdpMid ?? this.#lastCandidateMid
    this.#send({ type: 'ice', to: this.id, candidate })
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
    const { track } = transceiver.receiver
    for (const slot of slots) {
      if (this.#transceivers.get(slot) !== transceiver) continue
      for (const type of ['mute', 'unmute', 'ended']) track.addEventListener(type, () => this.emit('media', undefined))
      this.#stream.show(track)
      this.emit('track', { slot, track })
    }
  }

  #onConnectionState(): void {
    clearTimeout(this.#restartTimer)
    switch (this.pc.connectionState) {
      case 'connected':
        this.#setState('live')
        break
      case 'disconnected':
        if (this.#state === 'live') this.#setState('unstable')
        if (this.#options.isInitiator && !this.#isDetached)
          this.#restartTimer = setTimeout(() => this.pc.restartIce(), restartAfterMs)
        break
      case 'failed':
        this.#setState('failed')
        break
      // `connecting` again is what a healthy ICE restart looks like in Firefox: no news.
    }
  }

  #setState(state: PeerState): void {
    if (this.#state === state || this.#state === 'closed') return
    this.#state = state
    this.emit('state', state)
  }

  #enqueue(task: () => Promise<void>): void {
    this.#chain = this.#chain.then(async () => {
      if (this.#state === 'closed') return
      try {
        await task()
      } catch (cause) {
        this.#onSignalFailed(cause)
      }
    })
  }

  #onSignalFailed(cause: unknown): void {
    // Closing the connection makes whatever is under way fail; that is no news.
    if (this.pc.signalingState === 'closed') return
    this.emit('error', cause instanceof CallError ? cause : new CallError('protocol', undefined, { cause }))
  }

  #hasData(slot: Slot): boolean {
    const track = this.#transceivers.get(slot)?.receiver.track
    return track !== undefined && track.readyState === 'live' && !track.muted
  }

  #send(message: ClientMessage): void {
    if (!this.#isDetached) this.#options.send(message)
  }

  #own(): MediaState {
    return mediaState((slot) => {
      const publication = this.#options.publications.get(slot)
      return publication?.track != null && !publication.isMuted
    })
  }
}
