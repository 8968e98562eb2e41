import type { QualityMoment } from '../sdk/index.js'
import type { Measure } from './figures.js'

/** How long a time is drawn. */
export const shownMs = 120_000
/** Moments that are further apart have something between them that nobody measured. */
const gapMs = 3500

/** What the upper edge of a plot stands for at least: a call in which nothing is lost is to look like that. */
const leastTops: Readonly<Record<Measure, number>> = {
  downKbps: 100,
  upKbps: 100,
  lossPercent: 5,
  rttMs: 100,
  jitterMs: 20,
}

/** A place in a plot: 0 to 1 from left to right, 0 to 1 from below. */
export type Point = readonly [x: number, y: number]

/** What the upper edge stands for: a round number that everything is below. */
export function topOf(moments: readonly QualityMoment[], measure: Measure): number {
  const most = Math.max(leastTops[measure], ...moments.map((moment) => moment[measure]))
  const power = 10 ** Math.floor(Math.log10(most))
  return power * ([1, 2, 5].find((factor) => factor * power >= most) ?? 10)
}

/**
 * The lines of a plot, with a gap wherever nothing was measured.
 *
 * @param nowMs  what the right edge stands for, as `performance.now()` counts
 */
export function linesOf(moments: readonly QualityMoment[], measure: Measure, nowMs: number): Point[][] {
  const top = topOf(moments, measure)
  const lines: Point[][] = []
  let lastMs = Number.NEGATIVE_INFINITY
  for (const moment of moments) {
    const x = 1 - (nowMs - moment.timeMs) / shownMs
    if (x < 0) continue
    if (moment.timeMs - lastMs > gapMs) lines.push([])
    lastMs = moment.timeMs
    lines.at(-1)?.push([x, Math.min(1, moment[measure] / top)])
  }
  return lines
}
