import { type Static, Type } from '@sinclair/typebox'

const closed = { additionalProperties: false }
const waitMs = (description: string) =>
  Type.Optional(Type.Integer({ minimum: 0, maximum: 120_000, description: `${description} In milliseconds.` }))
const percent = (description: string) =>
  Type.Optional(Type.Number({ minimum: 0, maximum: 100, description: `${description} In percent.` }))

/** How one connection between two members was, as one of them saw it. */
export const ConnectionQuality = Type.Object(
  {
    way: Type.Union([Type.Literal('direct'), Type.Literal('relayed'), Type.Literal('none')], {
      description: 'How it went at last: from one to the other, over a TURN server, or it never came about.',
    }),
    iceFailures: Type.Integer({
      minimum: 0,
      maximum: 100,
      description: 'How often it was lost, or did not come about, and was made anew.',
    }),
    firstSoundMs: waitMs('From the moment at which the other could be expected to send until its first sound came.'),
    firstPictureMs: waitMs('Likewise, until its first picture could be shown.'),
    rttMs: Type.Optional(
      Type.Number({ minimum: 0, maximum: 60_000, description: 'Round trip between the two, on the average.' }),
    ),
    sentLossPercent: percent('Packets that the other missed, on the average.'),
    receivedLossPercent: percent('Packets that were missed here, on the average.'),
  },
  closed,
)
export type ConnectionQuality = Static<typeof ConnectionQuality>

/**
 * The body of `POST /quality`, with which a page tells how its connections were: JSON, as text, so that `navigator.sendBeacon` can
 * send it. Nothing in it says whose, and nothing else may be in it.
 */
export const QualityReport = Type.Object(
  {
    connections: Type.Array(ConnectionQuality, {
      minItems: 1,
      maxItems: 32,
      description: 'Those that have ended since the last report.',
    }),
  },
  closed,
)
export type QualityReport = Static<typeof QualityReport>
