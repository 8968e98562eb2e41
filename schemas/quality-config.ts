import { type Static, Type } from '@sinclair/typebox'

/** Whether clients tell how their calls are. */
export const QualityConfig = Type.Object({
  qualityReports: Type.Boolean({
    default: false,
    description:
      'Whether clients are asked to say, when a call ends, how good their connections were (`POST /quality`), for the metrics. The call page does; nothing in it says whose.',
  }),
})
export type QualityConfig = Static<typeof QualityConfig>
