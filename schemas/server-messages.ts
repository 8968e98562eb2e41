import { type Static, Type } from '@sinclair/typebox'
import { type ErrorCode, errorCodes } from './errors.js'
import { IceServers } from './ice-servers.js'
import { PeerId, RoomId } from './identifiers.js'
import { Door, Member, Role } from './members.js'

/** Names a message and the one before it: opaque, and different for every member. */
export const chained = {
  seq: Type.Optional(
    Type.String({ description: 'To who joined with `resume`: names this message. Opaque; for `ack` and `resume`.' }),
  ),
  prev: Type.Optional(
    Type.String({
      description: 'The `seq` of the message before this one. Is it not the last one you had, something is missing.',
    }),
  ),
}

/** With what a member can take its seat again over another socket. */
export const ResumeSession = Type.Object(
  {
    key: Type.String({ description: 'The key for every `mac` of this seat: the base64url text itself, as bytes.' }),
    windowMs: Type.Integer({ description: 'How long the seat is held once the socket is gone.' }),
    pingIntervalMs: Type.Integer({ description: 'How often a `ping` comes at least.' }),
    pongTimeoutMs: Type.Integer({
      description: 'How much longer than that it may stay away until the socket is to be taken for dead.',
    }),
  },
  { description: 'To who joined with `resume`: what it takes to come back over another socket. A secret.' },
)
export type ResumeSession = Static<typeof ResumeSession>

/** You are in. */
export const Joined = Type.Object(
  {
    type: Type.Literal('joined'),
    roomId: RoomId,
    peers: Type.Integer({ minimum: 0, description: 'How many others are there already.' }),
    peerId: PeerId,
    members: Type.Array(Member, { description: 'The others, oldest first.' }),
    capacity: Type.Integer({ minimum: 2, description: 'How many this room holds.' }),
    name: Type.Optional(
      Type.String({
        description: 'What you are called, where your token or the application says so; it cannot be changed.',
      }),
    ),
    role: Type.Optional(Role),
    door: Type.Optional(Door),
    iceServers: Type.Optional(IceServers.properties.iceServers),
    ttlMs: IceServers.properties.ttlMs,
    session: Type.Optional(ResumeSession),
    seq: chained.seq,
    quality: Type.Optional(
      Type.Boolean({ description: 'Whether the service wants to hear how your connections were: see *Quality*.' }),
    ),
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
    ...chained,
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
  {
    type: Type.Literal('offer'),
    from,
    sdp: Type.Optional(Type.Unknown({ description: 'As it was sent.' })),
    gen,
    ...chained,
  },
  { additionalProperties: true, description: "Another member's `offer`, with every property it came with." },
)
export type RelayedOffer = Static<typeof RelayedOffer>

/** Somebody's `answer`. */
export const RelayedAnswer = Type.Object(
  {
    type: Type.Literal('answer'),
    from,
    sdp: Type.Optional(Type.Unknown({ description: 'As it was sent.' })),
    gen,
    ...chained,
  },
  { additionalProperties: true, description: "Another member's `answer`, with every property it came with." },
)
export type RelayedAnswer = Static<typeof RelayedAnswer>

/** Somebody's `ice`. */
export const RelayedIce = Type.Object(
  {
    type: Type.Literal('ice'),
    from,
    candidate: Type.Optional(Type.Unknown({ description: 'As it was sent.' })),
    gen,
    ...chained,
  },
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
    ...chained,
  },
  { additionalProperties: true, description: "Another member's `restart`, with every property it came with." },
)
export type RelayedRestart = Static<typeof RelayedRestart>

/** Somebody's `keep`. */
export const RelayedKeep = Type.Object(
  {
    type: Type.Literal('keep'),
    from,
    proof: Type.Optional(Type.Unknown({ description: 'As it was sent.' })),
    gen,
    ...chained,
  },
  { additionalProperties: true, description: "Another member's `keep`, with every property it came with." },
)
export type RelayedKeep = Static<typeof RelayedKeep>

/** Another member says something else about itself. */
export const PeerUpdated = Type.Object(
  { type: Type.Literal('peer-updated'), ...Member.properties, ...chained },
  {
    description:
      'Another member says something else about itself: all of it as it is now; what is absent it does not say any more. Only to who asked for `updates` at `join`.',
  },
)
export type PeerUpdated = Static<typeof PeerUpdated>

