import fp from 'fastify-plugin'
import type { Limits } from '../schemas/index.js'

declare module 'fastify' {
  interface FastifyInstance {
    drain: Drain
  }
}

/** What may go by from the last socket's end until the process is gone. */
const exitMs = 250
/** And before that: two ticks of a quarter of a second, in which a socket that does not answer is cut. */
const cutMs = 500
/** How long sockets have to answer the close frame at the least, so that it goes out however short the time is. */
const leastCloseMs = 250

/** Whether the service still takes people in. */
export interface Drain {
  readonly isDraining: boolean
}

export interface DrainOptions {
  readonly limits: Limits
}

/**
 * When the app closes: not ready and no new socket from then on, whoever can resume asked to go elsewhere, then every socket
 * closed with 1012, and cut where it does not answer, all within `drainMs`, or half a second, where that is less. Stands before
 * the WebSocket plugin, whose own hook closes what is still open without a code.
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
      const endMs = performance.now() + limits.drainMs - exitMs
      const { sockets } = app.signaling
      if (sockets > 0) app.log.info({ sockets }, 'draining')
      await app.signaling.drain(Math.max(0, limits.drainMs - limits.closeTimeoutMs - cutMs - exitMs))
      await app.signaling.close('serviceRestart', Math.max(leastCloseMs, endMs - performance.now()))
    })
  },
  { name: 'signalbox-drain', fastify: '5.x', dependencies: ['signalbox-signaling'] },
)
