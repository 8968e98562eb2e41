import { isFields } from './decode-message.js'
import { Emitter } from './emitter.js'
import type { Slot } from './slots.js'

/** Which slots somebody is sending in: a track is there and not muted. */
export type MediaState = Readonly<Record<Slot, boolean>>

/** What a `ControlChannel` tells. */
export interface ControlChannelEvents {
  /** What the other side says it is sending. */
  media: MediaState
}

/**
 * The data channel on which two SDKs tell each other what no media event tells: that a microphone is muted or a camera
 * off. (`mute` of a remote track fires neither for `enabled = false` nor for `replaceTrack(null)`.)
 *
 * Negotiated with a fixed id, so it costs no message; a client that does not have it never opens it, and nothing is known
 * of its slots then.
 */
export class ControlChannel extends Emitter<ControlChannelEvents> {
  readonly #channel: RTCDataChannel
  #own: MediaState

  /** @param own  what this side is sending now */
  constructor(pc: RTCPeerConnection, own: MediaState) {
    super()
    this.#own = own
    this.#channel = pc.createDataChannel('signalbox.control', { negotiated: true, id: 0 })
    this.#channel.addEventListener('open', () => this.#send())
    this.#channel.addEventListener('message', ({ data }) => {
      const media = decodeMediaState(data)
      if (media !== undefined) this.emit('media', media)
    })
  }

  /** Tells the other side what this one is sending, now or as soon as the channel is open. */
  tell(own: MediaState): void {
    this.#own = own
    this.#send()
  }

  #send(): void {
    if (this.#channel.readyState === 'open') this.#channel.send(JSON.stringify({ type: 'media', slots: this.#own }))
  }
}

/**
 * Reads one message of the control channel.
 *
 * @returns `undefined` for what this version does not know; a slot that is not named is not being sent in
 */
export function decodeMediaState(data: unknown): MediaState | undefined {
  if (typeof data !== 'string') return undefined
  let value: unknown
  try {
    value = JSON.parse(data)
  } catch {
    // The peer's fault and without consequence: what was known of its slots stays.
    return undefined
  }
  if (!isFields(value) || value['type'] !== 'media' || !isFields(value['slots'])) return undefined
  const said = value['slots']
  return mediaState((slot) => said[slot] === true)
}

/** Makes a `MediaState` by asking for each slot. */
export function mediaState(isSending: (slot: Slot) => boolean): MediaState {
  return { mic: isSending('mic'), camera: isSending('camera') }
}
