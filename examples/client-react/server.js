import { fileURLToPath } from 'node:url'
import files from '@fastify/static'
import Fastify from 'fastify'
import signalbox from 'signalbox'

const { PORT = '3000', HOST = 'localhost' } = process.env

const app = Fastify({ logger: true, forceCloseConnections: true, return503OnClosing: false })
await app.register(files, { root: fileURLToPath(new URL('dist/', import.meta.url)) })
// The service without its own page.
await app.register(signalbox, { prefix: '/signaling', page: false })
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => app.close())
await app.listen({ port: Number(PORT), host: HOST })
