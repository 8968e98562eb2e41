import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { type AccessConfig, type AdmissionLimits, type HttpOperation, httpOperations } from '../schemas/index.js'
import { keyCheck, refuseStranger } from './api-keys.js'
import { BadRequest, RoomNotFound } from './control/host-error.js'
import type { Signalbox } from './control/room-control.js'

/** More than any announcement needs. */
const maxBodyBytes = 16_384

export interface AdminOptions {
  readonly config: AccessConfig
  readonly limits: AdmissionLimits
  readonly control: Signalbox
}

type OfRoom = FastifyRequest<{ Params: { roomId: string } }>
type OfMember = FastifyRequest<{ Params: { roomId: string; peerId: string } }>

/** What `app.signalbox` can do, over HTTP, for who has an admin key: `/admin/rooms` and below. */
export const admin = fp<AdminOptions>(
  async (outer, { config: { adminKeys }, limits, control }) => {
    const hasKey = keyCheck(adminKeys)
    // In a context of its own, as hooks and parsers count for all routes beside it.
    await outer.register(
      async (app) => {
        app.removeAllContentTypeParsers()
        app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
          try {
            done(null, String(body) === '' ? undefined : JSON.parse(String(body)))
          } catch {
            done(new BadRequest('the body is not JSON'))
          }
        })
        // Before the body is read, but after strangers have been counted.
        app.addHook('preParsing', async (request, reply) => {
          reply.header('cache-control', 'no-store')
          if (!hasKey(request)) await refuseStranger(reply)
        })
        const config = { rateLimit: { max: limits.maxRequestsPerMinute, allowList: hasKey } }
        const described = (schema: HttpOperation) => ({ bodyLimit: maxBodyBytes, config, schema })
        const { listRooms, showRoom, closeRoom, kickMember, lockRoom, unlockRoom, announce } = httpOperations
        app.get('/rooms', described(listRooms), async (request) => ({ rooms: await control.rooms(listingOf(request)) }))
        app.get('/rooms/:roomId', described(showRoom), async ({ params }: OfRoom) => {
          const room = await control.room(params.roomId)
          if (room === undefined) throw new RoomNotFound()
          return room
        })
        app.delete('/rooms/:roomId', described(closeRoom), async ({ params }: OfRoom, reply) => {
          await control.close(params.roomId)
          return reply.code(204).send()
        })
        app.delete('/rooms/:roomId/members/:peerId', described(kickMember), async ({ params }: OfMember, reply) => {
          await control.kick(params.roomId, params.peerId)
          return reply.code(204).send()
        })
        app.post('/rooms/:roomId/lock', described(lockRoom), async ({ params, body }: OfRoom, reply) => {
          await control.lock(params.roomId, { knock: knockOf(body) })
          return reply.code(204).send()
        })
        app.post('/rooms/:roomId/unlock', described(unlockRoom), async ({ params }: OfRoom, reply) => {
          await control.unlock(params.roomId)
          return reply.code(204).send()
        })
        app.post('/rooms/:roomId/announcements', described(announce), async ({ params, body }: OfRoom, reply) => {
          await control.announce(params.roomId, objectOf(body))
          return reply.code(204).send()
        })
      },
      { prefix: '/admin' },
    )
  },
  { name: 'signalbox-admin', fastify: '5.x', dependencies: ['signalbox-rooms', 'signalbox-request-rate'] },
)

/** A query has texts only. */
function listingOf({ query }: FastifyRequest): object {
  const { limit, ...more } = { ...Object(query) }
  return { ...more, ...(limit !== undefined && { limit: Number(limit) }) }
}

function knockOf(body: unknown): boolean {
  const { knock = false, ...more } = { ...objectOf(body ?? {}) } as Record<string, unknown>
  if (typeof knock !== 'boolean' || Object.keys(more).length > 0)
    throw new BadRequest('knock: true or false, and nothing else')
  return knock
}

function objectOf(body: unknown): object {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body
  throw new BadRequest('the body is not a JSON object')
}
