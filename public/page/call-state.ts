import type { PeerState } from '../sdk/index.js'

/** What the page is about, as in `document.documentElement.dataset.state`. */
export type PageState =
  | 'idle'
  | 'joining'
  | 'full'
  | 'server-away'
  | 'rejected'
  | 'knocking'
  | 'denied'
  | 'locked'
  | 'refused'
  | 'kicked'
  | 'taken'
  | 'access-away'
  | 'unsupported'
  | 'offline'
  | 'waiting'
  | 'connecting'
  | 'connected'
  | 'unstable'
  | 'failed'
  | 'left'
  | 'ended'

/** The state of a call, and whom its sentence is about. */
export interface CallState {
  readonly state: Extract<PageState, 'waiting' | 'connecting' | 'connected' | 'unstable' | 'failed' | 'left'>
  /** Absent where somebody gave no name, or several are meant. */
  readonly name?: string | undefined
  /** How many the sentence is about. */
  readonly count: number
}

/** Somebody in the call, as far as the sentence goes. */
export interface Standing {
  readonly name: string | undefined
  readonly state: PeerState
}

// What somebody should know first: a trouble before a good news.
const order = [
  ['failed', 'failed'],
  ['reconnecting', 'unstable'],
  ['unstable', 'unstable'],
  ['connecting', 'connecting'],
  ['live', 'connected'],
] as const

/**
 * Sums a call up into one state.
 *
 * @param peers     everybody else who is here
 * @param lastLeft  who was the last to go, while nobody is here
 */
export function callState(peers: readonly Standing[], lastLeft?: { readonly name: string | undefined }): CallState {
  for (const [peerState, state] of order) {
    const concerned = peers.filter((peer) => peer.state === peerState)
    const [first] = concerned
    if (first === undefined) continue
    return { state, count: concerned.length, ...(concerned.length === 1 && { name: first.name }) }
  }
  return lastLeft === undefined ? { state: 'waiting', count: 0 } : { state: 'left', name: lastLeft.name, count: 1 }
}
