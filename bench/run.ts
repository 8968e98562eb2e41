import { MachineShare } from './load/machine.js'
import { ServerGroup } from './load/server-group.js'
import { ServerProcess } from './load/server-process.js'
import type { Service } from './load/service.js'
import { shuffled, summarize } from './load/statistics.js'
import { type Cell, greatestOthersShare, type Row } from './report/results.js'
import { reference, type Subject } from './subjects.js'
import type { Scale, Setup, Slice, Workload } from './workloads/workload.js'

/** How long one visit of a server may take, with all that belongs to it. */
const patienceMs = 120_000

/** Of CPU time, as on a busy machine a slice may be little work. */
const usualWarmUpUs = 1_000_000

export interface Plan {
  /** How many rounds count; where others disturb them as many again and again are made, and the calmest are taken. */
  readonly rounds: number
  readonly mostRounds: number
  /** Of a workload that needs a fresh server each time, and more time. */
  readonly freshRounds: number
  readonly sliceMs: number
  /** How many slices it may take until a server is warm. */
  readonly mostWarmUps: number
  readonly scale: Scale
  readonly isProfiled: boolean
}

/** One subject in the course of a workload. */
interface Contestant {
  readonly subject: Subject
  readonly slices: Slice[]
}

interface Outcome {
  readonly contestants: readonly Contestant[]
  /** What other processes took of the machine in the rounds that count, median. */
  readonly othersShare: number
}

/** Runs one workload at all subjects, alternately, in another order each round. */
export async function runWorkload(
  workload: Workload,
  subjects: readonly Subject[],
  plan: Plan,
  servers: Servers,
): Promise<Row[]> {
  const { contestants, othersShare } = workload.needsFreshServer
    ? await runFresh(workload, subjects, plan, servers)
    : await runAlternately(workload, subjects, plan, servers)
  return workload.measures.map(({ key, title, unit, isHigherBetter = false }) => {
    const baseline = contestants.find(({ subject }) => subject.name === reference)
    const cells = contestants.map(({ subject, slices }): Cell => {
      const values = slices.map((slice) => slice.values[key] ?? Number.NaN)
      // Both in the same round, as the machine is never the same for long.
      const ratios = values.flatMap((value, round) => {
        const other = baseline?.slices[round]?.values[key]
        if (other === undefined) return []
        return [isHigherBetter ? value / other : other / value]
      })
      return {
        subject: subject.name,
        ...summarize(values),
        rounds: values,
        ...(ratios.length > 0 && { ratio: summarize(ratios) }),
        ...mostOf(slices),
      }
    })
    return { workload: workload.name, key, title, unit, isHigherBetter, othersShare, cells }
  })
}

function mostOf(slices: readonly Slice[]): Pick<Cell, 'loadShare' | 'lateUs'> {
  const shares = slices.flatMap(({ loadShare }) => loadShare ?? [])
  const late = slices.flatMap(({ lateUs }) => lateUs ?? [])
  return {
    ...(shares.length > 0 && { loadShare: summarize(shares).median }),
    ...(late.length > 0 && { lateUs: summarize(late).median }),
  }
}

async function runAlternately(
  workload: Workload,
  subjects: readonly Subject[],
  plan: Plan,
  servers: Servers,
): Promise<Outcome> {
  const ready: { subject: Subject; setup: Setup }[] = []
  const sliceMs = workload.sliceMs ?? plan.sliceMs
  for (const subject of subjects) {
    const what = `${workload.name} at ${subject.name}`
    const server = await servers.get(subject)
    const setup = await inTime(what, workload.prepare(subject, server, plan.scale))
    if (setup === undefined) continue
    ready.push({ subject, setup })
    // Compiled and grown to its size before anything is counted.
    const warmAtUs = (await server.usage()).cpuUs + server.nodes * (workload.warmUpUs ?? usualWarmUpUs)
    for (let i = 0; i < plan.mostWarmUps; i += 1) {
      await inTime(what, setup.slice(sliceMs))
      if ((await server.usage()).cpuUs >= warmAtUs) break
    }
  }
  const rounds: Round[] = []
  while (rounds.filter(isCalm).length < plan.rounds && rounds.length < plan.mostRounds) {
    const slices = new Map<Subject, Slice>()
    const othersShare = await servers.othersShareDuring(async () => {
      for (const { subject, setup } of shuffled(ready)) {
        slices.set(subject, await inTime(`${workload.name} at ${subject.name}`, setup.slice(sliceMs)))
      }
    })
    rounds.push({ slices, othersShare })
  }
  for (const { setup } of ready) await setup.finish()
  const counted = rounds.sort((a, b) => a.othersShare - b.othersShare).slice(0, plan.rounds)
  const othersShare = summarize(counted.map((round) => round.othersShare)).median
  return {
    othersShare,
    contestants: ready.map(({ subject }) => ({
      subject,
      slices: counted.flatMap(({ slices }) => slices.get(subject) ?? []),
    })),
  }
}

