import type { Clock } from '../clock.js'
import type { RoomListener } from '../room-event.js'
import { StoreUnavailable } from '../room-store.js'
import type { RoomLink } from './room-link.js'

/** What the rooms of a node share. Times in milliseconds. */
export interface NodeContext {
  readonly link: RoomLink
  readonly clock: Clock
  /** How often each room is told that its members here are still there. */
  readonly touchMs: number
  readonly resumeWindowMs: number
  readonly reloadWindowMs: number
  /** How long the other nodes have to bring back what the store has lost, before anybody is told who is there. */
  readonly mendMs: number
  readonly tally: { seats: number }
  /** What has happened by what was asked of this node. */
  readonly onEvent: RoomListener
  /** What has failed with nobody waiting for it. */
  readonly onError: (error: unknown) => void
}

/** Lets something be done that nobody waits for. That the store is away is no failure: it is done again, or by the next touch. */
export function inBackground({ onError }: Pick<NodeContext, 'onError'>, done: Promise<void>): void {
  done.catch((error: unknown) => {
    if (!(error instanceof StoreUnavailable)) onError(error)
  })
}
