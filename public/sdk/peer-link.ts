import { CallError } from './call-error.js'
import { Connection } from './connection.js'
import { type ConnectionSample, sampleOf } from './connection-sample.js'
import { ControlChannel, type ControlChannelEvents, type MediaState, type WantedHeights } from './control-channel.js'
import { Emitter } from './emitter.js'
import { fingerprintsOf } from './fingerprints.js'
import type { PeerOptions, PeerState } from './peer-options.js'
import { type Observation, RecoveryLadder, type Remedy } from './recovery-ladder.js'
import type { Candidate, Description, OutgoingSignal, Signal } from './signal.js'
import type { Slot } from './slots.js'

/** How much later than the initiator the other side acts on the same trouble. */
const politeDelayMs = 1500

/** Looks that are further apart than this say nothing about what happened in between. */
const maxLookGapMs = 3500

/** How many signals of a connection that is not known yet are held until its offer comes. */
const maxAhead = 64

/**
 * So many new connections the other side may ask for at once, and then one in this time. An honest one never does; Chromium
 * refuses to make more than 500, and so those with others, too.
 */
const maxAsked = 8
const askedEveryMs = 1000

/** What a `PeerLink` tells; also what comes over the control channel of the present connection, but for signals and codes. */
export interface PeerLinkEvents extends Omit<ControlChannelEvents, 'open' | 'signal' | 'agree'> {
  state: PeerState
  /** There is another connection, in the place of the one before. */
  connection: Connection
  /** A slot of the present connection wants its track. */
  slot: Slot
  track: { readonly slot: Slot; readonly track: MediaStreamTrack }
  sample: ConnectionSample
  error: CallError
}

/** What is said to the other side as soon as there is a control channel. */
export interface Greeting {
  readonly media: MediaState
  readonly wanted: WantedHeights
}

/** What is to be expected of a peer at the moment. */
export interface Traffic {
  /** Whether either side says that it sends something. */
  readonly isExpected: boolean
}

/**
 * The way to one peer, over one connection after the other: it watches the present one, restarts ICE, and makes a new one
 * where nothing else helps. The connections are numbered (`gen`), and what belongs to an earlier one is not listened to.
 *
 * Only the initiator makes a new one; the other side asks for it with a `restart`.
 */
export class PeerLink extends Emitter<PeerLinkEvents> {
  readonly #options: PeerOptions
  readonly #greet: () => Greeting
  readonly #ladder: RecoveryLadder
  #connection: Connection
  #control: ControlChannel
  #listening = new AbortController()
  /** The connection before, until the other side has the new one, too: closed earlier, that would look like hanging up. */
  #former: Connection | undefined
  /** The connection that was told to be lost: once each. */
  #lost: Connection | undefined
  #ahead: (Description | Candidate)[] = []
  #state: PeerState = 'connecting'
  #wasLive = false
  #isDetached = false
  #isBroken = false
  /** Whom the service knows the other side as. */
  #peerId: string
  /** Whether this side makes new connections; one that there is keeps the part that it was made with. */
  #isInitiator: boolean
  /** Whether the service has no socket to the other side at the moment. */
  #isAway = false
  /** Whether the last signal came over the control channel: then the other side may not hear the service. */
  #isHeardDirectly = false
  /** Whether the other side numbers its connections; only then can there be a second one. */
  #isNumbered = false
  #bytesReceived = 0
  /** When all that the other side has asked for will have been its due. */
  #dueMs = 0
  #lastLookMs = performance.now()
  #isLooking = false

  /** @param greet  is asked for each connection anew */
  constructor(options: PeerOptions, greet: () => Greeting) {
    super()
    this.#options = options
    this.#greet = greet
    this.#ladder = new RecoveryLadder(this.#lastLookMs, options.isInitiator ? 0 : politeDelayMs)
    this.#peerId = options.member.peerId
    this.#isInitiator = options.isInitiator
    this.#connection = this.#makeConnection(options.firstGen ?? 1)
    this.#control = this.#use(this.#connection)
  }

