import fp from 'fastify-plugin'
import { Health } from '../schemas/index.js'

/** The probes: `/livez` (and `/healthz`) while the event loop answers, `/readyz` while people are taken in. */
export const health = fp(
  async (app) => {
    const options = { logLevel: 'warn' as const, schema: { response: { 200: Health, 503: Health } } }
    const live = async (): Promise<Health> => ({ status: 'ok' })

    app.get('/livez', options, live)
    app.get('/healthz', options, live)
    app.get<{ Reply: Health }>('/readyz', options, async (_request, reply) => {
      if (!app.drain.isDraining) return { status: 'ok' }
      reply.code(503)
      return { status: 'draining' }
    })
  },
  { name: 'signalbox-health', fastify: '5.x', dependencies: ['signalbox-drain'] },
)
