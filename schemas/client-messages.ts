import { type Static, Type } from '@sinclair/typebox'
import { Admit, Kick, Lock, Refuse, Unlock } from './host-messages.js'
import { PeerId, RoomId } from './identifiers.js'
import { Media, Name } from './members.js'
import { MessageId, n } from './message-fields.js'

const open = { additionalProperties: true }

/** How often a seat has been asked for anew; 0 for the first time, by `join`. */
export const Attempt = Type.Integer({
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'Higher than any before for this seat; `joined` counts as 0.',
})

/** What only the owner of a seat can make. */
export const Mac = Type.String({
  maxLength: 64,
  description: 'HMAC-SHA256 with the key of the session, in base64url without padding; over what, see *Resume*.',
})

const Cursor = Type.String({ maxLength: 64, description: 'The `seq` of the last message that came with one.' })

/** What proves that a seat is one's own. */
export const Replace = Type.Object(
  { peerId: PeerId, attempt: Attempt, mac: Mac },
  {
    description:
      'A seat of yours in the same room, that the new one is to take the place of in one step, as after a reload. One that is gone is none; one that is not yours is the error `resume-gone`.',
  },
)
export type Replace = Static<typeof Replace>

/** Enter a room; leaves the present one first. Answered by `joined`, `full`, `knocking` or `error`. */
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
    resume: Type.Optional(
      Type.Boolean({
        description:
          'Whether you can come back over another socket without losing a message; `joined` then carries a `session`. Without it: no.',
      }),
    ),
    replace: Type.Optional(Replace),
    token: Type.Optional(
      Type.Unknown({
        description:
          'What lets you in where not everybody may: a text, the room token (a JWT of at most 4096 characters). Where everybody may, it is not looked at.',
      }),
    ),
    id: MessageId,
  },
  {
    ...open,
    description: 'Enter a room; leaves the present one first. Answered by `joined`, `full`, `knocking` or `error`.',
  },
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
    n,
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
  n,
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

/** The sender knows the other side from before, over a connection that both still have. Relayed; opaque. */
export const Keep = Type.Object(
  {
    type: Type.Literal('keep'),
    ...relayed,
    proof: Type.Optional(
      Type.Unknown({
        description: 'Which connection: the certificates at its two ends, see *What clients agree on*. Opaque.',
      }),
    ),
  },
  {
    ...open,
    description:
      'Shows the other side that the two know each other from before, so that their connection can stay. For clients that know it: the SDK. Relayed with every property it came with.',
  },
)
export type Keep = Static<typeof Keep>

/** Leave the room. Answered by `left`; the others get `peer-left`. */
export const Leave = Type.Object(
  { type: Type.Literal('leave'), n, id: MessageId },
  { ...open, description: 'Leave the room. Answered by `left`; the others get `peer-left`.' },
)
export type Leave = Static<typeof Leave>

/** Take one's seat again over this socket. Answered by `resumed`, `resync` or `error`. */
export const Resume = Type.Object(
  {
    type: Type.Literal('resume'),
    roomId: RoomId,
    peerId: PeerId,
    attempt: Attempt,
    seq: Cursor,
    n: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: Number.MAX_SAFE_INTEGER,
        description:
          'The last of your messages that you know was taken. Where the service has lost messages that it had taken, it sees so by this, and says so to those they were for.',
      }),
    ),
    mac: Mac,
    id: MessageId,
  },
  {
    ...open,
    description:
      'Take your seat again over this socket, which must be in no room. Answered by `resumed` or `resync`, or the errors `resume-gone` or `resume-stale`.',
  },
)
export type Resume = Static<typeof Resume>

/** Everything up to here has come. */
export const Ack = Type.Object(
  { type: Type.Literal('ack'), seq: Cursor },
  { ...open, description: 'What came up to this `seq` need not be kept for you any more. Send one now and then.' },
)
export type Ack = Static<typeof Ack>

/** The answer to a `ping`. */
export const Pong = Type.Object(
  { type: Type.Literal('pong') },
  { ...open, description: 'The answer to a `ping`; without one in `pongTimeoutMs` the socket is dropped.' },
)
export type Pong = Static<typeof Pong>

/** Ask for STUN and TURN servers. */
export const AskIceServers = Type.Object(
  {
    type: Type.Literal('ice-servers'),
    roomId: Type.Optional(
      Type.Union([Type.String(), Type.Number(), Type.Null()], {
        description: 'From a socket that is in no room: the one that is to be joined, perhaps.',
      }),
    ),
    token: Type.Optional(Type.Unknown({ description: 'Likewise: as in `join`.' })),
    id: MessageId,
  },
  {
    ...open,
    description:
      'Ask for STUN and TURN servers: in a room for fresh ones, as before an ICE restart (within 10 seconds the same ones come again); in no room for those that a `join` would get, to see whether they work. Answered by `ice-servers` or `error`.',
  },
)
export type AskIceServers = Static<typeof AskIceServers>

/** Every message a client may send, by its `type`. */
export const clientMessages = {
  join: Join,
  update: Update,
  offer: Offer,
  answer: Answer,
  ice: Ice,
  restart: Restart,
  keep: Keep,
  leave: Leave,
  resume: Resume,
  ack: Ack,
  pong: Pong,
  kick: Kick,
  lock: Lock,
  unlock: Unlock,
  admit: Admit,
  refuse: Refuse,
  'ice-servers': AskIceServers,
} as const

export type ClientMessageType = keyof typeof clientMessages

/** The message of one type, or of any. */
export type ClientMessage<T extends ClientMessageType = ClientMessageType> = {
  [K in T]: Static<(typeof clientMessages)[K]> & { type: K }
}[T]
