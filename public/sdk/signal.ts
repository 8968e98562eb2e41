import type { ClientMessage } from '../../schemas/index.js'

/** What one peer tells another to connect to it, as it arrives. */
export type Signal = Description | Candidate | Restart

/** What one peer tells another to connect to it, as it is sent; to whom is known where it goes out. */
export type OutgoingSignal = ClientMessage<'offer' | 'answer' | 'ice' | 'restart'>

interface FromPeer {
  /** The sender's `peerId`, by the service's word. */
  readonly from: string
  /** The number of the connection it belongs to, from 1; absent when the sender counts none. */
  readonly gen?: number | undefined
}

/** An offer or an answer. */
export interface Description extends FromPeer {
  readonly type: 'offer' | 'answer'
  readonly sdp: unknown
}

/** A candidate, or the end of them. */
export interface Candidate extends FromPeer {
  readonly type: 'ice'
  readonly candidate: unknown
}

/** The other side asks for an ICE restart of the connection `gen`, or for a new connection. */
export interface Restart extends FromPeer {
  readonly type: 'restart'
  readonly rebuild: boolean
}

/** The sender shows that it knows this side from before. */
export interface Keep {
  readonly type: 'keep'
  readonly from: string
  readonly proof: unknown
}
