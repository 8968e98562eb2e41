import { type Static, Type } from '@sinclair/typebox'
import { PeerId } from './identifiers.js'
import { MessageId, n } from './message-fields.js'

const open = { additionalProperties: true }

/** A host throws a member out. */
export const Kick = Type.Object(
  { type: Type.Literal('kick'), peerId: PeerId, n, id: MessageId },
  {
    ...open,
    description:
      'From a host: throws a member out, whose socket is closed with 4010; the others get `peer-left`. Whoever has the same `sub` or `jti` in its token stays out for as long as the room exists. Answered only by an `error`.',
  },
)
export type Kick = Static<typeof Kick>

/** A host closes the door. */
export const Lock = Type.Object(
  {
    type: Type.Literal('lock'),
    knock: Type.Optional(
      Type.Boolean({ description: 'True: guests may knock, and wait for a host to let them in. Without it: no.' }),
    ),
    n,
    id: MessageId,
  },
  {
    ...open,
    description:
      'From a host: no guest comes in any more, or only whom a host lets in. Who is there stays, and may load its page anew. Answered only by an `error`; who asked for `updates` gets `room-updated`.',
  },
)
export type Lock = Static<typeof Lock>

/** A host opens the door. */
export const Unlock = Type.Object(
  { type: Type.Literal('unlock'), n, id: MessageId },
  {
    ...open,
    description:
      'From a host: whoever may join comes in again, and those who knock as far as there is room. Answered only by an `error`; who asked for `updates` gets `room-updated`.',
  },
)
export type Unlock = Static<typeof Unlock>

/** A host lets somebody in who knocks. */
export const Admit = Type.Object(
  { type: Type.Literal('admit'), peerId: PeerId, n, id: MessageId },
  { ...open, description: 'From a host: lets somebody in who knocks. Answered only by an `error`.' },
)
export type Admit = Static<typeof Admit>

/** A host does not let somebody in who knocks. */
export const Refuse = Type.Object(
  { type: Type.Literal('refuse'), peerId: PeerId, n, id: MessageId },
  {
    ...open,
    description:
      'From a host: does not let somebody in who knocks, which is told the error `knock-refused`. Answered only by an `error`.',
  },
)
export type Refuse = Static<typeof Refuse>
