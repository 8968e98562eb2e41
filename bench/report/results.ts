import type { Machine } from '../load/machine.js'
import type { Summary } from '../load/statistics.js'

/** What a run leaves behind, as JSON. */
export interface Results {
  readonly date: string
  readonly commit: string
  readonly machine: Machine
  readonly versions: Readonly<Record<string, string>>
  readonly settings: Readonly<Record<string, string>>
  readonly rounds: number
  readonly sliceMs: number
  readonly sockets: number
  readonly rows: readonly Row[]
}

/** One measure of one workload. */
export interface Row {
  readonly workload: string
  readonly key: string
  readonly title: string
  readonly unit: string
  readonly isHigherBetter: boolean
  /** The share of the machine that other processes took meanwhile. */
  readonly othersShare: number
  readonly cells: readonly Cell[]
}

/** One subject in it. */
export interface Cell extends Summary {
  readonly subject: string
  readonly rounds: readonly number[]
  /** How many times better than the reference, round by round. */
  readonly ratio?: Summary
  /** What the load generator took of its core, median. */
  readonly loadShare?: number
  /** Where it spins: how late it sent, 99th percentile. */
  readonly lateUs?: number
}

/** Above it the load generator may be what was measured. */
export const greatestLoadShare = 0.8
/** Above it figures of one run are not those of another. */
export const greatestOthersShare = 0.05
