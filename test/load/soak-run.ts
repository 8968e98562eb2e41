import { setTimeout as elapse } from 'node:timers/promises'
import type { BuildOptions } from '../../src/index.js'
import { manyFromHere, unhurried } from '../helper.js'
import { startChild } from './child.js'
import type { MembersDeeds } from './members-child.js'
import { serviceNodeOptions } from './node-options.js'
import type { Live, Memory, ServiceDeeds } from './service-child.js'

export interface SoakOptions {
  readonly members: number
  readonly joins: number
  readonly isResumable: boolean
  readonly seed: number
  /** How long the members sit there. */
  readonly quietMs: number
}

/** What there is at one moment. */
export interface Stand {
  readonly memory: Memory
  readonly live: Live
  /** What keeps the process alive, by kind. */
  readonly resources: Record<string, number>
}

export interface SoakReport {
  /** Once the service has seen a few come and go. */
  readonly start: Stand
  /** With all members there. */
  readonly gathered: Stand
  /** When they have sat there for a while. */
  readonly seated: Memory
  /** Of them, how many still had their sockets then. */
  readonly present: number
  /** Of a processor, meanwhile. */
  readonly idleShare: number
  /** When all have come and gone. */
  readonly end: Stand
  readonly churn: Record<string, number>
  readonly churnMs: number
}

/** Joins of the crowd that the service has seen before it is measured: so that what it makes once, or compiles, is there. */
const warmUpJoins = 1000
/** How long it may take until all sockets are closed. */
const settleMs = 20_000
/** After so long the service has forgotten addresses of which there is nothing to remember. */
const sweepMs = 10_500
const resumeWindowMs = 500

/** Nobody here is too many, or too quick. */
const options: BuildOptions = {
  ...unhurried,
  ...manyFromHere,
  maxUpgradesPerSecond: 1_000_000,
  maxJoinsPerSecond: 1_000_000,
  maxNewRoomsPerMinute: 10_000_000,
  joinTimeoutMs: 60_000,
  resumeWindowMs,
  awayAfterMs: 200,
}

/** Many who sit in their rooms, then many who come and go beside them, then nobody. */
export async function soak({ members, joins, isResumable, seed, quietMs }: SoakOptions): Promise<SoakReport> {
  const service = await startChild<ServiceDeeds>('service-child', { nodeOptions: serviceNodeOptions })
  const crowd = await startChild<MembersDeeds>('members-child')
  const stand = async (): Promise<Stand> => {
    const live = await service.ask('live')
    return { memory: await service.ask('memory'), live, resources: await service.ask('resources') }
  }
  /** What takes a while to go: sockets that are closing, seats that are held. */
  const settled = async (): Promise<void> => {
    const untilMs = performance.now() + settleMs
    const sockets = async (): Promise<number> => (await service.ask('resources'))['TCPSocketWrap'] ?? 0
    while ((await sockets()) > 0 && performance.now() < untilMs) await elapse(100)
    await elapse(2 * resumeWindowMs)
  }
  try {
    const port = await service.ask('start', options)
    await crowd.ask('churn', { port, joins: warmUpJoins, seed: seed + 1 })
    await settled()
    const start = await stand()
    await crowd.ask('gather', { port, members, isResumable })
    const gathered = await stand()
    await service.ask('watch')
    await elapse(quietMs)
    const { cpuMs } = await service.ask('seen')
    const seated = await service.ask('memory')
    const present = await crowd.ask('present')
    const startMs = performance.now()
    const churn = await crowd.ask('churn', { port, joins, seed })
    const churnMs = performance.now() - startMs
    await crowd.ask('disperse')
    await settled()
    await elapse(sweepMs)
    const end = await stand()
    await service.ask('stop')
    return { start, gathered, seated, present, idleShare: cpuMs / quietMs, end, churn, churnMs }
  } finally {
    await Promise.all([crowd.end(), service.end()])
  }
}
