import { type Static, Type } from '@sinclair/typebox'

/** How much the log tells. */
export const LogConfig = Type.Object({
  logIds: Type.Union([Type.Literal('hashed'), Type.Literal('plain')], {
    default: 'hashed',
    description:
      'How rooms are called in the log: by a keyed hash, the same for one room until the process ends, or as they are.',
  }),
})
export type LogConfig = Static<typeof LogConfig>
