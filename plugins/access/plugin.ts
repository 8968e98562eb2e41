import fp from 'fastify-plugin'
import { type AccessConfig, type Limits, SettingError } from '../../schemas/index.js'
import { type Access, openAccess } from './access.js'
import { GuardedAccess } from './guarded-access.js'
import { RoomTokens } from './room-tokens.js'
import { TokenKeys } from './token-keys.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Who may come in. */
    access: Access
  }
}

export interface AccessOptions {
  readonly config: AccessConfig
  readonly limits: Limits
}

/**
 * Decorates the app with what says who may come in.
 *
 * @throws SettingError
 */
export const access = fp<AccessOptions>(
  async (app, { config, limits }) => {
    const { log } = app
    const keys = new TokenKeys(config, { log })
    for (const setting of ['tokenIssuer', 'tokenAudience'] as const) {
      // Otherwise everybody would come in where somebody meant to keep most of them out.
      if (keys.isEmpty && config[setting] !== '')
        throw new SettingError(`{${setting}} needs {tokenSecrets}, {tokenPublicKeys} or {tokenJwksUrl} beside it.`)
    }
    const tokens = new RoomTokens({ keys, config, limits })
    app.decorate('access', keys.isEmpty ? openAccess : new GuardedAccess({ tokens, log }))
  },
  { name: 'signalbox-access', fastify: '5.x' },
)
