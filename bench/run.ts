import { ServerProcess } from './load/server-process.js'
import { shuffled, summarize } from './load/statistics.js'
import type { Cell, Row } from './report/results.js'
import { reference, type Subject } from './subjects.js'
import type { Scale, Setup, Slice, Workload } from './workloads/workload.js'

/** How long one visit of a server may take, with all that belongs to it. */
const patienceMs = 120_000

export interface Plan {
  readonly subjects: readonly Subject[]
  readonly rounds: number
  /** Of a workload that needs a fresh server each time, and more time. */
  readonly freshRounds: number
  readonly sliceMs: number
  readonly scale: Scale
  readonly isProfiled: boolean
}

/** One subject in the course of a workload. */
interface Contestant {
  readonly subject: Subject
  readonly slices: Slice[]
}

/** Runs one workload at all subjects, alternately, in another order each round. */
export async function runWorkload(workload: Workload, plan: Plan, servers: Servers): Promise<Row[]> {
  const contestants = workload.needsFreshServer
    ? await runFresh(workload, plan, servers)
    : await runAlternately(workload, plan, servers)
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
    return { workload: workload.name, key, title, unit, isHigherBetter, cells }
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

async function runAlternately(workload: Workload, plan: Plan, servers: Servers): Promise<Contestant[]> {
  const ready: (Contestant & { setup: Setup })[] = []
  const sliceMs = workload.sliceMs ?? plan.sliceMs
  for (const subject of plan.subjects) {
    const what = `${workload.name} at ${subject.name}`
    const setup = await inTime(what, workload.prepare(subject, await servers.get(subject), plan.scale))
    if (setup === undefined) continue
    ready.push({ subject, slices: [], setup })
    // Compiled and grown to its size before anything is counted.
    await inTime(what, setup.slice(sliceMs))
  }
  for (let round = 0; round < plan.rounds; round += 1) {
    for (const { subject, setup, slices } of shuffled(ready)) {
      slices.push(await inTime(`${workload.name} at ${subject.name}`, setup.slice(sliceMs)))
    }
  }
  for (const { setup } of ready) await setup.finish()
  return ready
}

async function runFresh(workload: Workload, plan: Plan, servers: Servers): Promise<Contestant[]> {
  const contestants = plan.subjects.map((subject): Contestant => ({ subject, slices: [] }))
  for (let round = 0; round < plan.freshRounds; round += 1) {
    for (const { subject, slices } of shuffled(contestants)) {
      const server = await servers.fresh(subject)
      const what = `${workload.name} at ${subject.name}`
      const setup = await inTime(what, workload.prepare(subject, server, plan.scale))
      if (setup !== undefined) slices.push(await inTime(what, setup.slice(plan.sliceMs)))
      await servers.retire(server)
    }
  }
  return contestants.filter(({ slices }) => slices.length > 0)
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
  readonly #running = new Map<string, ServerProcess>()
  readonly #isProfiled: boolean
  #retiredMs = 0

  constructor(isProfiled: boolean) {
    this.#isProfiled = isProfiled
  }

  async get(subject: Subject): Promise<ServerProcess> {
    const running = this.#running.get(subject.server) ?? (await this.fresh(subject))
    this.#running.set(subject.server, running)
    return running
  }

  fresh({ server: name }: Subject): Promise<ServerProcess> {
    return ServerProcess.start(name, this.#isProfiled)
  }

  async retire(server: ServerProcess): Promise<void> {
    this.#retiredMs += await server.stop()
  }

  /** @returns the CPU time that all of them have used, in milliseconds */
  async stop(): Promise<number> {
    for (const server of this.#running.values()) await this.retire(server)
    this.#running.clear()
    return this.#retiredMs
  }
}
