import { type Static, Type } from '@sinclair/typebox'
import { identity } from './grant.js'
import { PeerId, RoomId } from './identifiers.js'
import { Door, Media, Metadata, Name, Role } from './members.js'
import { LeaveReason } from './server-messages.js'

/** A member as whoever runs the service sees it: what the others see, and by what it is known. Never a token, nor what names one. */
export const MemberInfo = Type.Object(
  {
    peerId: PeerId,
    name: Type.Optional(Name),
    role: Type.Optional(Role),
    metadata: Type.Optional(Metadata),
    media: Type.Optional(Media),
    subject: identity('Who it is, as its token or the application says.'),
    joinedAt: Type.String({ description: 'When it took its seat, as in ISO 8601.' }),
  },
  { description: 'A member of a room.' },
)
export type MemberInfo = Readonly<Static<typeof MemberInfo>>

/** A member that is in a room at the moment. */
export const PresentMember = Type.Object({
  ...MemberInfo.properties,
  isAway: Type.Boolean({ description: 'Whether its socket is gone, and its seat is held until it comes back.' }),
})
export type PresentMember = Readonly<Static<typeof PresentMember>>

const room = {
  roomId: RoomId,
  door: Door,
  capacity: Type.Integer({ minimum: 0, description: 'How many it holds; 0 where so far people only knock.' }),
}

/** A room in a list. */
export const RoomSummary = Type.Object(
  { ...room, members: Type.Integer({ minimum: 0, description: 'How many are in it.' }) },
  { description: 'A room in a list.' },
)
export type RoomSummary = Readonly<Static<typeof RoomSummary>>

/** A room, and who is in it. */
export const RoomInfo = Type.Object(
  { ...room, members: Type.Array(PresentMember, { description: 'Who is in it, oldest first.' }) },
  { description: 'A room, and who is in it.' },
)
export type RoomInfo = Readonly<Static<typeof RoomInfo>>

/** Which rooms to list. */
export const RoomListing = Type.Object(
  {
    limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1000, default: 100, description: 'How many at the most. Default: 100.' }),
    ),
    after: Type.Optional(
      Type.String({ description: 'Only those whose names come after this one: the last one that was listed before.' }),
    ),
  },
  { additionalProperties: false },
)
export type RoomListing = Readonly<Static<typeof RoomListing>>

/** Why a member is gone, as whoever runs the service is told. */
export const Departure = Type.Union([...LeaveReason.anyOf, Type.Literal('closed')], {
  description:
    'As in `peer-left`: `left`, `disconnected`, `expired`, `replaced`, `kicked`; or `closed`: the room was closed, or, where the rooms are in memory, the service has stopped.',
})
export type Departure = Static<typeof Departure>
