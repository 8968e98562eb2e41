import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'

const publicFolder = fileURLToPath(new URL('../public/', import.meta.url))

/** Serves the files of the pages and of the SDK, and the page that checks at `/check`; the page itself is `sendPage`, as its address is also the WebSocket's. */
export const staticFiles = fp(
  async (app) => {
    await app.register(fastifyStatic, {
      root: publicFolder,
      wildcard: false,
      index: false,
      decorateReply: !app.hasReplyDecorator('sendFile'),
      // The pages' modules are all in page.js and check.js.
      globIgnore: ['page/**', '**/*.tsbuildinfo', '**/*.d.ts', '**/*.map'],
      cacheControl: true,
      maxAge: 0,
      logLevel: 'warn',
    })
    app.get('/check', { logLevel: 'warn' }, (_request, reply) => reply.sendFile('check.html', publicFolder))
  },
  { name: 'signalbox-static', fastify: '5.x', dependencies: ['signalbox-websocket'] },
)

/** The call page. Its addresses are relative, so it is served only where the path ends in a slash. */
export function sendPage(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const address = request.raw.url ?? '/'
  const queryAt = address.indexOf('?')
  const path = queryAt < 0 ? address : address.slice(0, queryAt)
  if (path.endsWith('/')) return reply.sendFile('index.html', publicFolder)
  // Relative to the last segment, so that no path that somebody makes up leads to another host.
  const folder = path.slice(path.lastIndexOf('/') + 1)
  return reply.redirect(`./${folder}/${queryAt < 0 ? '' : address.slice(queryAt)}`)
}
