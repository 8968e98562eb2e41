import { type Static, Type } from '@sinclair/typebox'
import { Name } from './identifiers.js'

const open = { additionalProperties: true }

const MessageId = Type.Optional(
  Type.Unknown({
    description:
      'Yours. A text (up to 128 characters) or number comes back as `id` in an `error` that this message causes. In a message that is relayed it is relayed as well.',
  }),
)

/** Enter a room; leaves the present one first. Answered by `joined`, `full` or `error`. */
export const Join = Type.Object(
  {
    type: Type.Literal('join'),
    roomId: Type.Optional(
      Type.Union([Type.String(), Type.Number(), Type.Null()], {
        description:
          'The room. A number is read as its text, as JavaScript writes it (`1001.0` is `1001`); white space around it does not count; empty, null or absent is the error `room-id-required`.',
      }),
    ),
    name: Type.Optional(Name),
    capacity: Type.Optional(
      Type.Integer({
        minimum: 2,
        description:
          "How many the room may hold, 2 or more. The first joiner's counts; more than the server's `maxRoomCapacity` is taken as that; without it: 2.",
      }),
    ),
    id: MessageId,
  },
  { ...open, description: 'Enter a room; leaves the present one first. Answered by `joined`, `full` or `error`.' },
)
export type Join = Static<typeof Join>

const relayed = {
  to: Type.Optional(
    Type.String({
      description:
        'The `peerId` of the addressee. May be left out while there is only one other member. Does not reach the addressee.',
    }),
  ),
  id: MessageId,
}

const description = {
  ...relayed,
  sdp: Type.Optional(Type.Unknown({ description: 'The SDP. Opaque: never parsed, never rewritten.' })),
}

/** A session description that opens a negotiation (RFC 8829). Relayed with every property; opaque to the service. */
export const Offer = Type.Object(
  {
    type: Type.Literal('offer'),
    ...description,
  },
  { ...open, description: 'A session description that opens a negotiation. Relayed with every property it came with.' },
)
export type Offer = Static<typeof Offer>

/** A session description that answers one. Relayed with every property; opaque to the service. */
export const Answer = Type.Object(
  {
    type: Type.Literal('answer'),
    ...description,
  },
  { ...open, description: 'A session description that answers one. Relayed with every property it came with.' },
)
export type Answer = Static<typeof Answer>

/** An ICE candidate (RFC 8838, trickle). Relayed with every property; opaque to the service. */
export const Ice = Type.Object(
  {
    type: Type.Literal('ice'),
    ...relayed,
    candidate: Type.Optional(
      Type.Unknown({ description: 'The candidate, as `RTCIceCandidate.toJSON()` gives it. Opaque.' }),
    ),
  },
  { ...open, description: 'An ICE candidate. Relayed with every property it came with.' },
)
export type Ice = Static<typeof Ice>

/** Leave the room. Answered by `left`; the others get `peer-left`. */
export const Leave = Type.Object(
  { type: Type.Literal('leave'), id: MessageId },
  { ...open, description: 'Leave the room. Answered by `left`; the others get `peer-left`.' },
)
export type Leave = Static<typeof Leave>

/** Every message a client may send, by its `type`. */
export const clientMessages = { join: Join, offer: Offer, answer: Answer, ice: Ice, leave: Leave } as const

export type ClientMessageType = keyof typeof clientMessages

/** The message of one type, or of any. */
export type ClientMessage<T extends ClientMessageType = ClientMessageType> = {
  [K in T]: Static<(typeof clientMessages)[K]> & { type: K }
}[T]
