import fp from 'fastify-plugin'
import { type Health, httpOperations } from '../schemas/index.js'

/**
 * The probes: `/livez` (and `/healthz`) while the event loop answers, `/readyz` while people are taken in. `/readyz` tells of
 * TURN too, and is ready without: one TURN server that is away would otherwise take every node out.
 */
export const health = fp(
  async (app) => {
    // An orchestrator that is told 429 would restart everything.
    const config = { rateLimit: false as const }
    const options = { config, logLevel: 'warn' as const }
    const live = async (): Promise<Health> => ({ status: 'ok' })

    app.get('/livez', { ...options, schema: httpOperations.livez }, live)
    app.get('/healthz', { ...options, schema: httpOperations.healthz }, live)
    app.get<{ Reply: Health }>('/readyz', { ...options, schema: httpOperations.readyz }, async (_request, reply) => {
      const { health } = app.iceServers
      const turn = health !== undefined && { turn: health }
      const { isDraining } = app.drain
      const isStoreAway = app.rooms.shared?.isCutOff === true
      if (!isDraining && !isStoreAway) return { status: 'ok', ...turn }
      reply.code(503)
      return { status: isDraining ? 'draining' : 'store-unavailable', ...turn }
    })
  },
  {
    name: 'signalbox-health',
    fastify: '5.x',
    dependencies: ['signalbox-rooms', 'signalbox-drain', 'signalbox-ice-servers'],
  },
)
