import Fastify, { type FastifyInstance } from 'fastify'
import { collectDefaultMetrics, type Registry } from 'prom-client'

/** Longer than any answer takes; whoever asks keeps its connection, and would hold up the exit otherwise. */
const requestTimeoutMs = 10_000

/** `GET /metrics` for Prometheus, with what every process of Node tells of itself besides. Not yet listening. */
export function metricsServer(registry: Registry): FastifyInstance {
  collectDefaultMetrics({ register: registry })
  // All of them ask for a list with an entry for each socket, and nothing else is done meanwhile: with 15,000 files it was 90 ms.
  for (const name of perSocket) registry.removeSingleMetric(name)
  const app = Fastify({ forceCloseConnections: true, requestTimeout: requestTimeoutMs })
  app.get('/metrics', async (_request, reply) => {
    reply.header('content-type', registry.contentType)
    return registry.metrics()
  })
  return app
}

const perSocket = [
  'process_open_fds',
  'nodejs_active_resources',
  'nodejs_active_resources_total',
  'nodejs_active_handles',
  'nodejs_active_handles_total',
  'nodejs_active_requests',
  'nodejs_active_requests_total',
]
