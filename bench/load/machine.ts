import { execFileSync, spawnSync } from 'node:child_process'
import { cpus, release, totalmem } from 'node:os'

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGib: number
  readonly kernel: string
  readonly node: string
  /** Whether the load and the servers were kept on different cores. */
  readonly isPinned: boolean
}

/** The load runs on the first core, the servers on the others; without `taskset`, or with one core, the system decides. */
const canPin = cpus().length > 1 && spawnSync('taskset', ['--version']).status === 0

/** Keeps this process on the first core. */
export function pinLoad(): void {
  if (canPin) execFileSync('taskset', ['-a', '-c', '-p', '0', String(process.pid)], { stdio: 'ignore' })
}

/** What to put in front of a server's command to keep it off that core. */
export const serverPrefix: readonly string[] = canPin ? ['taskset', '-c', `1-${cpus().length - 1}`] : []

/** How many sockets this process, and each server, may have open. */
export function maxOpenFiles(): number {
  const text = execFileSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).trim()
  return text === 'unlimited' ? Number.POSITIVE_INFINITY : Number(text)
}

export function describeMachine(): Machine {
  const [first] = cpus()
  return {
    cpu: first?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGib: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.versions.node,
    isPinned: canPin,
  }
}

/** What this process takes of its core: near 1 the load generator would be what is measured. */
export class OwnShare {
  readonly #cpu = process.cpuUsage()
  readonly #startMs = performance.now()

  read(): number {
    const { user, system } = process.cpuUsage(this.#cpu)
    return (user + system) / 1000 / (performance.now() - this.#startMs)
  }
}

/** What all processes of this machine have used of it, since the start. */
export class MachineShare {
  readonly #start = busyMs()
  readonly #startMs = performance.now()

  /** @param ownMs  CPU time of the load and the servers  @returns the share of all cores that others took */
  ofOthers(ownMs: number): number {
    const othersMs = busyMs() - this.#start - ownMs
    return Math.max(0, othersMs) / (performance.now() - this.#startMs) / cpus().length
  }
}

function busyMs(): number {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0)
}
