import type {
  Announcement,
  ClientMessage,
  Door,
  ErrorMessage,
  Joined,
  PeerUpdated,
  Ready,
  Resync,
} from '../../schemas/index.js'
import { CallError } from './call-error.js'
import { EarlySignals } from './early-signals.js'
import { Emitter } from './emitter.js'
import { Host } from './host.js'
import type { IceServersOption, IceSource } from './ice-source.js'
import type { IncomingFile } from './incoming-file.js'
import { onNetworkChange } from './network-change.js'
import type { OwnProfile, Profile, Publication } from './own-profile.js'
import { Peer } from './peer.js'
import type { Quality } from './quality.js'
import { QualityReporter } from './quality-reporter.js'
import { Reunions } from './reunions.js'
import { Roster, type RosterEvents } from './roster.js'
import { openScreen, preferDetail, type ScreenRequest } from './screen.js'
import type { Signal } from './signal.js'
import type { SessionMessage, SignalingSession, SignalingState } from './signaling-session.js'
import { type Slot, slotKinds } from './slots.js'
import { pause } from './wake.js'

/** How often every connection is looked at: what is wrong with one shows within two looks. */
const lookEveryMs = 1000

/** What a `Call` tells, besides who comes and goes. */
export interface CallEvents extends RosterEvents {
  /** How the way to the service is now. */
  signaling: SignalingState
  /** What somebody sent with `send`. */
  message: { readonly from: Peer; readonly data: unknown }
  /** Somebody offers a file: `accept` or `refuse` it. */
  file: { readonly from: Peer; readonly file: IncomingFile }
  /** A published track has ended by itself (unplugged, sharing stopped in the browser); the slot is empty now. */
  ended: { readonly slot: Slot; readonly track: MediaStreamTrack }
  /** How one gets into the room is another way now. */
  door: Door
  /** Something from whoever runs the service: `text` to be shown, as plain text, `data` for your application, or both. */
  announcement: Announcement
  /** You are a host now, or none any more: having joined anew, with another token. */
  host: Host | undefined
  /** Something went wrong and the call goes on. For logs. */
  error: CallError
  /** The last event. Every connection is closed; published tracks are yours to stop, but for those of `shareScreen`. */
  end: { readonly reason: CallError | 'left' }
}

/** How the connections are made. */
export interface CallOptions {
  /**
   * STUN and TURN servers, or what gives them: asked at first, and, once ten seconds have gone by, before each connection and ICE
   * restart, with a second to answer. Default: those that the service sends
   */
  readonly iceServers?: IceServersOption
  /** `relay`: nothing but TURN. */
  readonly iceTransportPolicy?: RTCIceTransportPolicy
  /** What may be sent to all others together, in kbit/s; without it, what their number allows. */
  readonly uplinkKbps?: number
  /**
   * Whether the service is told, when the call is over, how the connections were, if it wants to hear it: direct or relayed, how long
   * the first sound and picture took, failures, round trip and loss. Nothing says whose they were. Default: false
   */
  readonly reportQuality?: boolean
}

/** How often `stats` tells, and until when. */
export interface StatsOptions {
  /** In milliseconds. Default: 1000 */
  readonly intervalMs?: number
  /** Ends it, without an error. */
  readonly signal?: AbortSignal
}

/**
 * A room that you are in. Made by `join`.
 *
 * When the socket to the service breaks, media goes on and the call comes back by itself; what was to be told meanwhile is told
 * then. Where the service has forgotten the room (it was restarted), those who are connected find each other again, and nothing
 * is made anew. A peer whose connection is lost, too, is replaced by a new one (`left` with `replacedBy`) once that is live.
 */
export class Call extends Emitter<CallEvents> {
  readonly #session: SignalingSession
  readonly #options: CallOptions
  readonly #own: OwnProfile
  readonly #roster: Roster
  readonly #early = new EarlySignals()
  readonly #reunions: Reunions<Peer>
  readonly #ended = new AbortController()
  readonly #room: string
  readonly #ice: IceSource
  readonly #reporter: QualityReporter
  /** Whether the service wants to hear how the connections were. */
  #isAskedForQuality = false
  #host: Host | undefined
  #door: Door
  #id: string
  /** Of whom nothing was heard before a resync; what they have said is lost. */
  readonly #unheard = new Set<string>()
  #isTellingMedia = false
  #isUnsaid = false
  #screen: MediaStream | undefined

