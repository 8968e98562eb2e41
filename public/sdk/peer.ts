import type { Media, Member, Role } from '../../schemas/index.js'
import { CallError } from './call-error.js'
import { type ConnectionDetails, detailsOf } from './connection-details.js'
import type { ConnectionSample } from './connection-sample.js'
import { type MediaState, mediaState, type WantedHeights } from './control-channel.js'
import { Emitter } from './emitter.js'
import type { SendFileOptions } from './file-sender.js'
import { Outgoing } from './outgoing.js'
import { PeerChannels } from './peer-channels.js'
import { PeerLink } from './peer-link.js'
import type { PeerEvents, PeerOptions, PeerState } from './peer-options.js'
import { PeerStream } from './peer-stream.js'
import { limitOf, type Quality, QualityMeter } from './quality.js'
import type { QualityMoment } from './quality-history.js'
import { sideOf } from './quality-side.js'
import type { Signal } from './signal.js'
import { type Slot, type StreamKind, slots } from './slots.js'
import { type Code, Verification } from './verification.js'

/**
 * One other member of the call. When the connection to it cannot be saved a new one is made, and the `Peer`, its
 * `stream()` and what was sent to it stay.
 */
export class Peer extends Emitter<PeerEvents> {
  /**
   * The member's `peerId` when this object was made; it stays, whatever the service calls the member after having forgotten it.
   */
  readonly id: string
  readonly #options: PeerOptions
  readonly #link: PeerLink
  readonly #outgoing: Outgoing
  readonly #channels: PeerChannels
  readonly #verification = new Verification()
  readonly #stream = new PeerStream()
  readonly #meter = new QualityMeter()
  #listening = new AbortController()
  #member: Member
  #media: MediaState | undefined
  /** Whether the peer has said over the present connection what it sends. */
  #saysItself = false
  #wanted: WantedHeights = {}
  #quality: Quality | undefined
  /** The last two of the present connection, the newer one first. */
  #samples: readonly ConnectionSample[] = []
  #laterId: string | undefined
  /** As whom this side has made itself known over the connection. */
  #toldId: string | undefined

  /** Made by `Call` when the service says that the two can negotiate. */
  constructor(options: PeerOptions) {
    super()
    this.#options = options
    this.id = options.member.peerId
    this.#member = options.member
    if (options.member.media !== undefined) this.#media = mediaOf(options.member.media, undefined)
    this.#link = new PeerLink(options, () => ({ media: this.#own(), wanted: this.#wanted }))
    this.#outgoing = new Outgoing(options, this.#link.connection, (cause) => this.#onRefused(cause))
    this.#channels = new PeerChannels(this.#link.connection.pc)
    this.#verification.use(this.#link.connection.pc, this.#link.control)
    this.#listen()
    this.#link.start()
  }

  /** What the service calls the member now. @internal for what is told of it */
  get memberId(): string {
    return this.#member.peerId
  }

  /** What it wants to be called; anybody may take any name. */
  get name(): string | undefined {
    return this.#member.name
  }

  /** Whether it may say who is in the room, by the service's word. */
  get role(): Role {
    return this.#member.role ?? 'guest'
  }

  /** The small object that the member has given with `join` or `update`, as it came: check it. */
  get metadata(): Readonly<Record<string, unknown>> | undefined {
    return this.#member.metadata
  }

  /**
   * What the two people compare to know that nobody is between them: it is the same on both sides, or somebody is. Another one
   * after each `reconnecting`. undefined until it is known, and where the peer is not made with this SDK, or this page is not secure.
   */
  get code(): Code | undefined {
    return this.#verification.code
  }

  /** How good the connection is; undefined until that is known. */
  get quality(): Quality | undefined {
    return this.#quality
  }

  /** What the connection was like, second by second, for about the last two minutes, oldest first. A peer that replaces this one goes on with it. */
  get history(): readonly QualityMoment[] {
    return this.#meter.history.moments
  }

  /** What goes over the connection now, and which way; undefined until that is known, and while the connection does not work. */
  get details(): ConnectionDetails | undefined {
    const [sample, last] = this.#isUp ? this.#samples : []
    return sample === undefined || last === undefined ? undefined : detailsOf(sample, last)
  }

  /** How the media connection is. */
  get state(): PeerState {
    return this.#link.state
  }

  /** The present connection, for statistics; another one after a `reconnecting`. Changing it breaks the peer. */
  get pc(): RTCPeerConnection {
    return this.#link.connection.pc
  }

