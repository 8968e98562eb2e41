import type { FastifyBaseLogger } from 'fastify'
import type { Limits, StoreConfig } from '../../../schemas/index.js'
import { RedisRoomStore } from '../redis-room-store.js'
import { mendMs, openLink, prefixOf, touchMsOf } from './open-link.js'

/**
 * Opens the store that the settings name.
 *
 * @throws SettingError
 */
export function openStore(
  config: StoreConfig,
  limits: Limits,
  log: FastifyBaseLogger,
): { readonly store: RedisRoomStore; close(): Promise<void> } {
  const link = openLink(config, limits, {
    onAway: (reason) => log.warn({ reason }, 'room store does not answer'),
    onBack: (silentMs) => log.info({ silentMs }, 'room store answers again'),
  })
  const store = new RedisRoomStore({
    link,
    shared: link,
    prefix: prefixOf(config),
    touchMs: touchMsOf(config),
    resumeWindowMs: limits.resumeWindowMs,
    reloadWindowMs: limits.reloadWindowMs,
    mendMs,
    onError: (error) => log.error({ err: error }, 'room store failed'),
  })
  link.read(store)
  const close = (): Promise<void> => {
    store.close()
    return link.close()
  }
  return { store, close }
}
