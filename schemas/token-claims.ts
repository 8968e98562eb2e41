import { type Static, Type } from '@sinclair/typebox'
import { Grant, identity } from './grant.js'

const { role, capacity, name } = Grant.properties

/** The claims of a room token that are looked at (RFC 7519, section 4.1, and our own); any other may be there. */
export const TokenClaims = Type.Object({
  room: Type.Union([Type.String(), Type.Number()], {
    description:
      'The room, exactly; read as in a `join`, so a number is its text, and white space around it does not count.',
  }),
  exp: Type.Number({ description: 'When it expires, in seconds since 1970.' }),
  nbf: Type.Optional(Type.Number({ description: 'From when on it is good, in seconds since 1970.' })),
  iss: Type.Optional(Type.Unknown({ description: 'Who made it. Where `tokenIssuer` is set, that.' })),
  aud: Type.Optional(
    Type.Unknown({ description: 'For whom it is. Where `tokenAudience` is set, that, or a list with that in it.' }),
  ),
  role,
  name,
  capacity,
  sub: identity('Who its owner is: two members with the same one are the same person.'),
  jti: identity('What this token is known by, for instance when its owner is put out of a room.'),
})
export type TokenClaims = Static<typeof TokenClaims>
