import type { QualityMoment } from '../sdk/index.js'

/** What is drawn, and told in numbers, of a connection: what comes, what goes, what gets lost, and how long it takes. */
export const measures = ['downKbps', 'upKbps', 'lossPercent', 'rttMs', 'jitterMs'] as const

export type Measure = (typeof measures)[number]

/** A measure over the time that is known. */
export interface Summary {
  readonly now: number
  readonly worst: number
  readonly average: number
}

/** @returns undefined while nothing is known */
export function summaryOf(moments: readonly QualityMoment[], measure: Measure): Summary | undefined {
  const values = moments.map((moment) => moment[measure])
  const now = values.at(-1)
  if (now === undefined) return undefined
  const isRate = measure === 'downKbps' || measure === 'upKbps'
  return {
    now,
    worst: isRate ? Math.min(...values) : Math.max(...values),
    average: values.reduce((sum, value) => sum + value, 0) / values.length,
  }
}

/** A number as short as it can be told: a tenth is something of a loss, and of nothing else. */
export function shortly(value: number, measure: Measure, language: string): string {
  const maximumFractionDigits = measure === 'lossPercent' ? 1 : 0
  return new Intl.NumberFormat(language, { maximumFractionDigits }).format(value)
}
