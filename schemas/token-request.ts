import { type Static, Type } from '@sinclair/typebox'
import { identity } from './grant.js'
import { Role } from './members.js'

/** Longest life of a token that is made here: 30 days. */
export const maxTokenTtlSeconds = 2_592_000

/** The body of `POST /tokens`: for whom a room token is to be made. */
export const TokenRequest = Type.Object(
  {
    room: Type.String({ description: 'The room it lets into. White space around it does not count.' }),
    name: Type.Optional(Type.String({ description: 'What the others are to see its owner called.' })),
    role: Type.Optional(Role),
    ttlSeconds: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: maxTokenTtlSeconds,
        default: 3600,
        description: 'How long it is good for, at most 30 days. Without it: an hour.',
      }),
    ),
    subject: identity('Who its owner is (`sub`).'),
    capacity: Type.Optional(
      Type.Integer({
        minimum: 2,
        maximum: Number.MAX_SAFE_INTEGER,
        description: 'How many the room may hold, if its owner is the first there.',
      }),
    ),
  },
  { additionalProperties: false },
)
export type TokenRequest = Readonly<Static<typeof TokenRequest>>

/** The answer to it. */
export const TokenReply = Type.Object({
  token: Type.String({ description: 'The token, a JWT.' }),
  expiresAt: Type.String({ description: 'When it expires, as in ISO 8601.' }),
  link: Type.String({
    description: 'The call page, with the room and the token in the fragment, which browsers send to nobody.',
  }),
})
export type TokenReply = Static<typeof TokenReply>
