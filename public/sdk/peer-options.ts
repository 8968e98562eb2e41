import type { ClientMessage, LeaveReason } from '../../schemas/index.js'
import type { CallError } from './call-error.js'
import type { Slot } from './slots.js'

/**
 * How the media connection to a peer is.
 *
 *     connecting ──> live <──> unstable ──> failed        closed: from anywhere, and for good
 *          └──────────────────────────────────^ └──> live, when the peer restarts ICE
 */
export type PeerState = 'connecting' | 'live' | 'unstable' | 'failed' | 'closed'

/** What a `Peer` tells. */
export interface PeerEvents {
  state: PeerState
  /** A track of the peer is in `stream()`. It is there for the whole call; `isSending` says whether anything is on it. */
  track: { readonly slot: Slot; readonly track: MediaStreamTrack }
  /** `isSending` may answer differently now. */
  media: undefined
  /** Its side of the connection is closed. `left`: it said so before. The call's `left` follows; listen to that. */
  gone: LeaveReason
  /** A signal of the peer could not be used (`protocol`). */
  error: CallError
}

/** A track in a slot. Muted, it stays there and sends silence or black. */
export interface Publication {
  readonly track: MediaStreamTrack | null
  readonly isMuted: boolean
}

/** What a `Call` gives its peers. */
export interface PeerOptions {
  readonly id: string
  readonly name: string | undefined
  /** Whether this side makes the offers. */
  readonly isInitiator: boolean
  readonly configuration: RTCConfiguration
  /** What this side publishes; read whenever it is needed, so it may change. */
  readonly publications: ReadonlyMap<Slot, Publication>
  /** @returns false when the message is lost */
  readonly send: (message: ClientMessage) => boolean
}
