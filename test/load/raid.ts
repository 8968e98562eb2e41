import { setTimeout as elapse } from 'node:timers/promises'
import type { AttackersDeeds, RaidEnd } from './attackers-child.js'
import type { AttackName } from './attacks/table.js'
import type { Parted } from './child.js'
import type { Measured, ProbesDeeds } from './probes-child.js'
import type { Live, Memory, ServiceDeeds } from './service-child.js'

const quietMs = 8000
const attackMs = 15_000
const rehearsalMs = 8000
/** How long it may take until nothing is left of the attackers: a seat is held for 30 s. */
const settleMs = 60_000
const lookEveryMs = 3000

export interface Plan {
  readonly attack: AttackName
  /** From how many addresses it comes. */
  readonly addresses: number
  /** How much the process may grow meanwhile. */
  readonly mostGrowthBytes: number
}

export interface Scene {
  readonly service: Parted<ServiceDeeds>
  readonly attackers: Parted<AttackersDeeds>
  readonly probes: Parted<ProbesDeeds>
  readonly port: number
  readonly isSecure: boolean
}

/** What is made for a client, and is of no use any more when that is gone. What is known of an address is remembered. */
type Kind = Exclude<keyof Live, 'timers' | 'addresses'>

export interface Report extends Plan {
  readonly isSecure: boolean
  readonly quiet: Measured
  readonly attacked: Measured
  readonly before: Memory
  readonly peak: Memory
  readonly after: Memory
  /** Of one processor. */
  readonly serviceShare: number
  readonly attackersShare: number
  readonly tally: RaidEnd['tally']
  /** What there is more of than before, a while after the end. */
  readonly left: readonly string[]
}

/** An attack for a short while that nobody measures: a service that has run for some time has compiled what it takes. */
export async function rehearse(
  { attack, addresses }: Plan,
  { service, attackers, port, isSecure }: Scene,
): Promise<void> {
  const live = await service.ask('live')
  await attackers.ask('begin', { attack, addresses, port, isSecure })
  await elapse(rehearsalMs)
  await attackers.ask('end')
  await settle(service, live)
}

/** Measures the well-behaved in quiet, then while others attack, and what is left of it. */
export async function raid(plan: Plan, { service, attackers, probes, port, isSecure }: Scene): Promise<Report> {
  const live = await service.ask('live')
  const before = await service.ask('memory')
  const quiet = await probes.ask('measure', quietMs)
  await service.ask('watch')
  const startMs = performance.now()
  await attackers.ask('begin', { attack: plan.attack, addresses: plan.addresses, port, isSecure })
  const attacked = await probes.ask('measure', attackMs)
  const { peak, cpuMs } = await service.ask('seen')
  const tookMs = performance.now() - startMs
  const { tally, cpuMs: attackersMs } = await attackers.ask('end')
  const left = await settle(service, live)
  const after = await service.ask('memory')
  return {
    ...plan,
    isSecure,
    quiet,
    attacked,
    before,
    peak,
    after,
    serviceShare: cpuMs / tookMs,
    attackersShare: attackersMs / tookMs,
    tally,
    left,
  }
}

async function settle(service: Parted<ServiceDeeds>, before: Live): Promise<string[]> {
  const untilMs = performance.now() + settleMs
  const kinds: readonly Kind[] = ['rooms', 'seats', 'connections', 'sessions', 'webSockets', 'tcpSockets']
  for (;;) {
    await elapse(lookEveryMs)
    const now = await service.ask('live')
    const left = kinds.filter((kind) => now[kind] > before[kind]).map((kind) => `${now[kind] - before[kind]} ${kind}`)
    if (left.length === 0 || performance.now() > untilMs) return left
  }
}
