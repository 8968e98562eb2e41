import { type Static, Type } from '@sinclair/typebox'

/** Names a room. Chosen by people (`1001`) or generated; trimmed, never empty, bounded by `maxRoomIdLength`. */
export const RoomId = Type.String({
  minLength: 1,
  description: 'The room. A number is read as its text; surrounding white space does not count.',
})
export type RoomId = Static<typeof RoomId>

/** Names one seat in one room: made by the server, unguessable (128 bits, base64url), never used twice. */
export const PeerId = Type.String({
  minLength: 1,
  maxLength: 64,
  description: 'One member of one room, named by the server. Unguessable, never used twice.',
})
export type PeerId = Static<typeof PeerId>