  /**
   * The peer's microphone and camera (`user`), or its screen with the sound of that (`screen`): one object each, which a peer
   * that replaces this one goes on with; its tracks may change.
   */
  stream(kind: StreamKind = 'user'): MediaStream {
    return this.#stream.media(kind)
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
   * Tells the peer how high the picture in a slot is to be at most, in pixels of this screen, so that nobody encodes and
   * sends more than is seen. 0: not at all, as it is hidden. Without it pictures come as high as the number of people allows.
   */
  want(slot: Slot, maxHeight: number): void {
    if (this.#wanted[slot] === maxHeight) return
    this.#wanted = { ...this.#wanted, [slot]: maxHeight }
    this.#link.control.want(this.#wanted)
  }

  /**
   * Sends something to this peer: a JSON value of at most 65536 bytes. It waits until there is a connection, and arrives once
   * and in order also when that breaks and is made anew.
   *
   * @throws TypeError when it is no JSON value; CallError `message-too-big`, `backlog-full` when too much is waiting, or
   *         `channel-closed` when the peer is gone
   */
  send(data: unknown): void {
    this.#channels.send(data)
  }

  /**
   * Offers a file, and sends it once the peer has accepted it. It belongs to the present connection, and fails with it.
   *
   * @returns when the peer has all of it
   * @throws  CallError `file-refused`, `file-failed`, `channel-closed` or `aborted`; RangeError for a `chunkBytes` that cannot be
   */
  sendFile(file: Blob & { readonly name?: string }, options: SendFileOptions = {}): Promise<void> {
    return this.#channels.sendFile(file, options)
  }

  /**
   * Opens a data channel of your own; the peer is told by `channel`. It belongs to the present connection: when that is made
   * anew, the channel closes.
   *
   * @returns when it is open
   * @throws  TypeError for a label that begins with `signalbox.`; CallError `channel-closed` or `aborted`
   */
  open(
    label: string,
    init: RTCDataChannelInit = {},
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<RTCDataChannel> {
    return this.#channels.open(label, init, options.signal)
  }

  /**
   * Takes a signal of this peer in. Never throws: what goes wrong is told by `error`.
   *
   * @internal called by `Call`, in the order of arrival
   */
  receive(signal: Signal): void {
    this.#link.receive(signal)
  }

  /** The service tells what the member is like now. @internal called by `Call` */
  update(member: Member): void {
    const former = this.#member
    this.#member = member
    // The service can be late with it, and what the peer says itself comes first where it comes at all.
    const isHeardItself = this.#saysItself && this.state === 'live'
    if (member.media !== undefined && !isHeardItself) this.#hearMedia(mediaOf(member.media, this.#media))
    if (former.name !== member.name || JSON.stringify(former.metadata) !== JSON.stringify(member.metadata)) {
      this.emit('profile', undefined)
    }
  }

  /**
   * Brings a slot in line with what is published. Never rejects: that one peer has refused a slot keeps nothing from the
   * others. @internal called by `Call`
   */
  async publish(slot: Slot): Promise<void> {
    this.#link.control.tell(this.#own())
    if (this.state === 'closed') return
    try {
      await this.#outgoing.publish(slot)
    } catch (cause) {
      this.#onRefused(cause)
    }
  }

  /** Looks how the connection is, and does what is needed. Never rejects. @internal called by `Call` about once in a second */
  look(): Promise<void> {
    const isComing = slots.some((slot) => this.isSending(slot) && this.#wanted[slot] !== 0)
    // Whoever sends gets reports about it, so that silence means something in both directions.
    const isExpected = isComing || this.#outgoing.isFlowing
    return this.#link.look({ isExpected })
  }

  /** This device is on another network now. @internal called by `Call` */
  onNetworkChange(): void {
    this.#link.onNetworkChange()
  }

  /** What the peer has said that it sends. @internal called by `QualityReporter` */
  get told(): MediaState | undefined {
    return this.#media
  }

  /** Whether all that the peer says it is sending has arrived. @internal called by `Roster` */
  get isComplete(): boolean {
    const media = this.#media
    return media !== undefined && slots.every((slot) => !media[slot] || this.#hasData(slot))
  }

  /** Whether the peer would be heard of if it hung up without the service. @internal called by `Roster` */
  get isReachable(): boolean {
    return this.#link.control.state === 'open'
  }

  /** What the peer says, over its own connection, that the service calls it now. @internal called by `Roster` and `Reunions` */
  get laterId(): string | undefined {
    return this.#laterId
  }

  /** With what each can show the other that it is at one end of the connection. @internal called by `Reunions` */
  get proof(): { readonly show: string; readonly expect: string } | undefined {
    return this.#link.proof
  }

  /** Whether the service has no socket to it at the moment. @internal called by `Call` */
  set isAway(isAway: boolean) {
    this.#link.isAway = isAway
  }

  /** Whether the peer has said that it is somebody else to the service than was known. @internal called by `Roster` and `Reunions` */
  get hasMoved(): boolean {
    return this.#laterId !== undefined && this.#laterId !== this.memberId
  }

  /** The number of the present connection. @internal called by `Reunions` */
  get gen(): number {
    return this.#link.connection.gen
  }

  /** Tells the peer, over its own connection, what the service calls this side now; once. @internal called by `Call` */
  introduce(id: string): void {
    if (this.#toldId === id || !this.isReachable) return
    this.#toldId = id
    this.#link.control.tellId(id)
  }

  /** Goes on with the signaling, with whom the service calls so now. @internal called by `Roster` */
  attach(member: Member, isInitiator: boolean): void {
    this.#link.attach(member.peerId, isInitiator)
    this.update(member)
  }

  /** Something that was said may be lost. @internal called by `Call` */
  renegotiate(): void {
    this.#link.renegotiate()
  }

  /** Whether the other side has closed the connection. @internal called by `Roster` */
  get hasHungUp(): boolean {
    return this.#link.control.state === 'closed'
  }

  /**
   * Ends the signaling, and leaves the connection as it is: its signals would reach somebody else, or nobody.
   *
   * @internal called by `Roster`
   */
  detach(): void {
    this.#link.detach()
  }

  /** Goes on with the stream objects of another peer, which loses them and can be sent nothing any more. @internal called by `Roster` */
  takeOver(predecessor: Peer): void {
    this.#stream.takeOver(predecessor.#stream)
    this.#meter.history.goOnFrom(predecessor.#meter.history)
    const lost = predecessor.#channels.close()
    if (lost > 0) this.emit('error', new CallError('undelivered', `${lost} messages did not arrive`))
  }

  /** Says so to the other side, and ends the connection. @internal called by `Roster` */
  hangUp(): void {
    this.#link.control.sayBye()
    this.close()
  }

  /** Ends the connection. The last picture stays in the stream. @internal called by `Roster` */
  close(): void {
    this.#listening.abort()
    this.#channels.close()
    this.#verification.close()
    this.#link.close()
  }

  #listen(): void {
    const link = this.#link
    link.on('state', (state) => this.emit('state', state))
    link.on('error', (error) => this.emit('error', error))
    link.on('slot', (slot) => void this.publish(slot))
    link.on('track', ({ slot, track }) => this.#onTrack(slot, track))
    link.on('media', (media) => {
      this.#saysItself = true
      this.#hearMedia(media)
    })
    link.on('want', (heights) => this.#outgoing.want(heights))
    link.on('sample', (sample) => this.#onSample(sample))
    link.on('busy', (isBusy) => {
      this.#meter.isPeerBusy = isBusy
    })
    link.on('id', (id) => {
      this.#laterId = id
      this.emit('renamed', id)
    })
    link.on('bye', () => this.emit('gone', 'left'))
    link.on('close', () => this.emit('gone', 'disconnected'))
    link.on('connection', (connection) => {
      this.#listening.abort()
      this.#listening = new AbortController()
      this.#saysItself = false
      this.#samples = []
      this.#meter.isPeerBusy = false
      this.#outgoing.use(connection)
      this.#channels.use(connection.pc)
      this.#verification.use(connection.pc, link.control)
    })
    this.#verification.on('code', (code) => this.emit('code', code))
    this.#verification.on('failed', () => this.emit('error', new CallError('code-failed')))
    this.#channels.on('message', (data) => this.emit('message', data))
    this.#channels.on('file', (file) => this.emit('file', file))
    this.#channels.on('channel', (channel) => this.emit('channel', channel))
  }

  #onTrack(slot: Slot, track: MediaStreamTrack): void {
    const { signal } = this.#listening
    const tell = (): void => this.emit('media', undefined)
    for (const type of ['mute', 'unmute', 'ended']) track.addEventListener(type, tell, { signal })
    this.#stream.show(slot, track)
    this.emit('track', { slot, track })
  }

  get #isUp(): boolean {
    return this.state === 'live' || this.state === 'unstable'
  }

  #onSample(sample: ConnectionSample): void {
    this.#outgoing.adapt(sample)
    this.#link.control.tellBusy(limitOf(sample) === 'cpu')
    this.#samples = [sample, ...this.#samples.slice(0, 1)]
    if (!this.#isUp) return
    const quality = this.#meter.add(
      sample,
      slots.some((slot) => this.isSending(slot)),
    )
    if (quality === undefined) return
    const side = sideOf(quality, this.#options.otherQualities())
    this.#quality = side === undefined ? quality : { ...quality, side }
    this.emit('quality', this.#quality)
  }

  /** A browser refuses something that the connection can do without. */
  #onRefused(cause: unknown): void {
    if (this.state !== 'closed') this.emit('error', new CallError('browser-failed', undefined, { cause }))
  }

  #hearMedia(media: MediaState): void {
    this.#media = media
    this.emit('media', undefined)
  }

  #hasData(slot: Slot): boolean {
    const track = this.#link.connection.transceiver(slot)?.receiver.track
    return track !== undefined && track.readyState === 'live' && !track.muted
  }

  #own(): MediaState {
    return mediaState((slot) => this.#options.own.isSending(slot))
  }
}

/** The service knows no `screen-audio`; that is heard from the peer alone. */
function mediaOf({ mic, camera, screen }: Media, former: MediaState | undefined): MediaState {
  return {
    mic: mic === true,
    camera: camera === true,
    screen: screen === true,
    'screen-audio': screen === true && former?.['screen-audio'] === true,
  }
}
