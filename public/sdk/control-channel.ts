import { isFields } from './decode-message.js'
import { Emitter } from './emitter.js'
import type { Slot } from './slots.js'

/**
 * The fixed id: far above those that a browser gives to channels of its own accord (0, 1, 2, ...), which another client may
 * use on the same connection, and within what every browser lets one negotiate.
 */
const channelId = 1000

/** Which slots somebody is sending in: a track is there and not muted. */
export type MediaState = Readonly<Record<Slot, boolean>>

/** What one message of the control channel says. */
export type ControlMessage = { readonly type: 'media'; readonly slots: MediaState } | { readonly type: 'bye' }

/** What a `ControlChannel` tells. */
export interface ControlChannelEvents {
  /** What the other side says it is sending. */
  media: MediaState
  /** The other side hangs up. */
  bye: undefined
  /** The other side's connection is closed, or so is this one. */
  close: undefined
}

/**
 * The data channel on which two SDKs tell each other what nothing else tells: that a microphone is muted or a camera off
 * (`mute` of a remote track fires neither for `enabled = false` nor for `replaceTrack(null)`), and that somebody hangs up
 * while the service is away.
 *
 * Negotiated with a fixed id, so it costs no message; of a client that does not have it nothing is heard here.
 */
export class ControlChannel extends Emitter<ControlChannelEvents> {
  readonly #channel: RTCDataChannel
  #own: MediaState

  /** @param own  what this side is sending now */
  constructor(pc: RTCPeerConnection, own: MediaState) {
    super()
    this.#own = own
    this.#channel = pc.createDataChannel('signalbox.control', { negotiated: true, id: channelId })
    this.#channel.addEventListener('open', () => this.tell(this.#own))
    this.#channel.addEventListener('close', () => this.emit('close', undefined))
    this.#channel.addEventListener('message', ({ data }) => {
      const message = decodeControlMessage(data)
      if (message?.type === 'media') this.emit('media', message.slots)
      else if (message?.type === 'bye') this.emit('bye', undefined)
    })
  }

  get state(): RTCDataChannelState {
    return this.#channel.readyState
  }

  /** Tells the other side what this one is sending, now or as soon as the channel is open. */
  tell(own: MediaState): void {
    this.#own = own
    this.#send({ type: 'media', slots: own })
  }

  /** Tells the other side, if it can be told, that this one hangs up. */
  sayBye(): void {
    this.#send({ type: 'bye' })
  }

  #send(message: ControlMessage): void {
    if (this.#channel.readyState === 'open') this.#channel.send(JSON.stringify(message))
  }
}

/**
 * Reads one message of the control channel.
 *
 * @returns `undefined` for what this version does not know; a slot that is not named is not being sent in
 */
export function decodeControlMessage(data: unknown): ControlMessage | undefined {
  if (typeof data !== 'string') return undefined
  let value: unknown
  try {
    value = JSON.parse(data)
  } catch {
    // The peer's fault and without consequence: what was known of its slots stays.
    return undefined
  }
  if (!isFields(value)) return undefined
  if (value['type'] === 'bye') return { type: 'bye' }
  if (value['type'] !== 'media' || !isFields(value['slots'])) return undefined
  const said = value['slots']
  return { type: 'media', slots: mediaState((slot) => said[slot] === true) }
}

/** Makes a `MediaState` by asking for each slot. */
export function mediaState(isSending: (slot: Slot) => boolean): MediaState {
  return { mic: isSending('mic'), camera: isSending('camera') }
}
