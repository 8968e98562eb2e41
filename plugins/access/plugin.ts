import fp from 'fastify-plugin'
import { type AccessConfig, type Limits, SettingError } from '../../schemas/index.js'
import { type Access, openAccess } from './access.js'
import type { AuthorizeHook } from './authorize-hook.js'
import { GuardedAccess } from './guarded-access.js'
import { RoomTokens } from './room-tokens.js'
import { TokenKeys } from './token-keys.js'
import { webhook } from './webhook.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Who may come in. */
    access: Access
  }
}

export interface AccessOptions {
  readonly config: AccessConfig
  readonly limits: Limits
  /** Asked last. */
  readonly authorize?: AuthorizeHook | undefined
}

/**
 * Decorates the app with what says who may come in.
 *
 * @throws SettingError
 */
export const access = fp<AccessOptions>(
  async (app, { config, limits, authorize }) => {
    const { log } = app
    const keys = new TokenKeys(config, { log })
    for (const setting of ['tokenIssuer', 'tokenAudience'] as const) {
      // Otherwise everybody would come in where somebody meant to keep most of them out.
      if (keys.isEmpty && config[setting] !== '')
        throw new SettingError(`{${setting}} needs {tokenSecrets}, {tokenPublicKeys} or {tokenJwksUrl} beside it.`)
    }
    const tokens = keys.isEmpty ? undefined : new RoomTokens({ keys, config, limits })
    const asked = [webhook(config), authorize].filter((question) => question !== undefined)
    const isOpen = tokens === undefined && asked.length === 0
    if (config.authorizeUrl === '' && config.authorizeSecrets.length > 0)
      throw new SettingError('{authorizeSecrets} needs {authorizeUrl} beside it.')
    if (isOpen && config.waitingRoom)
      throw new SettingError('{waitingRoom} needs {tokenSecrets} or something else that says who is a host.')
    const timeoutMs = config.authorizeTimeoutMs
    app.decorate('access', isOpen ? openAccess : new GuardedAccess({ tokens, asked, limits, timeoutMs, log }))
  },
  { name: 'signalbox-access', fastify: '5.x' },
)
