import { type Static, Type } from '@sinclair/typebox'
import { list } from './setting-kinds.js'

/** Which pages may use the service, and which may show its own page. */
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
  frameAncestors: list(
    Type.String({ pattern: '^(\\*|self|https?://[a-zA-Z\\d.*-]+(:(\\d+|\\*))?)$', maxLength: 256 }),
    {
      description:
        'Origins whose pages may show the call page in a frame, such as `https://app.example` or `https://*.app.example`; `self`: its own, `*`: every one. Empty: nobody.',
    },
  ),
})
export type WebConfig = Static<typeof WebConfig>
