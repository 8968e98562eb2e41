import fp from 'fastify-plugin'

declare module 'fastify' {
  interface FastifyInstance {
    drain: Drain
  }
}

/** Whether the service still takes people in. */
export interface Drain {
  readonly isDraining: boolean
}

/**
 * When the app closes: not ready any more, then every socket closed with 1012. Stands before the WebSocket
 * plugin, whose own hook closes what is still open without a code.
 */
export const drain = fp(
  async (app) => {
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
      await app.signaling.close('serviceRestart')
    })
  },
  { name: 'signalbox-drain', fastify: '5.x', dependencies: ['signalbox-signaling'] },
)
