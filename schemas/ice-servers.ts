import { type Static, Type } from '@sinclair/typebox'

/** A STUN or TURN server in the form of the browsers' `RTCIceServer`. */
export const IceServer = Type.Object({
  urls: Type.Array(Type.String({ pattern: '^(stuns?|turns?):[^\\s]+$', maxLength: 512 }), {
    minItems: 1,
    maxItems: 16,
    description: '`stun:`, `turn:` and `turns:` URLs (RFC 7064, RFC 7065).',
  }),
  username: Type.Optional(Type.String({ minLength: 1, maxLength: 508 })),
  credential: Type.Optional(Type.String({ minLength: 1, maxLength: 1024 })),
})
export type IceServer = Static<typeof IceServer>

/** What a member is given to reach the others with. */
export const IceServers = Type.Object({
  iceServers: Type.Array(IceServer, { maxItems: 16 }),
  ttlMs: Type.Optional(
    Type.Integer({
      minimum: 10_000,
      maximum: 86_400_000,
      description: 'How long the passwords in it are good for, in milliseconds. Absent: for ever, or there are none.',
    }),
  ),
})
export type IceServers = Static<typeof IceServers>
