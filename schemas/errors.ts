/**
 * Every error a client can be told in an `error` message: the closed list.
 * A code, once published, keeps its meaning; `message` is for people and may change, but for the two
 * texts of the base protocol (`roomId is required`, `join a room first`), which stay.
 */
export const errorCodes = {
  'not-json': {
    message: 'the frame is not JSON',
    when: 'A text frame that is not JSON.',
    retry: false,
    malformed: true,
  },
  'not-object': {
    message: 'a message is a JSON object with a "type"',
    when: 'JSON, but not an object, or without a text in `type`.',
    retry: false,
    malformed: true,
  },
  'unknown-type': {
    message: 'this type of message is not known',
    when: 'A `type` that no client message has.',
    retry: false,
    malformed: true,
  },
  'bad-message': {
    message: 'a field of this message has the wrong shape',
    when: 'The type is known, a field has the wrong shape; `message` names the field. Or the message has more than 32 fields, or is one to be passed on and more than 16 levels deep.',
    retry: false,
    malformed: true,
  },
  'room-id-required': {
    message: 'roomId is required',
    when: '`join` without a `roomId`, or with an empty one.',
    retry: false,
    malformed: false,
  },
  'room-id-invalid': {
    message: 'roomId is too long or has control characters',
    when: '`join` with a `roomId` over its bound, or with control characters or halves of characters in it.',
    retry: false,
    malformed: false,
  },
  'name-invalid': {
    message: 'name is too long',
    when: '`join` or `update` with a `name` over its bound. Control characters, and what cannot be seen, are taken out and are no error.',
    retry: false,
    malformed: false,
  },
  'metadata-invalid': {
    message: 'metadata is not an object, or is too large or too deep',
    when: '`join` or `update` with `metadata` that is not a JSON object, or over its bounds.',
    retry: false,
    malformed: false,
  },
  'token-required': {
    message: 'a token is required',
    when: '`join` or `ice-servers` without a `token` where one is needed.',
    retry: false,
    malformed: false,
  },
  'token-invalid': {
    message: 'the token is of no use here',
    when: '`join` or `ice-servers` with a `token` that is none, or is signed by nobody known, or is for another service (`aud`, `iss`), or lacks a claim.',
    retry: false,
    malformed: false,
  },
  'token-expired': {
    message: 'the token has expired',
    when: '`join` or `ice-servers` with a `token` whose `exp` is over. Get a new one.',
    retry: false,
    malformed: false,
  },
  'token-not-yet-valid': {
    message: 'the token is not good yet',
    when: '`join` or `ice-servers` with a `token` before its `nbf`.',
    retry: true,
    malformed: false,
  },
  'token-wrong-room': {
    message: 'the token is for another room',
    when: '`join` or `ice-servers` with a `token` whose `room` is not the `roomId`.',
    retry: false,
    malformed: false,
  },
  'access-denied': {
    message: 'you may not come in',
    when: '`join` or `ice-servers`: the application refuses it.',
    retry: false,
    malformed: false,
  },
  'access-unavailable': {
    message: 'it cannot be found out at the moment whether you may come in',
    when: '`join` or `ice-servers`: the keys for the token, or the application, cannot be reached.',
    retry: true,
    malformed: false,
  },
  'too-many-joins': {
    message: 'too many joins come from your address',
    when: '`join` or `ice-servers` beyond `maxJoinsPerSecond` and `joinBurst` of one address. The seat that one has stays.',
    retry: true,
    malformed: false,
  },
  'too-many-failures': {
    message: 'too many joins from your address have failed',
    when: '`join` or `ice-servers`: `maxFailedJoins` from one address have been refused within `failedJoinWindowMs`, and the application is not asked for a while.',
    retry: true,
    malformed: false,
  },
  'too-many-rooms': {
    message: 'too many rooms are made from your address',
    when: '`join` of a room that is not there, beyond `maxNewRoomsPerMinute` of one address.',
    retry: true,
    malformed: false,
  },
  'service-full': {
    message: 'the service is full',
    when: '`join` beyond `maxMembers`, or of a room that is not there, beyond `maxRooms`.',
    retry: true,
    malformed: false,
  },
  'room-locked': {
    message: 'nobody is let in at the moment',
    when: '`join`: a host has locked the room, or too many knock at it.',
    retry: true,
    malformed: false,
  },
  'knock-refused': {
    message: 'a host does not let you in',
    when: 'After `knocking`: a host has refused it.',
    retry: false,
    malformed: false,
  },
  kicked: {
    message: 'a host has thrown you out of this room',
    when: '`join` of somebody whom a host has thrown out, for as long as the room exists; or after `knocking`.',
    retry: false,
    malformed: false,
  },
  'identity-taken': {
    message: 'somebody with your identity is in the room',
    when: '`join` with a `sub` in the token that a member of the room has, where `duplicateIdentity` is `reject`.',
    retry: true,
    malformed: false,
  },
  'host-required': {
    message: 'only a host can do that',
    when: '`kick`, `lock`, `unlock`, `admit` or `refuse` from who is no host.',
    retry: false,
    malformed: false,
  },
  'room-full': {
    message: 'there is no place left in the room',
    when: '`admit` where the room is full. Who knocks goes on waiting.',
    retry: true,
    malformed: false,
  },
  'name-fixed': {
    message: 'your name is what the token says',
    when: '`update` of a `name` that the token gives.',
    retry: false,
    malformed: false,
  },
  'not-joined': {
    message: 'join a room first',
    when: 'Anything but `join`, `resume`, `pong` or `ice-servers` from a socket that is in no room.',
    retry: false,
    malformed: false,
  },
  'out-of-order': {
    message: 'a message before this one is missing',
    when: 'From who joined with `resume`: an `n` that is more than one higher than the last. Send the missing ones first.',
    retry: true,
    malformed: true,
  },
  'resume-gone': {
    message: 'there is no such seat, or it is not yours',
    when: '`resume`, or `replace` in a `join`: the seat has expired or was given up, the service was restarted, or the `mac` does not fit. Join anew.',
    retry: false,
    malformed: false,
  },
  'resume-stale': {
    message: 'the seat has been taken again with this attempt, or a later one',
    when: '`resume` with an `attempt` that is not higher than the last. If no other socket of yours has the seat, try a higher one.',
    retry: false,
    malformed: false,
  },
  'peer-not-found': {
    message: 'nobody with this peerId is in the room',
    when: '`to` names somebody who is not in the same room, or oneself.',
    retry: false,
    malformed: false,
  },
  'to-required': {
    message: 'there are several others in the room: say in "to" who is meant',
    when: 'An `offer`, `answer`, `ice`, `restart` or `keep` without `to` where several others could be meant.',
    retry: false,
    malformed: false,
  },
} as const satisfies Record<string, ErrorDescription>

export interface ErrorDescription {
  /** The `message` that goes with the code when nothing more precise is known. */
  readonly message: string
  /** When it is sent, for the documentation. */
  readonly when: string
  /** Whether sending the same message again, later, can succeed. */
  readonly retry: boolean
  /** Whether it counts towards `maxMalformedMessages`, after which the socket is closed with 1008. */
  readonly malformed: boolean
}

export type ErrorCode = keyof typeof errorCodes

/** A client's fault, as it is told to that client: one class, a closed list of codes. */
export class SignalingError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string = errorCodes[code].message) {
    super(message)
    this.name = 'SignalingError'
    this.code = code
  }
}
