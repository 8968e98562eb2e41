import type { AgreementStep } from './code-agreement.js'
import { isFields, signalOf } from './decode-message.js'
import { Emitter } from './emitter.js'
import { fieldsOf } from './json-fields.js'
import type { OutgoingSignal, Signal } from './signal.js'
import { type Slot, slots } from './slots.js'

/**
 * The fixed id: far above those that a browser gives to channels of its own accord (0, 1, 2, ...), which another client may
 * use on the same connection, and within what every browser lets one negotiate.
 */
const channelId = 1000

/** Longer than any message of the control channel; the other side is not trusted. */
const maxMessageLength = 64 * 1024

/** Which slots somebody is sending in: a track is there and not muted. */
export type MediaState = Readonly<Record<Slot, boolean>>

/** How high a picture is to be, in pixels, by slot; a slot that is not named is wanted as high as it comes, 0 not at all. */
export type WantedHeights = Readonly<Partial<Record<Slot, number>>>

/** What one message of the control channel says. */
export type ControlMessage =
  | { readonly type: 'media'; readonly slots: MediaState }
  | { readonly type: 'want'; readonly heights: WantedHeights }
  | { readonly type: 'busy'; readonly isBusy: boolean }
  | { readonly type: 'id'; readonly peerId: string }
  | { readonly type: 'signal'; readonly signal: Signal }
  | ({ readonly type: 'agree' } & AgreementStep)
  | { readonly type: 'bye' }

/** What a `ControlChannel` tells. */
export interface ControlChannelEvents {
  /** It can be used. */
  open: undefined
  /** What the other side says it is sending. */
  media: MediaState
  /** How large the other side shows what this one sends. */
  want: WantedHeights
  /** Whether the other side's device is too busy to send a better picture. */
  busy: boolean
  /** The other side has come back to the service as somebody new, or answers to this side's having done so. */
  id: string
  /** What the service would have brought. */
  signal: Signal
  /** What leads to a code that both can compare. */
  agree: AgreementStep
  /** The other side hangs up. */
  bye: undefined
  /** The other side's connection is closed, or so is this one. */
  close: undefined
}

/**
 * The data channel on which two SDKs tell each other what nothing else tells: that a microphone is muted or a camera off
 * (`mute` of a remote track fires neither for `enabled = false` nor for `replaceTrack(null)`), how large a picture is
 * shown, whether a device is too busy, who somebody is after having come back to the service, and, while that is away, how to restart ICE and that somebody
 * hangs up.
 *
 * Negotiated with a fixed id, so it costs no message; of a client that does not have it nothing is heard here.
 */
export class ControlChannel extends Emitter<ControlChannelEvents> {
  readonly #channel: RTCDataChannel
  #own: MediaState
  #wanted: WantedHeights
  #isBusy = false

