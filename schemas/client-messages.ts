import { type Static, Type } from '@sinclair/typebox'
import { Media, Name } from './members.js'

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
    metadata: Type.Optional(
      Type.Unknown({
        description:
          "The application's own about the member, for the others: a JSON object of at most `maxMetadataBytes` once serialised, and at most 8 levels deep; otherwise the error `metadata-invalid`.",
      }),
    ),
    media: Type.Optional(Media),
    updates: Type.Optional(
      Type.Boolean({
        description:
          'Whether you want `peer-updated`, when another member changes what it says about itself. Without it: no.',
      }),
    ),
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

/** Say something else about yourself. The others who asked for `updates` get `peer-updated`. */
export const Update = Type.Object(
  {
    type: Type.Literal('update'),
    name: Type.Optional(
      Type.Union([Name, Type.Null()], { description: 'The new name, under the rules of `join`; null: none any more.' }),
    ),
    metadata: Type.Optional(
      Type.Unknown({
        description: 'The new object, in place of the whole old one, under the rules of `join`; null: none any more.',
      }),
    ),
    media: Type.Optional(
      Type.Union([Media, Type.Null()], {
        description: 'What you are sending now, in place of all that was said before; null: nothing is said any more.',
      }),
    ),
    id: MessageId,
  },
  {
    ...open,
    description:
      'Say something else about yourself; a field that is left out stays as it was. Answered only by an `error`; the others who asked for `updates` get `peer-updated`.',
  },
)
export type Update = Static<typeof Update>

const relayed = {
  to: Type.Optional(
    Type.String({
      description:
        'The `peerId` of the addressee. May be left out while there is only one other member. Does not reach the addressee.',
    }),
  ),
  gen: Type.Optional(
    Type.Unknown({
      description:
        'What the SDK adds: the number of the connection between the two, counted from 1 by the initiator. Opaque.',
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

/** The sender asks the other side to restart ICE (RFC 8445, section 9), or its initiator to connect anew. Relayed; opaque. */
export const Restart = Type.Object(
  {
    type: Type.Literal('restart'),
    ...relayed,
    rebuild: Type.Optional(
      Type.Unknown({ description: 'True: make a new connection in place of the present one. Opaque.' }),
    ),
  },
  {
    ...open,
    description:
      'Asks the other side to restart ICE, or its initiator to connect anew. For clients that know it: the SDK. Relayed with every property it came with.',
  },
)
export type Restart = Static<typeof Restart>

/** Leave the room. Answered by `left`; the others get `peer-left`. */
export const Leave = Type.Object(
  { type: Type.Literal('leave'), id: MessageId },
  { ...open, description: 'Leave the room. Answered by `left`; the others get `peer-left`.' },
)
export type Leave = Static<typeof Leave>

/** Every message a client may send, by its `type`. */
export const clientMessages = {
  join: Join,
  update: Update,
  offer: Offer,
  answer: Answer,
  ice: Ice,
  restart: Restart,
  leave: Leave,
} as const

export type ClientMessageType = keyof typeof clientMessages

/** The message of one type, or of any. */
export type ClientMessage<T extends ClientMessageType = ClientMessageType> = {
  [K in T]: Static<(typeof clientMessages)[K]> & { type: K }
}[T]
