import fp from 'fastify-plugin'
import type { Limits } from '../schemas/index.js'

declare module 'fastify' {
  interface FastifyInstance {
    drain: Drain
  }
}

/** What may go by besides: two ticks of a quarter of a second until a socket that does not answer is cut, and the exit. */
const exitMs = 750

/** Whether the service still takes people in. */
export interface Drain {
  readonly isDraining: boolean
}

export interface DrainOptions {
  readonly limits: Limits
}

/**
 * When the app closes: not ready and no new socket from then on, whoever can resume asked to go elsewhere, then every socket
 * closed with 1012, all within `drainMs`. Stands before the WebSocket plugin, whose own hook closes what is still open
 * without a code.
 */
export const drain = fp<DrainOptions>(
  async (app, { limits }) => {
    let isDraining = false
    app.decorate('drain', {
      get isDraining() {
        return isDraining
      },
    })
    app.addHook('preClose', async () => {
      isDraining = true
      const { sockets } = app.signaling
      if (sockets > 0) app.log.info({ sockets }, 'draining')
      await app.signaling.drain(Math.max(0, limits.drainMs - limits.closeTimeoutMs - exitMs))
      await app.signaling.close('serviceRestart')
    })
  },
  { name: 'signalbox-drain', fastify: '5.x', dependencies: ['signalbox-signaling'] },
)
