import { type Static, Type } from '@sinclair/typebox'
import { Grant } from './grant.js'
import { RoomId } from './identifiers.js'
import { Metadata } from './members.js'

/** What is POSTed to `authorizeUrl` about somebody who wants to join. */
export const AuthorizeRequest = Type.Object({
  roomId: RoomId,
  name: Type.Optional(Type.String({ description: 'What it calls itself. Anybody may take any name.' })),
  metadata: Type.Optional(Metadata),
  token: Type.Optional(
    Type.String({
      description: "What it has sent as its `token`, where there are no keys for tokens: the application's own.",
    }),
  ),
  grant: Type.Optional(
    Type.Object(Grant.properties, { description: 'What its token says, where there are keys for tokens.' }),
  ),
  address: Type.String({ description: 'The address that its socket comes from, as the service sees it.' }),
  origin: Type.Optional(Type.String({ description: 'The `Origin` of the page that opened the socket.' })),
  userAgent: Type.Optional(Type.String({ description: 'The `User-Agent` of its browser.' })),
})
export type AuthorizeRequest = Static<typeof AuthorizeRequest>
