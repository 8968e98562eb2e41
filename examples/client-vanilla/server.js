import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import files from '@fastify/static'
import Fastify from 'fastify'
import signalbox from 'signalbox'

const { PORT = '3000', HOST = 'localhost' } = process.env
const sdk = dirname(fileURLToPath(import.meta.resolve('signalbox/client')))

const app = Fastify({ logger: true, forceCloseConnections: true, return503OnClosing: false })
await app.register(files, { root: fileURLToPath(new URL('public/', import.meta.url)) })
// The modules of the SDK as they are in the package: no bundler.
await app.register(files, { root: sdk, prefix: '/sdk/', decorateReply: false })
// The service without its own page.
await app.register(signalbox, { prefix: '/signaling', page: false })
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => app.close())
await app.listen({ port: Number(PORT), host: HOST })