  /** @internal use `join` */
  constructor(session: SignalingSession, joined: Joined, own: OwnProfile, ice: IceSource, options: CallOptions) {
    super()
    this.#room = joined.roomId
    this.#id = joined.peerId
    this.#door = joined.door ?? 'open'
    this.#own = own
    this.#session = session
    this.#options = options
    this.#ice = ice
    this.#reporter = new QualityReporter((report) => session.report(report))
    ice.serve({
      ask: () => session.state === 'open' && session.ask({ type: 'ice-servers' }),
      onError: (cause) => this.emit('error', new CallError('browser-failed', 'no ICE servers', { cause })),
    })
    this.#hearJoined(joined)
    this.#roster = new Roster(() => session.state === 'open')
    this.#reunions = new Reunions({
      orphans: () => this.#roster.orphans,
      isServed: () => session.state === 'open',
      isTaken: (id) => this.#roster.find(id) !== undefined,
      show: (to, proof) => session.send({ type: 'keep', to, proof }),
      reunite: (orphan, ready) => this.#reunite(orphan, ready),
      admit: (ready, firstGen, isOverdue) => this.#admit(ready, firstGen, isOverdue),
    })
    const { signal } = this.#ended
    this.#roster.on('peer', (peer) => this.emit('peer', peer))
    this.#roster.on('left', (left) => {
      this.emit('left', left)
      this.#reunions.review()
    })
    session.on('message', (message) => this.#receive(message), { signal })
    session.on('error', (error) => this.emit('error', error), { signal })
    session.on('state', (state) => this.emit('signaling', state))
    session.on('lost', () => this.#onLost(), { signal })
    session.on('joined', (joined) => this.#onRejoined(joined), { signal })
    session.on('resync', (resync) => this.#onResync(resync), { signal })
    session.on('end', (error) => this.#end(error), { signal })
    // A call that goes on without the service is not ended because somebody has taken the seat meanwhile.
    session.mayGiveUp = () => this.#roster.shown.size === 0
    // An open connection keeps a page out of the back-forward cache, and the others should not wait for a timeout.
    globalThis.addEventListener('pagehide', () => this.#onPageHide(), { signal })
    onNetworkChange(() => {
      session.refresh()
      for (const peer of this.#roster.all()) peer.onNetworkChange()
    }, signal)
    const timer = setInterval(() => this.#look(), lookEveryMs)
    signal.addEventListener('abort', () => clearInterval(timer))
  }

  /** The room, as the service reads its name. */
  get room(): string {
    return this.#room
  }

  /** You, as the others see you. The id changes when the service has forgotten the one before. */
  get self(): Profile & { readonly id: string } {
    const { name, metadata } = this.#own
    return { id: this.#id, name, metadata }
  }

  /** How the way to the service is. */
  get signaling(): SignalingState {
    return this.#session.state
  }

  /** What you can do as a host of the room; undefined when you are none. */
  get host(): Host | undefined {
    return this.#host
  }

  /** How one gets into the room. */
  get door(): Door {
    return this.#door
  }

  /** The others by their id, oldest first. */
  get peers(): ReadonlyMap<string, Peer> {
    return this.#roster.shown
  }

  /**
   * Puts a track into a slot, for everybody who is here and who will come, or takes it out (null). Costs no negotiation.
   * The track stays yours: stop it when it is out. A track with `enabled` false is published muted. A `screen` without a
   * `contentHint` of its own is given `detail`, so that its text stays sharp.
   *
   * @throws TypeError when the track is of the other kind
   */
  async publish(slot: Slot, track: MediaStreamTrack | null): Promise<void> {
    // Checked here, since alone in the room there is no connection that would refuse it.
    if (track !== null && track.kind !== slotKinds[slot]) throw new TypeError(`a ${track.kind} track for ${slot}`)
    if (track !== null && track !== this.#own.publications.get(slot)?.track) {
      const { signal } = this.#ended
      track.addEventListener('ended', () => void this.#onTrackEnded(slot, track), { signal, once: true })
    }
    if (slot === 'screen' && track !== null) preferDetail(track)
    await this.#setPublication(slot, { track, isMuted: track?.enabled === false })
  }

  /**
   * Mutes the track in a slot, or ends that: `enabled` of the track is set, and the others are told.
   * Without a track in the slot nothing happens.
   */
  async mute(slot: Slot, isMuted: boolean): Promise<void> {
    const track = this.#own.publications.get(slot)?.track
    if (track == null) return
    track.enabled = !isMuted
    await this.#setPublication(slot, { track, isMuted })
  }

  /**
   * Asks the person for a screen, a window or a tab, and publishes it with its sound, until it is stopped: here by
   * `stopScreen`, by the person in the browser (`ended` tells), or by `signal`. Must be called from a click or a key press.
   *
   * @returns the stream, for a preview
   * @throws  CallError as `openScreen`, or `aborted`
   */
  async shareScreen({
    signal,
    ...request
  }: ScreenRequest & { readonly signal?: AbortSignal } = {}): Promise<MediaStream> {
    const stream = await openScreen(request)
    if (signal?.aborted || this.#ended.signal.aborted) {
      stopAll(stream)
      throw new CallError('aborted', undefined, { cause: signal?.reason })
    }
    // All in one task: nothing that stops sharing, and no leaving, can come between what is opened and what is kept.
    if (this.#screen !== undefined) stopAll(this.#screen)
    this.#screen = stream
    signal?.addEventListener('abort', () => this.#screen === stream && void this.stopScreen(), {
      signal: this.#ended.signal,
    })
    await Promise.all([
      this.publish('screen', stream.getVideoTracks()[0] ?? null),
      this.publish('screen-audio', stream.getAudioTracks()[0] ?? null),
    ])
    return stream
  }

  /** Stops sharing the screen, if it is shared. */
  async stopScreen(): Promise<void> {
    const stream = this.#screen
    if (stream === undefined) return
    this.#screen = undefined
    stopAll(stream)
    await Promise.all([this.publish('screen', null), this.publish('screen-audio', null)])
  }

  /**
   * Sends something to one peer, or to all: a JSON value of at most 65536 bytes. It arrives once and in order, also when the
   * connection breaks and is made anew meanwhile; who leaves before it arrives does not get it, nor who comes back as another
   * `Peer` (the event `error` then says `undelivered`).
   *
   * @throws TypeError when it is no JSON value; CallError `message-too-big`, or `backlog-full` when the one in `to` takes
   *         nothing in (to all: told by the event `error`, and the others get it)
   */
  send(data: unknown, to?: Peer): void {
    if (to !== undefined) {
      to.send(data)
      return
    }
    // Not to who is held back to take somebody's place: if it is the same person, that place gets it.
    for (const peer of this.peers.values()) {
      try {
        peer.send(data)
      } catch (error) {
        if (!(error instanceof CallError) || error.code !== 'backlog-full') throw error
        this.emit('error', error)
      }
    }
  }

  /**
   * Changes what the others know of you. What is not named stays; undefined takes it away. When the service refuses it (the
   * event `error`, with the `serviceCode` `name-invalid` or `metadata-invalid`), what you joined with counts again. A name that
   * the token gives stays (`name-fixed`).
   */
  update(change: Profile): void {
    if ('name' in change && this.#own.isNameGiven) {
      this.emit('error', CallError.ofService({ code: 'name-fixed', message: 'your name is what the token says' }))
    }
    this.#say(this.#own.update(change))
  }

  /**
   * How good the connection to each peer is, again and again, until the call ends.
   *
   * @example
   * for await (const qualities of call.stats({ signal })) draw(qualities)
   */
  async *stats({ intervalMs = 1000, signal }: StatsOptions = {}): AsyncGenerator<ReadonlyMap<Peer, Quality>, void> {
    const ended = AbortSignal.any([this.#ended.signal, ...(signal ? [signal] : [])])
    for (;;) {
      await pause(intervalMs, ended)
      if (ended.aborted) return
      const qualities = new Map<Peer, Quality>()
      for (const peer of this.peers.values()) if (peer.quality !== undefined) qualities.set(peer, peer.quality)
      yield qualities
    }
  }

  /** Leaves the room and closes everything. `end` comes before it returns. */
  leave(): void {
    this.#end('left')
  }

  async #setPublication(slot: Slot, publication: Publication): Promise<void> {
    const former = this.#own.publications.get(slot)
    // What is no change costs nobody a message.
    if ((former?.track ?? null) === publication.track && former?.isMuted === publication.isMuted) return
    this.#own.publications.set(slot, publication)
    this.#tellMedia()
    await Promise.all(Array.from(this.#roster.all(), (peer) => peer.publish(slot)))
  }

  /** Several changes at once are one message. */
  #tellMedia(): void {
    if (this.#isTellingMedia) return
    this.#isTellingMedia = true
    queueMicrotask(() => {
      this.#isTellingMedia = false
      this.#say(this.#own.mediaUpdate())
    })
  }

  #say(update: ClientMessage<'update'>): void {
    if (!this.#session.send(update)) this.#isUnsaid = true
  }

  async #onTrackEnded(slot: Slot, track: MediaStreamTrack): Promise<void> {
    if (this.#own.publications.get(slot)?.track !== track) return
    // Of what `shareScreen` has opened the sound ends with the picture.
    if (slot === 'screen' && this.#screen?.getTracks().includes(track)) await this.stopScreen()
    else await this.publish(slot, null)
    this.emit('ended', { slot, track })
  }

  #look(): void {
    for (const peer of this.#roster.all()) void peer.look()
  }

  #receive(message: SessionMessage): void {
    switch (message.type) {
      case 'ready':
        this.#reunions.announce(message)
        break
      case 'keep':
        this.#reunions.hear(message)
        break
      case 'offer':
      case 'answer':
      case 'ice':
      case 'restart':
        this.#onSignal(message)
        break
      case 'peer-away':
      case 'peer-back':
        this.#onAway(message.peerId, message.type === 'peer-away')
        break
      case 'peer-updated':
        this.#onUpdated(message)
        break
      case 'knock':
        this.#host?.hearKnock(message)
        break
      case 'knock-ended':
        this.#host?.hearAnswered(message.peerId)
        break
      case 'room-updated':
        this.#setDoor(message.door)
        break
      case 'announcement': {
        const { type: _, ...announcement } = message
        this.emit('announcement', announcement)
        break
      }
      case 'ice-servers':
        this.#ice.update(message.iceServers)
        break
      case 'peer-left':
        this.#early.forget(message.peerId)
        this.#unheard.delete(message.peerId)
        this.#reunions.forget(message.peerId)
        this.#roster.remove(message.peerId, message.reason)
        break
      case 'error':
        // The peer left while a signal for it was under way; its peer-left comes or came.
        if (message.code === 'peer-not-found') return
        this.#takeBack(message)
        this.emit('error', CallError.ofService(message))
    }
  }

  #takeBack({ code, id }: ErrorMessage): void {
    const field = code === 'name-invalid' ? 'name' : code === 'metadata-invalid' ? 'metadata' : undefined
    const update = field && this.#own.takeBack(field, id)
    if (update !== undefined) this.#say(update)
  }

  #onUpdated({ type: _, ...member }: PeerUpdated): void {
    this.#roster.find(member.peerId)?.update(member)
  }

  #onAway(id: string, isAway: boolean): void {
    const peer = this.#roster.find(id)
    if (peer !== undefined) peer.isAway = isAway
  }

  #onSignal(signal: Signal): void {
    // Who makes an offer does not wait to be known again.
    this.#reunions.admit(signal.from, signal.gen)
    const peer = this.#roster.find(signal.from)
    if (peer === undefined) this.#early.hold(signal)
    else peer.receive(signal)
  }

  #admit({ isInitiator, type: _, ...member }: Ready, firstGen: number, isOverdue: boolean): void {
    const { uplinkKbps, reportQuality = false } = this.#options
    const peer: Peer = new Peer({
      member,
      isInitiator,
      ice: this.#ice,
      firstGen,
      own: this.#own,
      send: (message: ClientMessage) => this.#session.send(message),
      isServed: () => this.#session.state === 'open',
      remotePeers: () => this.#roster.count,
      otherQualities: () =>
        [...this.#roster.all()].flatMap((other) =>
          other === peer || other.state !== 'live' ? [] : (other.quality ?? []),
        ),
      uplinkKbps,
    })
    peer.on('error', (error) => this.emit('error', error))
    peer.on('renamed', () => {
      peer.introduce(this.#id)
      this.#reunions.review()
    })
    peer.on('message', (data) => this.#whenShown(peer, () => this.emit('message', { from: peer, data })))
    peer.on('file', (file) => this.#whenShown(peer, () => this.emit('file', { from: peer, file })))
    if (reportQuality && this.#isAskedForQuality) this.#reporter.watch(peer)
    this.#roster.add(peer)
    for (const signal of this.#early.take(member.peerId)) peer.receive(signal)
    const isUnheard = this.#unheard.delete(member.peerId) && !isInitiator
    if (isUnheard || isOverdue) peer.renegotiate()
  }

  /** Nobody hears of a peer, or from it, before `peer`. */
  #whenShown(peer: Peer, tell: () => void): void {
    if (this.peers.get(peer.id) === peer) {
      tell()
      return
    }
    const listening = new AbortController()
    const signal = AbortSignal.any([listening.signal, this.#ended.signal])
    this.#roster.on(
      'peer',
      (shown) => {
        if (shown !== peer) return
        listening.abort()
        tell()
      },
      { signal },
    )
    peer.on('state', (state) => state === 'closed' && listening.abort(), { signal })
  }

  #reunite(orphan: Peer, { isInitiator, type: _, ...member }: Ready): void {
    this.#roster.attach(orphan, member, isInitiator)
    for (const signal of this.#early.take(member.peerId)) orphan.receive(signal)
  }

  #onLost(): void {
    this.#unheard.clear()
    this.#reunions.clear()
    this.#roster.orphanAll()
  }

  /** What the service says to whoever comes in. */
  #hearJoined({ peerId, name, role, door = 'open', iceServers, quality = false }: Joined): void {
    this.#id = peerId
    this.#isAskedForQuality = quality
    this.#own.givenName = name
    // Who knocks is said anew.
    this.#host?.forgetKnocks()
    const former = this.#host
    this.#host = role === 'host' ? (former ?? this.#makeHost()) : undefined
    if (this.#host !== former) this.emit('host', this.#host)
    if (iceServers !== undefined) this.#ice.update(iceServers)
    this.#setDoor(door)
  }

  #makeHost(): Host {
    return new Host(
      (message) => this.#session.send(message),
      (peer) => this.#roster.remove(peer.memberId, 'kicked'),
    )
  }

  #setDoor(door: Door): void {
    if (this.#door === door) return
    this.#door = door
    this.emit('door', door)
  }

  #onRejoined(joined: Joined): void {
    const { peerId: id } = joined
    this.#hearJoined(joined)
    // Those that are still connected need not guess who the newcomer is.
    for (const peer of this.#roster.shown.values()) peer.introduce(id)
    // It may have changed after the `join` was on its way.
    if (this.#isUnsaid) {
      this.#isUnsaid = false
      this.#say(this.#own.updateAll())
    }
    this.#roster.review()
  }

  /** Nobody knows what was lost: who has come and gone, and signals of those who are here. */
  #onResync({ members }: Resync): void {
    // Who is still here is announced once more, and so is who knocks.
    this.#reunions.clear()
    this.#host?.forgetKnocks()
    const present = new Set(members.map(({ peerId }) => peerId))
    for (const { memberId } of [...this.#roster.all()]) {
      if (!present.has(memberId)) this.#roster.remove(memberId, 'disconnected')
    }
    for (const { isInitiator, ...member } of members) {
      const peer = this.#roster.find(member.peerId)
      if (peer === undefined) {
        this.#unheard.add(member.peerId)
        this.#reunions.announce({ type: 'ready', isInitiator, ...member })
      } else {
        peer.update(member)
        // Who is, is said so right after.
        peer.isAway = false
        peer.renegotiate()
      }
    }
  }

  #onPageHide(): void {
    // The others are to hear of it before the connections close.
    this.#session.abandon()
    this.#end(new CallError('closed'))
  }

  #end(reason: CallError | 'left'): void {
    if (this.#ended.signal.aborted) return
    this.#ended.abort()
    this.#session.close()
    this.#reunions.clear()
    this.#roster.end()
    this.#reporter.flush()
    if (this.#screen !== undefined) stopAll(this.#screen)
    this.emit('end', { reason })
  }
}

function stopAll(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop()
}
