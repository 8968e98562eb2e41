import Fastify from 'fastify'
import { pino } from 'pino'
import type { SignalboxOptions } from '../../src/index.js'
import { service } from '../../src/signalbox.js'
import { manyFromHere } from '../helper.js'
import type { TargetOrder, TargetReport } from './target.js'

/**
 * The service in a process of its own, for the fuzzers: says where it listens, how large its heap is when it is asked, and
 * what goes wrong. The one argument is its options as JSON.
 */
const options: SignalboxOptions & { asksApplication?: boolean } = JSON.parse(process.argv[2] ?? '{}')
const { asksApplication = false, ...rest } = options

function report(message: TargetReport): void {
  process.send?.(message)
}

process.on('unhandledRejection', (reason) => report({ kind: 'fault', text: `unhandledRejection: ${reason}` }))
process.on('uncaughtException', (error) => {
  report({ kind: 'fault', text: `uncaughtException: ${error.stack}` })
  process.exitCode = 70
  process.disconnect()
})

const loggerInstance = pino({ level: 'error' }, { write: (line) => report({ kind: 'fault', text: line.trim() }) })
const app = Fastify({ loggerInstance, forceCloseConnections: true })
let sizes = () => ({ rooms: -1, sockets: -1 })
await app.register(async (inner) => {
  await service(inner, {
    share: () => {},
    ...manyFromHere,
    page: false,
    ...rest,
    ...(asksApplication && { authorize: (_request, { token }) => (token === 'host' ? { role: 'host' } : {}) }),
  })
  sizes = () => ({ rooms: inner.rooms.size.rooms, sockets: inner.signaling.sockets })
})
const url = (await app.listen({ port: 0, host: '127.0.0.1' })).replace('http', 'ws')

process.on('message', (order: TargetOrder) => {
  if (order === 'measure') for (let k = 0; k < 3; k += 1) globalThis.gc?.()
  if (order === 'stop') app.close().then(() => process.disconnect())
  else report({ kind: 'state', ...sizes(), heapBytes: process.memoryUsage().heapUsed })
})
// Whoever started it is gone.
process.on('disconnect', () => process.exit())

report({ kind: 'ready', url })
