import fastifyWebsocket from '@fastify/websocket'
import type { FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { WebSocket } from 'ws'
import type { Limits } from '../../schemas/index.js'
import { type PendingUpgrades, watchUpgrades } from './pending-upgrades.js'

export interface WebsocketOptions {
  readonly limits: Limits
  /** Answers a plain GET at the root: the page, or nothing. */
  readonly root: (request: FastifyRequest, reply: FastifyReply) => unknown
}

/**
 * The upgrade routes: `/` and `/ws`. A host's own @fastify/websocket is used where there is one, as a second
 * would try to upgrade the same sockets; frames are bounded then by the host's `maxPayload` as well as by ours.
 */
export const websocket = fp<WebsocketOptions>(
  async (app, { limits, root }) => {
    let upgrades: PendingUpgrades | undefined
    if (!app.hasDecorator('websocketServer')) {
      const pending = watchUpgrades(app.server, limits.upgradeTimeoutMs)
      app.addHook('preClose', async () => pending.destroyAll())
      upgrades = pending
      await app.register(fastifyWebsocket, {
        options: { maxPayload: limits.maxFrameBytes, perMessageDeflate: false },
        // The connection has its own listener and lets ws finish its closing handshake.
        errorHandler: (error, socket, request) => {
          if (error instanceof Error && 'code' in error && String(error.code).startsWith('WS_ERR_')) return
          request.log.debug({ err: error }, 'socket error')
          socket.terminate()
        },
      })
    }

    const preValidation = async (request: FastifyRequest, reply: FastifyReply) => {
      if (request.ws && app.drain.isDraining) return reply.code(503).header('retry-after', '1').send()
    }
    const wsHandler = (socket: WebSocket, request: FastifyRequest) => {
      upgrades?.accepted(request.raw.socket)
      app.signaling.accept(socket)
    }

    app.route({ method: 'GET', url: '/', preValidation, handler: root, wsHandler })
    app.route({
      method: 'GET',
      url: '/ws',
      preValidation,
      handler: (_request, reply) =>
        reply
          .code(426)
          .headers({ connection: 'Upgrade', upgrade: 'websocket' })
          .send({ statusCode: 426, error: 'Upgrade Required', message: 'This is a WebSocket.' }),
      wsHandler,
    })
  },
  { name: 'signalbox-websocket', fastify: '5.x', dependencies: ['signalbox-drain'] },
)
