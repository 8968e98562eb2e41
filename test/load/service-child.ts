import type { AddressInfo } from 'node:net'
import { Socket } from 'node:net'
import { queryObjects, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { FastifyInstance } from 'fastify'
import { WebSocket } from 'ws'
import { AddressRecord } from '../../plugins/admission/address-record.js'
import { MemoryRoom } from '../../plugins/rooms/memory-room.js'
import { MemorySeat } from '../../plugins/rooms/memory-seat.js'
import { Connection } from '../../plugins/signaling/connection.js'
import { Session } from '../../plugins/signaling/session.js'
import { type BuildOptions, buildApp } from '../../src/index.js'
import { serve } from './child.js'

/** The service in a process of its own, which says how it is. */

/** In bytes. */
export interface Memory {
  /** What JavaScript holds, in its heap and outside of it, buffers for instance. */
  readonly held: number
  /** What the system has given to the process. */
  readonly rss: number
}

/** How many there are of what is made for a client. */
export type Live = Readonly<Record<keyof typeof kinds, number>>

export type ServiceDeeds = typeof deeds

/** Of what is counted. A timer counts also where it keeps no process alive, until it is done or taken back. */
const kinds = {
  rooms: MemoryRoom,
  seats: MemorySeat,
  connections: Connection,
  sessions: Session,
  addresses: AddressRecord,
  webSockets: WebSocket,
  tcpSockets: Socket,
  timers: setTimeout(() => {}, 0).constructor,
} as const

const sampleMs = 50

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')
let app: FastifyInstance | undefined
let peak: Memory = { held: 0, rss: 0 }
let cpuUs = 0

function memoryNow(): Memory {
  const { heapUsed, external, rss } = process.memoryUsage()
  return { held: heapUsed + external, rss }
}

function cpuNowUs(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

const deeds = {
  /** @returns the port, on every address of the loopback interface */
  start: async (options: BuildOptions): Promise<number> => {
    app = buildApp(options)
    await app.listen({ port: 0, host: '0.0.0.0' })
    setInterval(() => {
      const { held, rss } = memoryNow()
      peak = { held: Math.max(peak.held, held), rss: Math.max(peak.rss, rss) }
    }, sampleMs).unref()
    return (app.server.address() as AddressInfo).port
  },
  /** Once what is of no use any more has been thrown away. */
  memory: (): Memory => {
    collect()
    collect()
    return memoryNow()
  },
  /** As `memory` would, what is of no use any more is thrown away before it is counted. */
  live: (): Live => {
    const count = (kind: keyof typeof kinds): number => queryObjects(kinds[kind], { format: 'count' })
    return {
      rooms: count('rooms'),
      seats: count('seats'),
      connections: count('connections'),
      sessions: count('sessions'),
      addresses: count('addresses'),
      webSockets: count('webSockets'),
      tcpSockets: count('tcpSockets'),
      timers: count('timers'),
    }
  },
  /** What keeps the process alive, by kind. */
  resources: (): Record<string, number> => {
    const counts: Record<string, number> = {}
    for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1
    return counts
  },
  /** From here on the most memory and the processor time are measured. */
  watch: (): void => {
    peak = memoryNow()
    cpuUs = cpuNowUs()
  },
  /** @returns since `watch` */
  seen: (): { readonly peak: Memory; readonly cpuMs: number } => ({ peak, cpuMs: (cpuNowUs() - cpuUs) / 1000 }),
  stop: async (): Promise<void> => app?.close(),
}

serve(deeds)
