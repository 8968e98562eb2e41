import { type Static, Type } from '@sinclair/typebox'

/** How much the log tells of people. */
export const LogConfig = Type.Object({
  logIds: Type.Union([Type.Literal('hashed'), Type.Literal('plain')], {
    default: 'hashed',
    description:
      'How rooms and addresses of people are written into the log: as a keyed hash, the same for one room until the process ends, or as they are.',
  }),
})
export type LogConfig = Static<typeof LogConfig>