  get state(): PeerState {
    return this.#state
  }

  get connection(): Connection {
    return this.#connection
  }

  get control(): ControlChannel {
    return this.#control
  }

  /** Begins; call it when everything listens. */
  start(): void {
    this.#connection.start()
  }

  /** Takes a signal in, in the order of arrival. Never throws. */
  receive(signal: Signal): void {
    this.#isHeardDirectly = false
    this.#take(signal)
  }

  #take(signal: Signal): void {
    const present = this.#connection.gen
    const gen = signal.gen ?? present
    if (signal.gen !== undefined) this.#isNumbered = true
    if (signal.type === 'restart' && signal.rebuild && signal.gen === undefined) {
      // The other side may have missed something, and does not know what.
      if (this.#isInitiator && this.#mayAsk()) this.renegotiate()
    } else if (signal.type === 'restart') {
      if (gen !== present) return
      if (!signal.rebuild) this.#connection.restartIce()
      else if (this.#isInitiator && this.#mayAsk()) this.#rebuild(gen + 1)
    } else if (gen === present) {
      this.#connection.receive(signal)
    } else if (gen > present && !this.#isInitiator && !this.#isDetached) {
      this.#receiveAhead(signal, gen)
    }
  }

  /** This device is on another network now: looks for ways over that at once. */
  onNetworkChange(): void {
    if (!this.#isHearing || this.#state === 'closed') return
    this.#ladder.onRestarted(performance.now())
    this.#restartIce()
  }

  /** Ends the signaling, and leaves the connection as it is: its signals would reach somebody else, or nobody. */
  detach(): void {
    this.#isDetached = true
    // What was lost, and about to be made anew, is so for good; what was never agreed upon will never be.
    this.#lost = undefined
    if (this.#connection.isNegotiated) this.#review()
    else this.#setState('failed')
  }

  /** Goes on with the signaling: the service knows the other side, and this one, as somebody else now. */
  attach(peerId: string, isInitiator: boolean): void {
    this.#peerId = peerId
    this.#isInitiator = isInitiator
    this.#isDetached = false
    this.#isAway = false
    this.#lost = undefined
    this.#review()
    // What was being agreed upon may be lost.
    if (this.#connection.pc.signalingState !== 'stable') this.renegotiate()
  }

  /** The service has lost, or found, the other side's socket. */
  set isAway(isAway: boolean) {
    this.#isAway = isAway
  }

  /** With what each side can show that it is at one end of this connection; undefined until both have agreed. */
  get proof(): { readonly show: string; readonly expect: string } | undefined {
    const { currentLocalDescription: own, currentRemoteDescription: other } = this.#connection.pc
    const [local, remote] = [fingerprintsOf(own?.sdp ?? ''), fingerprintsOf(other?.sdp ?? '')]
    if (local === '' || remote === '') return undefined
    return { show: `${local} ${remote}`, expect: `${remote} ${local}` }
  }

  /**
   * Something that was said may be lost: both sides agree once more, over the same connection if that is sure to be possible.
   */
  renegotiate(): void {
    if (this.#state === 'closed' || this.#isDetached) return
    const { pc, gen, isNegotiated } = this.#connection
    // Who was agreed with without numbers knows one connection only.
    const isOnlyOne = isNegotiated && !this.#isNumbered
    const canRestart = this.#isInitiator && this.#connection.isInitiator && isNegotiated
    if (isOnlyOne || (canRestart && pc.signalingState === 'stable')) this.#connection.restartIce()
    else if (this.#isInitiator) this.#rebuild(gen + 1)
    // Without a number, as there may be another one by now; and over the service alone, as done twice it costs two.
    else this.#options.send({ type: 'restart', to: this.#peerId, rebuild: true })
  }

  close(): void {
    this.#setState('closed')
    this.#listening.abort()
    this.#former?.close()
    this.#connection.close()
  }

  /** Looks how the connection is, and does what is needed. Never rejects. */
  async look(traffic: Traffic): Promise<void> {
    if (this.#isLooking || this.#state === 'closed') return
    this.#isLooking = true
    const connection = this.#connection
    try {
      const sample = sampleOf(await connection.pc.getStats(), connection.mids)
      if (connection !== this.#connection) return
      this.#consider(this.#flowOf(sample, traffic))
      this.emit('sample', sample)
    } catch (cause) {
      this.#onError(new CallError('browser-failed', 'no statistics', { cause }), false)
    } finally {
      this.#isLooking = false
    }
  }

  #makeConnection(gen: number): Connection {
    const { ice } = this.#options
    return new Connection({ gen, isInitiator: this.#isInitiator, ice, send: (signal) => this.#send(signal) })
  }

  #use(connection: Connection): ControlChannel {
    this.#listening.abort()
    this.#listening = new AbortController()
    const { signal } = this.#listening
    connection.on('state', () => this.#consider('unknown'), { signal })
    connection.on('slot', (slot) => this.emit('slot', slot), { signal })
    connection.on('track', (event) => this.emit('track', event), { signal })
    connection.on('restarted', () => this.#ladder.onRestarted(performance.now()), { signal })
    connection.on('answered', () => this.#retireFormer(), { signal })
    connection.on('error', ({ error, isFatal }) => this.#onError(error, isFatal), { signal })
    const { media, wanted } = this.#greet()
    const control = new ControlChannel(connection.pc, media, wanted)
    control.on('media', (media) => this.emit('media', media), { signal })
    control.on('want', (heights) => this.emit('want', heights), { signal })
    control.on('busy', (isBusy) => this.emit('busy', isBusy), { signal })
    control.on('id', (id) => this.emit('id', id), { signal })
    control.on('signal', (told) => this.#hearDirectly(told), { signal })
    control.on('bye', () => this.emit('bye', undefined), { signal })
    control.on('close', () => this.#onControlClosed(), { signal })
    return control
  }

  #hearDirectly(signal: Signal): void {
    if (this.#state === 'closed') return
    this.#isHeardDirectly = true
    this.#take(signal)
  }

  #receiveAhead(signal: Description | Candidate, gen: number): void {
    if (signal.type !== 'offer') {
      // It overtook its offer, or nobody knows what it is.
      if (this.#ahead.length < maxAhead) this.#ahead.push(signal)
      return
    }
    if (!this.#mayAsk()) return
    this.#rebuild(gen)
    this.#retireFormer()
    this.#connection.receive(signal)
    const ahead = this.#ahead
    this.#ahead = []
    for (const held of ahead) if (held.gen === gen) this.#connection.receive(held)
  }

  #mayAsk(): boolean {
    const nowMs = performance.now()
    const dueMs = Math.max(this.#dueMs, nowMs) + askedEveryMs
    if (dueMs > nowMs + maxAsked * askedEveryMs) return false
    this.#dueMs = dueMs
    return true
  }

  #rebuild(gen: number): void {
    if (this.#state === 'closed' || this.#isDetached) return
    this.#former?.close()
    this.#former = this.#connection
    this.#isBroken = false
    this.#bytesReceived = 0
    this.#ladder.onRebuilt(performance.now())
    this.#connection = this.#makeConnection(gen)
    this.#control = this.#use(this.#connection)
    this.emit('connection', this.#connection)
    this.#connection.start()
    this.#review()
  }

  #retireFormer(): void {
    this.#former?.close()
    this.#former = undefined
  }

  #flowOf({ bytesReceived }: ConnectionSample, { isExpected }: Traffic): Observation['flow'] {
    if (bytesReceived === undefined) return 'unknown'
    // Fewer than before: it goes another way now, which says nothing yet.
    const hasGrown = bytesReceived > this.#bytesReceived
    this.#bytesReceived = bytesReceived
    if (hasGrown) return 'flowing'
    return isExpected ? 'silent' : 'idle'
  }

  #consider(flow: Observation['flow']): void {
    if (this.#state === 'closed') return
    const nowMs = performance.now()
    if (nowMs - this.#lastLookMs > maxLookGapMs) this.#ladder.skip(nowMs)
    this.#lastLookMs = nowMs
    const { connectionState: state } = this.#connection.pc
    const canRebuild = this.#isDetached ? !this.#isHearing : this.#options.isServed()
    const remedy = this.#ladder.look({ nowMs, state, flow, isBroken: this.#isBroken, canRebuild })
    this.#review()
    if (remedy === undefined) return
    if (!this.#isDetached || (remedy === 'restart' && this.#isHearing)) this.#apply(remedy)
    // Nothing will come of it any more, and not every browser says so.
    else if (remedy === 'rebuild' && !this.#wasLive) this.#setState('failed')
  }

  #apply(remedy: Remedy): void {
    const { gen } = this.#connection
    // Who has never answered may yet, and may know one connection only.
    if (!this.#isNumbered && !this.#connection.isNegotiated) this.#onLost()
    // Who does not number connections has one for ever: a restart is all there is.
    else if (remedy === 'restart' || !this.#isNumbered) this.#restartIce()
    else if (this.#isInitiator) this.#rebuild(gen + 1)
    else this.#send({ type: 'restart', gen, rebuild: true })
  }

  /** The side that made the first offer does it: the other way round Firefox and Chromium can end at odds over the DTLS role. */
  #restartIce(): void {
    if (this.#connection.isInitiator || !this.#isNumbered) this.#connection.restartIce()
    // One way only, as done twice it costs two.
    else if (this.#isDirect && this.#control.state === 'open') this.#control.signal(this.#restart)
    else if (!this.#isDetached) this.#options.send({ ...this.#restart, to: this.#peerId })
  }

  get #restart() {
    return { type: 'restart', gen: this.#connection.gen } as const
  }

  /** Whether signals are to go over the control channel: the service may not bring them in time, or not at all. */
  get #isDirect(): boolean {
    return this.#isDetached || !this.#options.isServed() || this.#isHeardDirectly || this.#isAway
  }

  /** Whether a signal has any way to the other side. */
  get #isHearing(): boolean {
    return !this.#isDetached || (this.#isNumbered && this.#control.state === 'open')
  }

  /** Brings `state` in line with how the connection stands. */
  #review(): void {
    switch (this.#ladder.condition(this.#connection.pc.connectionState, performance.now())) {
      case 'live':
        this.#wasLive = true
        this.#lost = undefined
        this.#setState('live')
        break
      case 'unstable':
        if (this.#state === 'live') this.#setState('unstable')
        break
      case 'lost':
        this.#onLost()
        break
      case 'connecting':
        // What had failed has failed until it works.
        if (this.#wasLive && this.#state !== 'failed') this.#setState('reconnecting')
        break
    }
  }

  #onLost(): void {
    if (this.#lost === this.#connection) return
    this.#lost = this.#connection
    const isFirstLoss = this.#state === 'live' || this.#state === 'unstable'
    if (isFirstLoss && this.#isNumbered && !this.#isDetached) {
      this.#setState('reconnecting')
    } else if (this.#state !== 'failed') {
      this.#setState('failed')
      if (!this.#isDetached) this.emit('error', new CallError('ice-failed'))
    }
  }

  #onControlClosed(): void {
    if (this.#state === 'closed') return
    // Of one who numbers no connections it says that it has no such channel.
    if (this.#isNumbered) this.#isBroken = true
    this.emit('close', undefined)
  }

  #onError(error: CallError, isFatal: boolean): void {
    if (this.#state === 'closed') return
    if (isFatal) this.#isBroken = true
    this.emit('error', error)
  }

  /**
   * While the service is not heard, by this side or by the other one, a signal goes over the control channel as well. It may
   * arrive twice then, and late: a description that is not new, and a candidate of another generation, are not taken.
   */
  #send(signal: OutgoingSignal): void {
    if (this.#isDirect) this.#control.signal(signal)
    if (!this.#isDetached) this.#options.send({ ...signal, to: this.#peerId })
  }

  #setState(state: PeerState): void {
    if (this.#state === state || this.#state === 'closed') return
    this.#state = state
    this.emit('state', state)
  }
}
