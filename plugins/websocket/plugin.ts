import { createServer, STATUS_CODES } from 'node:http'
import fastifyWebsocket from '@fastify/websocket'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { WebSocket } from 'ws'
import {
  type AccessConfig,
  type HttpRefusalCode,
  httpRefusals,
  type Limits,
  type WebConfig,
} from '../../schemas/index.js'
import type { Refusals } from '../admission/refusals.js'
import { forgetUpgrade } from './forget-upgrade.js'
import { OriginCheck } from './origin.js'
import { upgradesOf, watchUpgrades } from './pending-upgrades.js'

const maxShown = 128

export interface WebsocketOptions {
  readonly config: WebConfig & Pick<AccessConfig, 'publicUrl'>
  readonly limits: Limits
  /** Answers a plain GET at the root: the page, or nothing. */
  readonly root: (request: FastifyRequest, reply: FastifyReply) => unknown
}

/**
 * The upgrade routes: `/` and `/ws`.
 *
 * @throws SettingError
 */
export const websocket = fp<WebsocketOptions>(
  async (app, { config: settings, limits, root }) => {
    const origins = new OriginCheck(settings)
    const isHosts = app.hasDecorator('websocketServer')
    if (!isHosts) await registerWebsocketServer(app, limits)

    // @fastify/websocket would upgrade a request to any other route too, log its query string and close the socket.
    app.addHook('onRequest', (request, reply, done) => {
      const isOurs = request.routeOptions.config.isSignaling === true
      const code = request.ws && isOurs ? refusalOf(request) : undefined
      if (request.ws && !isOurs) reply.code(404).send()
      else if (code === undefined) done()
      else {
        app.refusals.add(code, request.ip, detailOf(code, request))
        refuse(request, reply, code)
      }
    })

    function refusalOf(request: FastifyRequest): HttpRefusalCode | undefined {
      if (!origins.allows(request.headers.origin, request.host)) return 'origin-not-allowed'
      if (app.drain.isDraining) return 'draining'
      // A balancer asks another one then, and whoever has a socket yet keeps it.
      if (app.rooms.shared?.isCutOff === true) return 'store-unavailable'
      return app.admission.refusalOf(request.ip, request.raw.socket, performance.now())
    }

    const config = { isSignaling: true }
    const wsHandler = (socket: WebSocket, request: FastifyRequest) => {
      upgradesOf(app.server)?.taken(request.socket)
      forgetUpgrade(socket, request.socket, !isHosts)
      app.signaling.accept(socket, request)
    }
    app.route({ method: 'GET', url: '/', config, handler: root, wsHandler })
    app.route({ method: 'GET', url: '/ws', config, handler: requireUpgrade, wsHandler })
  },
  { name: 'signalbox-websocket', fastify: '5.x', dependencies: ['signalbox-drain', 'signalbox-admission'] },
)

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether the route upgrades to a WebSocket that speaks the signaling protocol. */
    isSignaling?: boolean
  }
}

/**
 * Where a host has a @fastify/websocket of its own, it serves us too, as a second one would try to upgrade the same sockets;
 * frames are bounded then by its `maxPayload` as well as by our limit. Two of us in one host share the first one's dispatch.
 */
async function registerWebsocketServer(app: FastifyInstance, limits: Limits): Promise<void> {
  const isDispatched = upgradesOf(app.server) !== undefined
  if (!isDispatched) {
    const upgrades = watchUpgrades(app.server, limits.upgradeTimeoutMs)
    app.addHook('preClose', async () => upgrades.close())
  }
  await app.register(fastifyWebsocket, {
    options: {
      maxPayload: limits.maxFrameBytes,
      maxFragments: limits.maxFragments,
      maxBufferedChunks: limits.maxBufferedChunks,
      perMessageDeflate: false,
      // Each is known, and closed, by what speaks the protocol on it: a second list is 200 bytes of heap a socket.
      clientTracking: false,
      // A server that never listens: it hears of no upgrade.
      ...(isDispatched && { server: createServer() }),
    },
    // The connection has its own listener and lets ws finish its closing handshake.
    errorHandler: (error, socket, request) => {
      if (error instanceof Error && 'code' in error && String(error.code).startsWith('WS_ERR_')) return
      request.log.debug({ err: error }, 'socket error')
      socket.terminate()
    },
  })
}

/** Without a word of what came: nothing that somebody else can choose is said back. Nor is the connection kept for more. */
function refuse(request: FastifyRequest, reply: FastifyReply, code: HttpRefusalCode): FastifyReply {
  const { statusCode, message, retryAfterS } = httpRefusals[code]
  reply.raw.once('finish', () => request.raw.socket.destroySoon())
  if (retryAfterS !== undefined) reply.header('retry-after', retryAfterS)
  return reply
    .code(statusCode)
    .header('connection', 'close')
    .send({ statusCode, error: STATUS_CODES[statusCode], code, message })
}

/** What an operator may have forgotten: an origin on the list, or the proxy as whose address everybody's counts. */
function detailOf(code: HttpRefusalCode, request: FastifyRequest): Parameters<Refusals['add']>[2] {
  if (code === 'origin-not-allowed') return sourceOf(request)
  const isBehindUnknownProxy =
    request.headers['x-forwarded-for'] !== undefined && request.ip === request.raw.socket.remoteAddress
  return isBehindUnknownProxy ? { isBehindUnknownProxy } : {}
}

/** Somebody else's text: short, and nothing in it that a terminal would take for a command. */
function sourceOf({ headers, host }: FastifyRequest): { origin: string; host: string } {
  const shown = (text: string) => text.slice(0, maxShown).replace(/[^ -~]/g, '?')
  return { origin: shown(headers.origin ?? 'none'), host: shown(host) }
}

function requireUpgrade(_request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply
    .code(426)
    .headers({ connection: 'Upgrade', upgrade: 'websocket' })
    .send({ statusCode: 426, error: 'Upgrade Required', message: 'This is a WebSocket.' })
}
