import { type Static, Type } from '@sinclair/typebox'
import { type ErrorCode, errorCodes } from './errors.js'
import { PeerId, RoomId } from './identifiers.js'
import { Member } from './members.js'

/** You are in. */
export const Joined = Type.Object(
  {
    type: Type.Literal('joined'),
    roomId: RoomId,
    peers: Type.Integer({ minimum: 0, description: 'How many others are there already.' }),
    peerId: PeerId,
    members: Type.Array(Member, { description: 'The others, oldest first.' }),
    capacity: Type.Integer({ minimum: 2, description: 'How many this room holds.' }),
  },
  { description: 'You are in the room. `peerId` is your own.' },
)
export type Joined = Static<typeof Joined>

/** The room is full; the socket is in no room. */
export const Full = Type.Object(
  { type: Type.Literal('full'), roomId: RoomId },
  { description: 'The room is full, and you are in no room. Trying again later can succeed.' },
)
export type Full = Static<typeof Full>

/** You and one other can negotiate; the initiator makes the first offer. */
export const Ready = Type.Object(
  {
    type: Type.Literal('ready'),
    isInitiator: Type.Boolean({
      description:
        'True for the newcomer of the pair, who makes the first offer; false for the other. Never the same for both.',
    }),
    ...Member.properties,
  },
  { description: 'You and `peerId` can negotiate now. One per pair and side.' },
)
export type Ready = Static<typeof Ready>

const from = Type.String({
  description: "The sender's `peerId`, the server's word: what the sender wrote there is replaced.",
})

const gen = Type.Optional(Type.Unknown({ description: 'As it was sent. Of two, the lower one is stale.' }))

/** Somebody's `offer`. */
export const RelayedOffer = Type.Object(
  { type: Type.Literal('offer'), from, sdp: Type.Optional(Type.Unknown({ description: 'As it was sent.' })), gen },
  { additionalProperties: true, description: "Another member's `offer`, with every property it came with." },
)
export type RelayedOffer = Static<typeof RelayedOffer>

/** Somebody's `answer`. */
export const RelayedAnswer = Type.Object(
  { type: Type.Literal('answer'), from, sdp: Type.Optional(Type.Unknown({ description: 'As it was sent.' })), gen },
  { additionalProperties: true, description: "Another member's `answer`, with every property it came with." },
)
export type RelayedAnswer = Static<typeof RelayedAnswer>

/** Somebody's `ice`. */
export const RelayedIce = Type.Object(
  { type: Type.Literal('ice'), from, candidate: Type.Optional(Type.Unknown({ description: 'As it was sent.' })), gen },
  { additionalProperties: true, description: "Another member's `ice`, with every property it came with." },
)
export type RelayedIce = Static<typeof RelayedIce>

/** Somebody's `restart`. */
export const RelayedRestart = Type.Object(
  {
    type: Type.Literal('restart'),
    from,
    rebuild: Type.Optional(Type.Unknown({ description: 'As it was sent.' })),
    gen,
  },
  { additionalProperties: true, description: "Another member's `restart`, with every property it came with." },
)
export type RelayedRestart = Static<typeof RelayedRestart>

/** Another member says something else about itself. */
export const PeerUpdated = Type.Object(
  { type: Type.Literal('peer-updated'), ...Member.properties },
  {
    description:
      'Another member says something else about itself: all of it as it is now; what is absent it does not say any more. Only to who asked for `updates` at `join`.',
  },
)
export type PeerUpdated = Static<typeof PeerUpdated>

/** Why a member is gone. */
export const LeaveReason = Type.Union([Type.Literal('left'), Type.Literal('disconnected')], {
  description:
    '`left`: said so, joined another room, or closed its socket with 1000. `disconnected`: its socket closed otherwise, or broke.',
})
export type LeaveReason = Static<typeof LeaveReason>

/** Another member is gone. */
export const PeerLeft = Type.Object(
  { type: Type.Literal('peer-left'), peerId: PeerId, reason: LeaveReason },
  { description: 'Another member is gone. Whoever joins next brings a new `ready`.' },
)
export type PeerLeft = Static<typeof PeerLeft>

/** You are out of the room, as you asked. */
export const Left = Type.Object(
  { type: Type.Literal('left') },
  { description: 'You are out of the room, as you asked.' },
)
export type Left = Static<typeof Left>

/** What you sent was not taken. */
export const ErrorMessage = Type.Object(
  {
    type: Type.Literal('error'),
    code: Type.Unsafe<ErrorCode>(
      Type.Union(
        Object.keys(errorCodes).map((code) => Type.Literal(code)),
        { description: 'One of the closed list.' },
      ),
    ),
    message: Type.String({ description: 'For people.' }),
    id: Type.Optional(
      Type.Union([Type.String(), Type.Number()], {
        description: 'The `id` of the message that caused it, where it had one.',
      }),
    ),
  },
  { description: 'A message of yours was not taken; everything else stays as it was.' },
)
export type ErrorMessage = Static<typeof ErrorMessage>

/** Every message the server may send, by its `type`. */
export const serverMessages = {
  joined: Joined,
  full: Full,
  ready: Ready,
  offer: RelayedOffer,
  answer: RelayedAnswer,
  ice: RelayedIce,
  restart: RelayedRestart,
  'peer-updated': PeerUpdated,
  'peer-left': PeerLeft,
  left: Left,
  error: ErrorMessage,
} as const

export type RelayedMessage = RelayedOffer | RelayedAnswer | RelayedIce | RelayedRestart
export type ServerMessage = Joined | Full | Ready | RelayedMessage | PeerUpdated | PeerLeft | Left | ErrorMessage
export type ServerMessageType = ServerMessage['type']
