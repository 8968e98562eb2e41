import { fileURLToPath } from 'node:url'
import cookie from '@fastify/cookie'
import rateLimit from '@fastify/rate-limit'
import session from '@fastify/session'
import files from '@fastify/static'
import Fastify from 'fastify'
import signalbox from 'signalbox'
import { SessionStore } from './session-store.js'

const signInBody = {
  type: 'object',
  required: ['id', 'password'],
  properties: { id: { type: 'string', maxLength: 64 }, password: { type: 'string', maxLength: 256 } },
}

/**
 * An application with sign-in of its own, whose people call each other under /calls.
 *
 * @param people         a `People`
 * @param sessionSecret  signs the cookies: 32 characters or more
 * @param logger         as Fastify takes it
 */
export async function buildApp({ people, sessionSecret, logger = false }) {
  const app = Fastify({ logger, forceCloseConnections: true, return503OnClosing: false })
  await app.register(cookie)
  await app.register(session, {
    secret: sessionSecret,
    store: new SessionStore(),
    saveUninitialized: false,
    // `auto`: Secure where the request came over TLS. Behind a proxy that ends it set `trustProxy` of the app.
    cookie: { secure: 'auto', sameSite: 'lax', maxAge: 8 * 3_600_000 },
  })
  await app.register(files, { root: fileURLToPath(new URL('public/', import.meta.url)) })

  await app.register(async (account) => {
    await account.register(rateLimit, { global: false })
    const fewAMinute = { rateLimit: { max: 10, timeWindow: 60_000 } }
    account.post('/sign-in', { schema: { body: signInBody }, config: fewAMinute }, async (request, reply) => {
      const person = await people.check(request.body.id, request.body.password)
      if (person === undefined) return reply.code(401).send({ message: 'Name or password is wrong.' })
      // Another id than before: whoever had put one into this browser does not have this one.
      await request.session.regenerate()
      request.session.personId = person.id
      return describe(person)
    })
    account.post('/sign-out', async (request, reply) => {
      await request.session.destroy()
      return reply.code(204).send()
    })
    account.get('/me', async (request, reply) => {
      const person = people.find(request.session.personId)
      return person === undefined ? reply.code(401).send({ message: 'Nobody has signed in.' }) : describe(person)
    })
  })

  // After the session, so that the request of the WebSocket has one, too.
  await app.register(signalbox, {
    prefix: '/calls',
    authorize: async (request, { roomId }) => {
      // The socket may be hours old, and its owner may have signed out since.
      await request.session.reload()
      const person = people.find(request.session.personId)
      const role = person?.rooms.get(roomId)
      return role === undefined ? null : { subject: person.id, name: person.name, role }
    },
  })
  return app
}

function describe({ name, rooms }) {
  return { name, rooms: [...rooms.keys()] }
}