/** One visit of everybody. */
interface Round {
  readonly slices: ReadonlyMap<Subject, Slice>
  /** Chosen by what other processes did, never by what came out. */
  readonly othersShare: number
}

const isCalm = ({ othersShare }: Round): boolean => othersShare <= greatestOthersShare

async function runFresh(
  workload: Workload,
  subjects: readonly Subject[],
  plan: Plan,
  servers: Servers,
): Promise<Outcome> {
  const contestants = subjects.map((subject): Contestant => ({ subject, slices: [] }))
  const othersShare = await servers.othersShareDuring(async () => {
    for (let round = 0; round < plan.freshRounds; round += 1) {
      for (const { subject, slices } of shuffled(contestants)) {
        const server = await servers.fresh(subject)
        const what = `${workload.name} at ${subject.name}`
        const setup = await inTime(what, workload.prepare(subject, server, plan.scale))
        if (setup !== undefined) slices.push(await inTime(what, setup.slice(plan.sliceMs)))
        await servers.retire(server)
      }
    }
  })
  return { othersShare, contestants: contestants.filter(({ slices }) => slices.length > 0) }
}

/** A server that says nothing any more is an error that names it, and no run without an end. */
async function inTime<T>(what: string, done: Promise<T>): Promise<T> {
  let timeout: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timeout = setTimeout(() => reject(new Error(`${what}: no answer for ${patienceMs} ms`)), patienceMs)
  })
  return Promise.race([done, late]).finally(() => clearTimeout(timeout))
}

/** The servers of a run: those that live as long as it, each started when it is needed first, and those for one visit. */
export class Servers {
  readonly #running = new Map<string, Service>()
  readonly #isProfiled: boolean
  #retiredMs = 0

  constructor(isProfiled: boolean) {
    this.#isProfiled = isProfiled
  }

  async get(subject: Subject): Promise<Service> {
    const running = this.#running.get(subject.name) ?? (await this.fresh(subject))
    this.#running.set(subject.name, running)
    return running
  }

  fresh({ server, nodes, environment = {} }: Subject): Promise<Service> {
    const options = { isProfiled: this.#isProfiled, environment }
    return nodes === undefined ? ServerProcess.start(server, options) : ServerGroup.start(server, nodes, options)
  }

  async retire(server: Service): Promise<void> {
    this.#retiredMs += await server.stop()
  }

  /** @returns the share of the machine that neither the load nor a server took meanwhile */
  async othersShareDuring(run: () => Promise<void>): Promise<number> {
    const share = new MachineShare()
    const before = await this.#usedMs()
    await run()
    return share.ofOthers((await this.#usedMs()) - before)
  }

  async stop(): Promise<void> {
    for (const server of this.#running.values()) await this.retire(server)
    this.#running.clear()
  }

  /** By the load, all servers and what they share. */
  async #usedMs(): Promise<number> {
    const { user, system } = process.cpuUsage()
    let usedMs = this.#retiredMs + (user + system) / 1000
    for (const server of this.#running.values()) {
      const { cpuUs, storeUs } = await server.usage()
      usedMs += (cpuUs + storeUs) / 1000
    }
    return usedMs
  }
}
