import type { ServerOptions } from 'node:https'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import { type SignalboxOptions, signalbox } from './signalbox.js'

/** How long a request may take to come in whole, headers and body. Node's own are 60 and 300 s, looked at twice a minute. */
const requestTimeoutMs = 10_000
/** Often, so that few of many are cut at once. */
const lookEveryMs = 200
/**
 * How long nothing may move on a connection within an answer; Node may look twice, so it takes up to double. Sockets that speak the
 * protocol have pings of their own.
 */
const stallTimeoutMs = 15_000

export interface BuildOptions extends SignalboxOptions {
  /** Where to log, e.g. a pino logger. Default: nowhere. */
  readonly loggerInstance?: FastifyBaseLogger
  /** With what to speak HTTPS and WSS, as `node:https` takes it: `cert` and `key` at the least. Default: HTTP. */
  readonly https?: ServerOptions
  /** Networks of the proxies whose `X-Forwarded-*` are believed, such as `10.0.0.0/8`. Default: none. */
  readonly trustProxy?: readonly string[]
}

const slowness = { headersTimeout: requestTimeoutMs, connectionsCheckingInterval: lookEveryMs }

/** The app factory: the service in an app of its own, not yet listening. */
export function buildApp(options: BuildOptions = {}): FastifyInstance {
  const { loggerInstance, https, trustProxy = [], ...signalboxOptions } = options
  const app = Fastify({
    ...(loggerInstance && { loggerInstance }),
    ...(https === undefined ? { http: slowness } : { https: { ...slowness, ...https } }),
    requestTimeout: requestTimeoutMs,
    connectionTimeout: stallTimeoutMs,
    trustProxy: trustProxy.length > 0 && [...trustProxy],
    // A connection that never finishes its request would otherwise hold up the exit. WebSockets are not among them.
    forceCloseConnections: true,
    // While the service drains it is alive, and says by itself what it still does.
    return503OnClosing: false,
    // A line a request would carry addresses of people; what matters is logged by the plugins, with ids only.
    logController: new LogController({ disableRequestLogging: true }),
  })
  // Fastify logs it at `trace`, with all that was sent: addresses with queries, headers, keys.
  app.server.prependListener('clientError', (error: Error) => void Reflect.deleteProperty(error, 'rawPacket'))
  app.register(signalbox, signalboxOptions)
  return app
}
