import { fitLine } from '../load/statistics.js'
import { short, table } from './markdown.js'
import type { Line } from './plot.js'
import type { Row } from './results.js'

/** The cost of a message by size, of the workloads of one series: `rooms-10`, `rooms-100`, … */
export function linesOf(rows: readonly Row[], series: string): Line[] {
  const ofSeries = rows.filter(({ workload }) => workload.startsWith(`${series}-`))
  const names = [...new Set(ofSeries.flatMap(({ cells }) => cells.map(({ subject }) => subject)))]
  return names.map((name) => ({
    name,
    points: ofSeries.flatMap(({ workload, cells }) => {
      const cell = cells.find(({ subject }) => subject === name)
      return cell === undefined ? [] : [[Number(workload.slice(series.length + 1)), cell.median] as const]
    }),
  }))
}

/** The medians, and the line through them: over the logarithm of rooms, as what grows is misses of caches, or over members. */
export function growthTable(lines: readonly Line[], series: string, isLogarithmic: boolean): string {
  const sizes = lines[0]?.points.map(([size]) => size) ?? []
  const head = [series, ...sizes.map(String), 'fitted']
  return table(
    head,
    lines.map(({ name, points }) => {
      const { offset, slope } = fitLine(points.map(([size, cost]) => [isLogarithmic ? Math.log10(size) : size, cost]))
      const sign = slope < 0 ? '−' : '+'
      const over = isLogarithmic ? 'log₁₀ n' : 'n'
      return [
        name,
        ...points.map(([, cost]) => short(cost)),
        `${short(offset)} ${sign} ${Math.abs(slope).toFixed(3)} · ${over}`,
      ]
    }),
  )
}
