import { Value } from '@sinclair/typebox/value'
import type { FastifyReply } from 'fastify'
import fp from 'fastify-plugin'
import {
  type AccessConfig,
  type AdmissionLimits,
  httpOperations,
  httpRefusals,
  QualityReport,
  SignalingError,
  type WebConfig,
} from '../schemas/index.js'
import { takeJson } from './json-body.js'
import { CallQuality } from './metrics/call-quality.js'
import { OriginCheck } from './websocket/origin.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** What clients have said of how their calls were. */
    callQuality: CallQuality
  }
}

/** More than any report needs. */
const maxBodyBytes = 8192
/** From one address: many people may end a call there at once, and nobody is to speak for all the world. */
const maxReportsPerMinute = 600

export interface QualityOptions {
  readonly config: WebConfig & Pick<AccessConfig, 'publicUrl'>
  readonly limits: AdmissionLimits
}

/** `POST /quality`: a page tells how its connections were, as it ends a call; for the metrics, and for nothing else. */
export const quality = fp<QualityOptions>(
  async (outer, { config: settings, limits }) => {
    const origins = new OriginCheck(settings)
    const callQuality = new CallQuality()
    outer.decorate('callQuality', callQuality)

    // In a context of its own, as a parser for text counts for all routes beside it.
    await outer.register(async (app) => {
      takeJson(app, 'text/plain', 'application/json')
      const max = Math.min(maxReportsPerMinute, limits.maxRequestsPerMinute)
      const bounds = { bodyLimit: maxBodyBytes, config: { rateLimit: { max } }, schema: httpOperations.reportQuality }
      app.post('/quality', bounds, async (request, reply) => {
        const { body, headers, host } = request
        if (!origins.allows(headers.origin, host)) {
          const { statusCode, message } = httpRefusals['origin-not-allowed']
          return refuse(reply, { statusCode, code: 'origin-not-allowed', message })
        }
        if (!Value.Check(QualityReport, body)) {
          const { code, message } = new SignalingError('bad-message')
          return refuse(reply, { statusCode: 400, code, message })
        }
        callQuality.take(body)
        return reply.code(204).send()
      })
    })

    function refuse(
      reply: FastifyReply,
      told: { readonly statusCode: number; code: string; message: string },
    ): FastifyReply {
      callQuality.refuse()
      return reply.code(told.statusCode).send(told)
    }
  },
  { name: 'signalbox-quality', fastify: '5.x' },
)
