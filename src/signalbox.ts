import { Value } from '@sinclair/typebox/value'
import type { FastifyPluginAsync } from 'fastify'
import { drain } from '../plugins/drain.js'
import { health } from '../plugins/health.js'
import { leave } from '../plugins/leave.js'
import { rooms } from '../plugins/rooms/plugin.js'
import { signaling } from '../plugins/signaling/plugin.js'
import { sendPage, staticFiles } from '../plugins/static.js'
import { websocket } from '../plugins/websocket/plugin.js'
import { defaultsOf, Limits } from '../schemas/index.js'

/** What an embedder may set. Every limit has its default (see `Limits`). */
export interface SignalboxOptions extends Partial<Limits> {
  /** Where in the host's app the service lives, e.g. `/calls`. Default: at the root. */
  readonly prefix?: string
  /** Whether the call page and the browser SDK are served. Default: true. */
  readonly page?: boolean
}

/** Options that Fastify itself reads from a `register`. */
const fastifyOptions = new Set(['prefix', 'logLevel', 'logSerializers'])

/**
 * The whole service as one Fastify plugin: the WebSocket at `/` and `/ws`, the page, the probes, all under
 * the `prefix` it is registered with, with the host's logger. Encapsulated: it adds nothing to the host's app.
 *
 * @throws TypeError  when an option is unknown or out of its bounds
 */
export const signalbox: FastifyPluginAsync<SignalboxOptions> = async (app, options) => {
  const { page = true, ...rest } = options
  const limits = readLimits(rest)

  await app.register(rooms, { limits })
  await app.register(signaling, { limits })
  await app.register(drain, { limits })
  await app.register(websocket, { limits, root: page ? sendPage : (_request, reply) => reply.callNotFound() })
  await app.register(leave)
  await app.register(health)
  if (page) await app.register(staticFiles)
}

function readLimits(options: Partial<Limits>): Limits {
  const given = Object.fromEntries(
    Object.entries(options).filter(([key, value]) => !fastifyOptions.has(key) && value !== undefined),
  )
  for (const key of Object.keys(given)) {
    if (!Object.hasOwn(Limits.properties, key)) throw new TypeError(`signalbox: ${key} is not an option`)
  }
  const limits: unknown = { ...defaultsOf(Limits), ...given }
  if (Value.Check(Limits, limits)) return limits
  const error = Value.Errors(Limits, limits).First()
  throw new TypeError(`signalbox: ${error?.path.slice(1)}: ${error?.message}, not ${JSON.stringify(error?.value)}`)
}
