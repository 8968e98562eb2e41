import { type Static, Type } from '@sinclair/typebox'

/** The body of a probe. Bare on purpose: a probe tells strangers nothing, no names and no addresses. */
export const Health = Type.Object({
  /** `store-unavailable`: the store that the rooms are in has not answered for a while, or never yet. */
  status: Type.Union([Type.Literal('ok'), Type.Literal('draining'), Type.Literal('store-unavailable')]),
  /** Whether every TURN server could be used when they were last tried; absent where there are none. */
  turn: Type.Optional(Type.Union([Type.Literal('ok'), Type.Literal('failing'), Type.Literal('unknown')])),
})
export type Health = Static<typeof Health>
