import { type Static, Type } from '@sinclair/typebox'
import { Role } from './members.js'

/** What a person, or a token, is known by. */
export const identity = (description: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength: 256, description: `${description} At most 256 characters.` }))

/** What somebody may do who may come in: by its token, by the hook, or by whoever answers at `authorizeUrl`. */
export const Grant = Type.Object({
  role: Type.Optional(Role),
  subject: identity('Who it is, where that is known: two members with the same one are the same person.'),
  tokenId: identity('By which token it has come: its `jti`, or, of one that has none, a hash of what is signed.'),
  name: Type.Optional(
    Type.String({
      description: 'What the others see it called, whatever it says itself. Under the rules for the name in a `join`.',
    }),
  ),
  capacity: Type.Optional(
    Type.Integer({
      minimum: 2,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'How many the room may hold, if this join creates it; before what the `join` asks for.',
    }),
  ),
})
export type Grant = Readonly<Static<typeof Grant>>
