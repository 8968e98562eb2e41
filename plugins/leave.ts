import { Value } from '@sinclair/typebox/value'
import fp from 'fastify-plugin'
import { httpOperations, httpRefusals, LeaveRequest, SignalingError } from '../schemas/index.js'
import { takeJson } from './json-body.js'
import { StoreUnavailable } from './rooms/room-store.js'

/** More than any request needs. */
const maxBodyBytes = 2048

/** `POST /leave`: a page that is closing leaves its room; `navigator.sendBeacon` can send it when nothing else can be sent any more. */
export const leave = fp(
  async (outer) => {
    // In a context of its own, as a parser for text counts for all routes beside it.
    await outer.register(async (app) => {
      takeJson(app, 'text/plain', 'application/json')
      app.post('/leave', { bodyLimit: maxBodyBytes, schema: httpOperations.leave }, async (request, reply) => {
        const { body } = request
        if (!Value.Check(LeaveRequest, body)) return reply.code(400).send(refusal(400, 'bad-message'))
        try {
          await app.signaling.release(body)
        } catch (error) {
          if (error instanceof StoreUnavailable) {
            const { statusCode, message, retryAfterS } = httpRefusals['store-unavailable']
            return reply
              .code(statusCode)
              .header('retry-after', retryAfterS)
              .send({ statusCode, code: 'store-unavailable', message })
          }
          if (!(error instanceof SignalingError)) throw error
          return reply.code(403).send(refusal(403, error.code))
        }
        return reply.code(204).send()
      })
    })
  },
  { name: 'signalbox-leave', fastify: '5.x', dependencies: ['signalbox-signaling'] },
)

function refusal(statusCode: number, code: SignalingError['code']): object {
  return { statusCode, code, message: new SignalingError(code).message }
}
