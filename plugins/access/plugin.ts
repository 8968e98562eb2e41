import fp from 'fastify-plugin'
import type { AccessConfig } from '../../schemas/index.js'
import { type Access, openAccess } from './access.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Who may come in. */
    access: Access
  }
}

export interface AccessOptions {
  readonly config: AccessConfig
}

/** Decorates the app with what says who may come in. */
export const access = fp<AccessOptions>(
  async (app, { config: _ }) => {
    app.decorate('access', openAccess)
  },
  { name: 'signalbox-access', fastify: '5.x' },
)
