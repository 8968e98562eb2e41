import type { Sink } from '../../plugins/rooms/room-store.js'

/** A member that minds nothing that it is told. */
export const deafSink: Sink = {
  seated: () => {},
  knocking: () => {},
  turnedAway: () => {},
  resumed: () => {},
  deliver: () => {},
  fenced: () => {},
}
