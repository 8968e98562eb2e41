import type { ClientMessage, Member } from '../../schemas/index.js'
import type { CallError } from './call-error.js'
import type { GoneReason } from './decode-message.js'
import type { IceSource } from './ice-source.js'
import type { IncomingFile } from './incoming-file.js'
import type { OwnProfile } from './own-profile.js'
import type { Quality } from './quality.js'
import type { Slot } from './slots.js'
import type { Code } from './verification.js'

/**
 * How the media connection to a peer is.
 *
 *     connecting ──> live <──> unstable ──> reconnecting ──> live
 *          └──> failed ──> live                   └──> failed ──> live        closed: from anywhere, and for good
 *
 * `unstable`: nothing comes at the moment; ICE is being restarted. `reconnecting`: a new connection is being made, in the
 * place of one that has worked. `failed`: that did not succeed; it is tried again, at growing intervals.
 */
export type PeerState = 'connecting' | 'live' | 'unstable' | 'reconnecting' | 'failed' | 'closed'

/** What a `Peer` tells. */
export interface PeerEvents {
  /** How the connection is now. */
  state: PeerState
  /** A track of the peer is in `stream()`. It stays there; `isSending` says whether anything is on it. */
  track: { readonly slot: Slot; readonly track: MediaStreamTrack }
  /** `isSending` may answer differently now. */
  media: undefined
  /** `name` or `metadata` is another one. */
  profile: undefined
  /** How good the connection is, about once in a second while it is live. */
  quality: Quality
  /** `code` is another one, or none for the moment. */
  code: Code | undefined
  /** What the peer sent with `send`. */
  message: unknown
  /** The peer offers a file: `accept` or `refuse` it. */
  file: IncomingFile
  /** The peer has opened a data channel with `open`. */
  channel: RTCDataChannel
  /** Its side of the connection is closed. `left`: it said so before. The call's `left` follows; listen to that. */
  gone: GoneReason
  /** It says that the service calls it otherwise now. @internal for `Roster` and `Reunions` */
  renamed: string
  /** A signal of the peer could not be used (`protocol`), it cannot be reached (`ice-failed`), somebody may be in between (`code-failed`), `browser-failed`, or `undelivered`. */
  error: CallError
}

/** What a `Call` gives its peers. */
export interface PeerOptions {
  /** As the service has announced it. */
  readonly member: Member
  /** Whether this side makes the first offer. */
  readonly isInitiator: boolean
  readonly ice: IceSource
  /** What this side publishes; read whenever it is needed, so it may change. */
  readonly own: Pick<OwnProfile, 'publications' | 'isSending'>
  /** The number of the first connection; without it: 1. */
  readonly firstGen?: number
  /** @returns false when the message is lost */
  readonly send: (message: ClientMessage) => boolean
  /** Whether the service can be heard now. */
  readonly isServed: () => boolean
  /** How many others there are, of whom each gets a part of the uplink. */
  readonly remotePeers: () => number
  /** How good the connections to the others are, of those that are live. */
  readonly otherQualities: () => readonly Quality[]
  /** What this side may send in all, in kbit/s; undefined: no bound but those of each picture. */
  readonly uplinkKbps: number | undefined
}
