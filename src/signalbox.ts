import type { TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import fp from 'fastify-plugin'
import type { AuthorizeHook } from '../plugins/access/authorize-hook.js'
import { access } from '../plugins/access/plugin.js'
import { admin } from '../plugins/admin.js'
import { admission } from '../plugins/admission/plugin.js'
import { RoomControl, type Signalbox } from '../plugins/control/room-control.js'
import { shareControl } from '../plugins/control/share-control.js'
import { drain } from '../plugins/drain.js'
import { roomEvents } from '../plugins/events/plugin.js'
import type { RoomHooks } from '../plugins/events/room-hooks.js'
import { failures } from '../plugins/failures.js'
import { health } from '../plugins/health.js'
import { httpDocument } from '../plugins/http-document.js'
import type { IceServersHook } from '../plugins/ice-servers/ice-servers.js'
import { iceServers } from '../plugins/ice-servers/plugin.js'
import { leave } from '../plugins/leave.js'
import type { MetricsRegistry } from '../plugins/metrics/metric-set.js'
import { metrics } from '../plugins/metrics/plugin.js'
import { LogNames } from '../plugins/naming/log-names.js'
import { pageHeaders } from '../plugins/page-headers.js'
import { protocolDocument } from '../plugins/protocol-document.js'
import { quality } from '../plugins/quality.js'
import { requestRate } from '../plugins/request-rate.js'
import { rooms } from '../plugins/rooms/plugin.js'
import { signaling } from '../plugins/signaling/plugin.js'
import { openSite, pageOf, staticFiles } from '../plugins/static.js'
import { tokens } from '../plugins/tokens.js'
import { websocket } from '../plugins/websocket/plugin.js'
import { type AdmissionLimits, defaultsOf, type Limits, ServiceConfig, shownValue } from '../schemas/index.js'
import { isFileToo } from './config.js'
import { version } from './version.js'

/** What an embedder may set. */
export interface SignalboxOptions extends Partial<ServiceConfig>, RoomHooks {
  /** Where in the host's app the service lives, e.g. `/calls`. Default: at the root. */
  readonly prefix?: string
  /** Whether the call page and the browser SDK are served. Default: true. */
  readonly page?: boolean
  /** Asked about everybody who wants to join, after the token and `authorizeUrl`. Default: nobody is asked. */
  readonly authorize?: AuthorizeHook
  /**
   * Gives a member its STUN and TURN servers, for instance with passwords that a provider makes, instead of the configured ones.
   * Those are given where it throws, takes longer than 5 s, or answers with what a browser would refuse, which is logged.
   */
  readonly iceServers?: IceServersHook
  /**
   * Where the service registers its metrics, for you to serve: a `Registry` of prom-client. Two services want two. Default: nowhere.
   */
  readonly metricsRegistry?: MetricsRegistry
}

declare module 'fastify' {
  interface FastifyInstance {
    /** The rooms of the `signalbox` plugin that is registered here, once it is loaded. Throws where there are several. */
    readonly signalbox: Signalbox
  }
}

/** Options that Fastify itself reads from a `register`. */
const fastifyOptions = ['prefix', 'logLevel', 'logSerializers']

/**
 * The whole service as one Fastify plugin: the WebSocket at `/` and `/ws`, the page, the probes, the protocol for tools, all under
 * the `prefix` it is registered with, with the host's logger. Encapsulated: it adds nothing to the host's app but `app.signalbox`.
 *
 * @throws TypeError  when an option is unknown or out of its bounds; `SettingError`, which is one, when it cannot be used here
 */
export const signalbox: FastifyPluginAsync<SignalboxOptions> = fp(
  async (host: FastifyInstance, options: SignalboxOptions) => {
    const share = (control: Signalbox): void => shareControl(host, control)
    await host.register(service, { ...options, share })
  },
  { name: 'signalbox', fastify: '5.x' },
)

/** What the plugin consists of, and whom it gives the rooms to. */
export interface ServiceOptions extends SignalboxOptions {
  readonly share: (control: Signalbox) => void
}

/** All of it, in the context that it is registered in. */
export const service: FastifyPluginAsync<ServiceOptions> = async (app, options) => {
  const { page = true, authorize, iceServers: hook, metricsRegistry: registry, ...more } = options
  const { onJoin, onLeave, onRoomEmpty, share, ...rest } = more
  const hooks = { ...(onJoin && { onJoin }), ...(onLeave && { onLeave }), ...(onRoomEmpty && { onRoomEmpty }) }
  for (const [name, given] of Object.entries({ authorize, iceServers: hook, ...hooks })) {
    if (given !== undefined && typeof given !== 'function') throw new TypeError(`signalbox: ${name}: Expected function`)
  }
  if (registry !== undefined && typeof registry.registerMetric !== 'function')
    throw new TypeError('signalbox: metricsRegistry: Expected Registry of prom-client')
  const settings = readSettings(rest)
  const limits: Limits & AdmissionLimits = settings
  const logNames = new LogNames(settings)
  const site = page ? await openSite(settings) : undefined

  await app.register(httpDocument, { version })
  await app.register(failures)
  await app.register(admission, { limits, logNames })
  await app.register(requestRate, { limits })
  await app.register(roomEvents, { config: settings, hooks })
  await app.register(rooms, { config: settings, limits })
  const control = new RoomControl({ rooms: app.oversight, limits, log: app.log, logNames })
  share(control)
  await app.register(access, { config: settings, limits, authorize })
  await app.register(iceServers, { config: settings, hook, logNames })
  await app.register(signaling, { limits, settings, logNames })
  await app.register(drain, { limits })
  await app.register(websocket, {
    config: settings,
    limits,
    root: site === undefined ? (_request, reply) => reply.callNotFound() : pageOf(site),
  })
  await app.register(leave)
  if (settings.qualityReports) await app.register(quality, { config: settings, limits })
  if (registry !== undefined) await app.register(metrics, { registry, limits, version })
  if (settings.apiKeys.length > 0) await app.register(tokens, { config: settings, limits })
  if (settings.adminKeys.length > 0) await app.register(admin, { config: settings, limits, control })
  await app.register(health)
  await app.register(protocolDocument, { version })
  if (site === undefined) return
  await app.register(pageHeaders, { config: settings })
  await app.register(staticFiles, { site })
}

function readSettings(options: Partial<ServiceConfig>): ServiceConfig {
  const given = Object.fromEntries(
    Object.entries(options).filter(([key, value]) => !fastifyOptions.includes(key) && value !== undefined),
  )
  for (const key of Object.keys(given)) {
    if (!Object.hasOwn(ServiceConfig.properties, key)) throw new TypeError(`signalbox: ${key} is not an option`)
  }
  const settings: unknown = { ...defaultsOf(ServiceConfig), ...given }
  if (Value.Check(ServiceConfig, settings)) return settings
  const error = Value.Errors(ServiceConfig, settings).First()
  const path = error?.path.slice(1) ?? ''
  // By the setting and not by the part of it that is wrong: a secret may stand where a list of them should.
  const schema = new Map<string, TSchema>(Object.entries(ServiceConfig.properties)).get(path.replace(/\/.*/, ''))
  const shown = schema === undefined || isFileToo(schema) ? '' : `, not ${shownValue(error?.value)}`
  throw new TypeError(`signalbox: ${path}: ${error?.message}${shown}`)
}
