import { type Static, Type } from '@sinclair/typebox'
import { list, ms, secret } from './setting-kinds.js'

/** Which STUN and TURN servers clients are given. */
export const IceConfig = Type.Object({
  stunUrls: list(Type.String({ pattern: '^stuns?:[^\\s,?]+$' }), {
    description:
      'STUN servers, as `stun:host:port`. Without one browsers know their own addresses only, which is enough on one machine or network.',
  }),
  turnUrls: list(Type.String({ pattern: '^turns?:[^\\s,?]+(\\?transport=(udp|tcp))?$' }), {
    description:
      'TURN servers, for those whose network lets nothing else through: `turn:host:port?transport=udp`, the same with `tcp`, and `turns:host:port?transport=tcp`.',
  }),
  turnSecrets: list(secret, {
    description:
      "The shared secrets of the TURN servers (coturn's `static-auth-secret`), with which each member is given a password of its own. With two, the first that the servers accept.",
  }),
  turnTtlMs: ms(600_000, 'How long such a password is good for. A fresh one is sent in time.', 60_000),
  turnCheckIntervalMs: ms(300_000, 'How often the TURN servers are tried with a real allocation. 0: never.', 0),
})
export type IceConfig = Static<typeof IceConfig>
