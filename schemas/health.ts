import { type Static, Type } from '@sinclair/typebox'

/** The body of a probe. Bare on purpose: a probe tells strangers nothing. */
export const Health = Type.Object({
  status: Type.Union([Type.Literal('ok'), Type.Literal('draining')]),
})
export type Health = Static<typeof Health>
