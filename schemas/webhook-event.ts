import { type Static, Type } from '@sinclair/typebox'
import { RoomId } from './identifiers.js'
import { Departure, MemberInfo } from './rooms.js'

/** What is POSTed to `webhookUrls` when something has happened in a room. */
export const WebhookEvent = Type.Object({
  id: Type.String({
    description: 'Names what has happened, as the header `webhook-id`: of two with the same one, one is a repetition.',
  }),
  type: Type.Union(
    [
      Type.Literal('room.started'),
      Type.Literal('member.joined'),
      Type.Literal('member.left'),
      Type.Literal('room.ended'),
    ],
    {
      description:
        '`room.started`: the first one has come; its `member.joined` follows. `room.ended`: nobody is there any more.',
    },
  ),
  timestamp: Type.String({ description: 'When it has happened, as in ISO 8601.' }),
  data: Type.Object(
    {
      roomId: RoomId,
      session: Type.String({
        description:
          'Names the room from `room.started` to `room.ended`. Whoever comes later is in another one of the same name.',
      }),
      sequence: Type.Integer({ minimum: 1, description: 'Counts what happens in it: 1 for `room.started`.' }),
      member: Type.Optional(MemberInfo),
      reason: Type.Optional(Departure),
    },
    { description: 'Where, and of whom: `member` with `member.joined` and `member.left`, `reason` with the latter.' },
  ),
})
export type WebhookEvent = Static<typeof WebhookEvent>
