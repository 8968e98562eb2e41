import { fileURLToPath } from 'node:url'
import fastifyStatic, { type FastifyStaticOptions } from '@fastify/static'
import type { FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { BrandConfig } from '../schemas/index.js'
import { readBrand } from './brand/brand.js'
import { cacheControl, forEverybody } from './pages/document.js'
import { makeSite, type Site } from './pages/site.js'

const publicFolder = new URL('../public/', import.meta.url)

export interface StaticFilesOptions {
  readonly site: Site
}

/**
 * Makes the pages, which name and colour of the service are in.
 *
 * @throws SettingError  when the logo cannot be used
 */
export async function openSite(config: BrandConfig): Promise<Site> {
  return makeSite(publicFolder, await readBrand(config))
}

/**
 * Serves the pages, their files and those of the SDK; but not the page itself, which is `sendPage`, as its address is also the
 * WebSocket's. Compressed ones lie beside the files since they were built.
 */
export const staticFiles = fp<StaticFilesOptions>(
  async (app, { site }) => {
    // In a context of its own, as a hook counts for all routes beside it.
    await app.register(async (files) => {
      files.addHook('onRequest', async (_request, reply) => {
        reply.withPageHeaders()
      })
      await files.register(fastifyStatic, { ...filesIn('assets'), setHeaders: cachedAs('immutable') })
      for (const [address, document] of site.files)
        files.get(`/${address}`, { logLevel: 'warn' }, (request, reply) => document.send(request, reply))
    })
    await app.register(async (files) => {
      files.addHook('onRequest', async (_request, reply) => {
        // A page of the application may be elsewhere and take the SDK from here.
        reply.withPageHeaders().headers(forEverybody)
      })
      // Its addresses stay as they are, and its modules have to be of one version: a browser asks for each whether it has changed.
      await files.register(fastifyStatic, { ...filesIn('sdk'), setHeaders: cachedAs('revalidated') })
    })
  },
  { name: 'signalbox-static', fastify: '5.x', dependencies: ['signalbox-websocket', 'signalbox-page-headers'] },
)

function filesIn(folder: string): FastifyStaticOptions {
  return {
    root: fileURLToPath(new URL(folder, publicFolder)),
    prefix: `/${folder}/`,
    wildcard: false,
    index: false,
    decorateReply: false,
    preCompressed: true,
    cacheControl: false,
    globIgnore: ['**/*.tsbuildinfo', '**/*.d.ts', '**/*.map', '**/*.br', '**/*.gz'],
    logLevel: 'warn',
  }
}

function cachedAs(cache: keyof typeof cacheControl) {
  return (reply: FastifyReply): void => {
    reply.header('cache-control', cacheControl[cache])
  }
}

/** The call page. Its addresses are relative, so it is served only where the path ends in a slash. */
export function pageOf({ page }: Site) {
  return (request: FastifyRequest, reply: FastifyReply): FastifyReply | Promise<FastifyReply> => {
    const address = request.raw.url ?? '/'
    const queryAt = address.indexOf('?')
    const path = queryAt < 0 ? address : address.slice(0, queryAt)
    if (path.endsWith('/')) return page.send(request, reply.withPageHeaders())
    // Relative to the last segment, so that no path that somebody makes up leads to another host.
    const folder = path.slice(path.lastIndexOf('/') + 1)
    return reply.redirect(`./${folder}/${queryAt < 0 ? '' : address.slice(queryAt)}`)
  }
}
