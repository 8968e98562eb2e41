import { Type } from '@sinclair/typebox'

/** The client's own name for a message. */
export const MessageId = Type.Optional(
  Type.Unknown({
    description:
      'Yours. A text (up to 128 characters) or number comes back as `id` in an `error` that this message causes. In a message that is relayed it is relayed as well.',
  }),
)

/** The number of a message of who can resume. */
export const n = Type.Optional(
  Type.Unknown({
    description:
      'From who joined with `resume`: the number of this message, 1 for the first after `joined`, then 2, 3, …; it is taken once, and kept until an `ack` has come. From anybody else: nothing.',
  }),
)