/** Why a member is gone. */
export const LeaveReason = Type.Union(
  [
    Type.Literal('left'),
    Type.Literal('disconnected'),
    Type.Literal('expired'),
    Type.Literal('replaced'),
    Type.Literal('kicked'),
  ],
  {
    description:
      '`left`: said so, joined another room, or closed its socket with 1000. `disconnected`: its socket closed otherwise, or broke. `expired`: its socket broke, and it did not come back in time. `replaced`: it has taken another seat in its place, as after a reload; its `ready` follows. `kicked`: a host has thrown it out.',
  },
)
export type LeaveReason = Static<typeof LeaveReason>

/** Another member is gone. */
export const PeerLeft = Type.Object(
  { type: Type.Literal('peer-left'), peerId: PeerId, reason: LeaveReason, ...chained },
  { description: 'Another member is gone. Whoever joins next brings a new `ready`.' },
)
export type PeerLeft = Static<typeof PeerLeft>

/** STUN and TURN servers. */
export const GivenIceServers = Type.Object(
  { type: Type.Literal('ice-servers'), ...IceServers.properties },
  {
    description:
      'STUN and TURN servers, for the connections and ICE restarts to come. To who asked for them, and to who joined with `resume` before the passwords in the last ones run out.',
  },
)
export type GivenIceServers = Static<typeof GivenIceServers>

/** You wait until a host lets you in. */
export const Knocking = Type.Object(
  { type: Type.Literal('knocking'), roomId: RoomId },
  {
    description:
      'You are in no room yet, and wait until a host lets you in: then `joined` comes, else an `error`, or `full`. `leave` ends the waiting, and so does another `join`.',
  },
)
export type Knocking = Static<typeof Knocking>

/** Somebody knocks. */
export const KnockMessage = Type.Object(
  { type: Type.Literal('knock'), ...Member.properties, ...chained },
  {
    description:
      'Somebody waits to be let in: `admit` or `refuse` it by its `peerId`, which its seat will have. Only to a host that asked for `updates`.',
  },
)
export type KnockMessage = Static<typeof KnockMessage>

/** How a knock has ended. */
export const KnockEnd = Type.Union([Type.Literal('admitted'), Type.Literal('refused'), Type.Literal('gone')], {
  description: '`admitted`: it is in. `refused`: it was not let in. `gone`: it does not wait any more.',
})
export type KnockEnd = Static<typeof KnockEnd>

/** Somebody does not knock any more. */
export const KnockEnded = Type.Object(
  { type: Type.Literal('knock-ended'), peerId: PeerId, reason: KnockEnd, ...chained },
  { description: 'Somebody does not knock any more. Only to a host that asked for `updates`.' },
)
export type KnockEnded = Static<typeof KnockEnded>

/** The room is another one now. */
export const RoomUpdated = Type.Object(
  { type: Type.Literal('room-updated'), door: Door, ...chained },
  { description: 'How one gets in has changed. Only to who asked for `updates` at `join`.' },
)
export type RoomUpdated = Static<typeof RoomUpdated>

/** What whoever runs the service wants everybody in a room to know: to be shown, or for the application. */
export const Announcement = Type.Object({
  text: Type.Optional(
    Type.String({ maxLength: 2000, description: 'For people, as plain text: up to 2000 UTF-16 units.' }),
  ),
  data: Type.Optional(
    Type.Record(Type.String(), Type.Unknown(), {
      description:
        'For the application: a JSON object of its own, of at most 8192 bytes once serialised. Never read here.',
    }),
  ),
})
export type Announcement = Static<typeof Announcement>

/** Something is announced. */
export const AnnouncementMessage = Type.Object(
  { type: Type.Literal('announcement'), ...Announcement.properties, ...chained },
  {
    description:
      'Something from whoever runs the service, with a `text`, or `data`, or both. Only to who asked for `updates` at `join`.',
  },
)
export type AnnouncementMessage = Static<typeof AnnouncementMessage>