  /**
   * @param own     what this side is sending now
   * @param wanted  how large it shows what it gets
   */
  constructor(pc: RTCPeerConnection, own: MediaState, wanted: WantedHeights) {
    super()
    this.#own = own
    this.#wanted = wanted
    this.#channel = pc.createDataChannel('signalbox.control', { negotiated: true, id: channelId })
    this.#channel.addEventListener('open', () => {
      this.#send({ type: 'media', slots: this.#own })
      this.#send({ type: 'want', heights: this.#wanted })
      if (this.#isBusy) this.#send({ type: 'busy', isBusy: true })
      this.emit('open', undefined)
    })
    this.#channel.addEventListener('close', () => this.emit('close', undefined))
    this.#channel.addEventListener('message', ({ data }) => this.#receive(decodeControlMessage(data)))
  }

  get state(): RTCDataChannelState {
    return this.#channel.readyState
  }

  /** Tells the other side what this one is sending, now or as soon as the channel is open. */
  tell(own: MediaState): void {
    this.#own = own
    this.#send({ type: 'media', slots: own })
  }

  /** Tells the other side how large this one shows what it gets, now or as soon as the channel is open. */
  want(wanted: WantedHeights): void {
    this.#wanted = wanted
    this.#send({ type: 'want', heights: wanted })
  }

  /** Tells the other side whether this device is too busy to send a better picture, now or as soon as the channel is open. */
  tellBusy(isBusy: boolean): void {
    if (this.#isBusy === isBusy) return
    this.#isBusy = isBusy
    this.#send({ type: 'busy', isBusy })
  }

  /** Tells the other side, if it can be told, what the service calls this one now. */
  tellId(peerId: string): void {
    this.#send({ type: 'id', peerId })
  }

  /** Tells the other side, if it can be told, what should go over the service. */
  signal(signal: OutgoingSignal): void {
    this.#send({ type: 'signal', signal })
  }

  /** Tells the other side, if it can be told, what leads to a code. */
  agree({ step, value }: AgreementStep): void {
    this.#send({ type: 'agree', step, value })
  }

  /** Tells the other side, if it can be told, that this one hangs up. */
  sayBye(): void {
    this.#send({ type: 'bye' })
  }

  #receive(message: ControlMessage | undefined): void {
    switch (message?.type) {
      case 'media':
        this.emit('media', message.slots)
        break
      case 'want':
        this.emit('want', message.heights)
        break
      case 'busy':
        this.emit('busy', message.isBusy)
        break
      case 'id':
        this.emit('id', message.peerId)
        break
      case 'signal':
        this.emit('signal', message.signal)
        break
      case 'agree':
        this.emit('agree', message)
        break
      case 'bye':
        this.emit('bye', undefined)
    }
  }

  #send(message: ControlMessage | { readonly type: 'signal'; readonly signal: OutgoingSignal }): void {
    if (this.#channel.readyState === 'open') this.#channel.send(JSON.stringify(message))
  }
}

/**
 * Reads one message of the control channel.
 *
 * @returns `undefined` for what this version does not know; a slot that is not named is not being sent in
 */
export function decodeControlMessage(data: unknown): ControlMessage | undefined {
  // The peer's fault where it cannot be read, and without consequence: what was known of its slots stays.
  const value = fieldsOf(data, maxMessageLength)
  if (value === undefined) return undefined
  if (value['type'] === 'bye') return { type: 'bye' }
  if (value['type'] === 'id' && typeof value['peerId'] === 'string') return { type: 'id', peerId: value['peerId'] }
  if (value['type'] === 'busy') return { type: 'busy', isBusy: value['isBusy'] === true }
  if (value['type'] === 'agree') {
    const { step, value: text } = value
    const isStep = step === 'commit' || step === 'answer' || step === 'reveal'
    return isStep && typeof text === 'string' ? { type: 'agree', step, value: text } : undefined
  }
  if (value['type'] === 'signal') {
    // From whom is known by the connection.
    const signal = isFields(value['signal']) ? signalOf({ ...value['signal'], from: '' }) : undefined
    return signal && { type: 'signal', signal }
  }
  if (value['type'] === 'want' && isFields(value['heights']))
    return { type: 'want', heights: heightsOf(value['heights']) }
  if (value['type'] !== 'media' || !isFields(value['slots'])) return undefined
  const said = value['slots']
  return { type: 'media', slots: mediaState((slot) => said[slot] === true) }
}

/** Makes a `MediaState` by asking for each slot. */
export function mediaState(isSending: (slot: Slot) => boolean): MediaState {
  return {
    mic: isSending('mic'),
    camera: isSending('camera'),
    screen: isSending('screen'),
    'screen-audio': isSending('screen-audio'),
  }
}

function heightsOf(said: Readonly<Record<string, unknown>>): WantedHeights {
  const heights: Partial<Record<Slot, number>> = {}
  for (const slot of slots) {
    const height = said[slot]
    if (typeof height === 'number' && height >= 0) heights[slot] = height
  }
  return heights
}
