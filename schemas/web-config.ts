import { type Static, Type } from '@sinclair/typebox'
import { list } from './setting-kinds.js'

/** Which pages may use the service. */
export const WebConfig = Type.Object({
  allowedOrigins: list(Type.String({ pattern: '^(\\*|[a-zA-Z][a-zA-Z\\d+.-]*://[^\\s,/?#@]+)$', maxLength: 256 }), {
    description:
      'Origins, besides its own, whose pages may open a WebSocket here, such as `https://app.example`; `*`: every one. `null` is none. An upgrade from elsewhere is refused with 403.',
  }),
  requireOrigin: Type.Boolean({
    default: false,
    description:
      'Whether an upgrade without an `Origin` is refused, too: browsers always send one, other programs need not.',
  }),
})
export type WebConfig = Static<typeof WebConfig>