/** Another member's socket is gone; it may come back. */
export const PeerAway = Type.Object(
  { type: Type.Literal('peer-away'), peerId: PeerId, ...chained },
  {
    description:
      'The socket of another member has been gone for 3 seconds. It may come back: what is sent to it is kept. Only to who joined with `resume`.',
  },
)
export type PeerAway = Static<typeof PeerAway>

/** Another member is back on another socket. */
export const PeerBack = Type.Object(
  { type: Type.Literal('peer-back'), peerId: PeerId, ...chained },
  { description: 'Another member that was away is back. Only to who joined with `resume`.' },
)
export type PeerBack = Static<typeof PeerBack>

/** You have your seat again, and have missed nothing. */
export const Resumed = Type.Object(
  {
    type: Type.Literal('resumed'),
    peerId: PeerId,
    n: Type.Integer({
      minimum: 0,
      description: 'The last of your messages that was taken: send those after it again.',
    }),
  },
  { description: 'You have your seat again. What you have missed follows, in its order.' },
)
export type Resumed = Static<typeof Resumed>

/** You have your seat again, and something is lost. */
export const Resync = Type.Object(
  {
    type: Type.Literal('resync'),
    peerId: PeerId,
    n: Resumed.properties.n,
    members: Type.Array(
      Type.Object({
        isInitiator: Type.Boolean({ description: 'Whether you are the initiator of the pair.' }),
        ...Member.properties,
      }),
      { description: 'The others who are there now, oldest first.' },
    ),
    seq: Type.String({ description: 'The chain begins anew: this is the `prev` of the next message.' }),
  },
  {
    description:
      'You have your seat again, but what you have missed is not there any more. These are the members now; negotiate anew with each.',
  },
)
export type Resync = Static<typeof Resync>

/** Your messages have been taken. */
export const Acked = Type.Object(
  {
    type: Type.Literal('ack'),
    n: Type.Integer({ minimum: 1, description: 'Your messages up to this number have been taken.' }),
  },
  { description: 'Your messages up to `n` have been taken, and need not be kept any more.' },
)
export type Acked = Static<typeof Acked>

/** Say something. */
export const Ping = Type.Object(
  { type: Type.Literal('ping') },
  { description: 'Answer with `pong`. Only to who joined with `resume`: a page cannot see the pings of a WebSocket.' },
)
export type Ping = Static<typeof Ping>

/** Go on over another socket. */
export const Draining = Type.Object(
  {
    type: Type.Literal('draining'),
    retryMs: Type.Integer({
      minimum: 0,
      description: 'Open another socket after so long; each client is told another time.',
    }),
  },
  {
    description:
      'Go on over another socket, and then close this one. The service is stopping, or this instance of it, and who does not is closed with 1012; or this instance does not reach its rooms, and the others will soon take you for gone. Only to who joined with `resume`.',
  },
)
export type Draining = Static<typeof Draining>

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
    n: Type.Optional(Type.Integer({ description: 'The `n` of the message that caused it, where it was taken.' })),
    ...chained,
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
  keep: RelayedKeep,
  'peer-updated': PeerUpdated,
  'peer-left': PeerLeft,
  'ice-servers': GivenIceServers,
  knocking: Knocking,
  knock: KnockMessage,
  'knock-ended': KnockEnded,
  'room-updated': RoomUpdated,
  announcement: AnnouncementMessage,
  'peer-away': PeerAway,
  'peer-back': PeerBack,
  resumed: Resumed,
  resync: Resync,
  ack: Acked,
  ping: Ping,
  draining: Draining,
  left: Left,
  error: ErrorMessage,
} as const

export type RelayedMessage = RelayedOffer | RelayedAnswer | RelayedIce | RelayedRestart | RelayedKeep
export type ServerMessage =
  | Joined
  | Full
  | Ready
  | RelayedMessage
  | PeerUpdated
  | PeerLeft
  | GivenIceServers
  | Knocking
  | KnockMessage
  | KnockEnded
  | RoomUpdated
  | AnnouncementMessage
  | PeerAway
  | PeerBack
  | Resumed
  | Resync
  | Acked
  | Ping
  | Draining
  | Left
  | ErrorMessage
export type ServerMessageType = ServerMessage['type']
