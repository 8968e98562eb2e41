import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'

const publicFolder = fileURLToPath(new URL('../public/', import.meta.url))

/** Serves the files of the pages and of the SDK, and the page that checks at `/check`; the page itself is `sendPage`, as its address is also the WebSocket's. */
export const staticFiles = fp(
  async (app) => {
    if (!app.hasReplyDecorator('sendFile')) await app.register(fastifyStatic, { root: publicFolder, serve: false })
    // In a context of its own, as a hook counts for all routes beside it.
    await app.register(async (files) => {
      files.addHook('onRequest', async (request, reply) => {
        reply.withPageHeaders()
        // A page of the application may be elsewhere and take the SDK from here; there is no secret in it.
        if (request.routeOptions.url?.startsWith(`${app.prefix}/sdk/`))
          reply.headers({ 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' })
      })
      await files.register(fastifyStatic, {
        root: publicFolder,
        wildcard: false,
        index: false,
        decorateReply: false,
        // The pages' modules are all in page.js and check.js.
        globIgnore: ['page/**', '**/*.tsbuildinfo', '**/*.d.ts', '**/*.map'],
        cacheControl: true,
        maxAge: 0,
        logLevel: 'warn',
      })
      files.get('/check', { logLevel: 'warn' }, (_request, reply) => reply.sendFile('check.html', publicFolder))
    })
  },
  { name: 'signalbox-static', fastify: '5.x', dependencies: ['signalbox-websocket', 'signalbox-page-headers'] },
)

/** The call page. Its addresses are relative, so it is served only where the path ends in a slash. */
export function sendPage(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const address = request.raw.url ?? '/'
  const queryAt = address.indexOf('?')
  const path = queryAt < 0 ? address : address.slice(0, queryAt)
  if (path.endsWith('/')) return reply.withPageHeaders().sendFile('index.html', publicFolder)
  // Relative to the last segment, so that no path that somebody makes up leads to another host.
  const folder = path.slice(path.lastIndexOf('/') + 1)
  return reply.redirect(`./${folder}/${queryAt < 0 ? '' : address.slice(queryAt)}`)
}
