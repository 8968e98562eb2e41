import { type Static, Type } from '@sinclair/typebox'
import { Attempt, Mac } from './client-messages.js'
import { PeerId, RoomId } from './identifiers.js'

/** The body of `POST /leave`, with which a page that is closing leaves: JSON, as text, so that `navigator.sendBeacon` can send it. */
export const LeaveRequest = Type.Object({ roomId: RoomId, peerId: PeerId, attempt: Attempt, mac: Mac })
export type LeaveRequest = Static<typeof LeaveRequest>
