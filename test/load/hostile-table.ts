import type { Report } from './raid.js'

/** Above it a time is marked. It is no failure, as times depend on the machine. */
const mostRatio = 2
const mebibyte = 2 ** 20
/** What may be left of an attack. */
const mostLeftBytes = 8 * mebibyte

const columns = [
  'attack',
  'addresses',
  'quiet p50 / p99 ms',
  'attacked p50 / p99 ms',
  'ratio',
  'late p99 ms',
  'RSS MiB',
  'held MiB',
  'processor',
  'how they ended',
]

/** As a table of Markdown. */
export function tableOf(reports: readonly Report[]): string {
  const rows = reports.map(rowOf)
  const widths = columns.map((column, k) => Math.max(column.length, ...rows.map((row) => row[k]?.length ?? 0)))
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, k) => cell.padEnd(widths[k] ?? 0)).join(' | ')} |`
  return [line(columns), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}

function rowOf(report: Report): string[] {
  const { attack, isSecure, addresses, quiet, attacked, before, peak, after } = report
  const mark = ratioOf(report) > mostRatio ? ' (!)' : ''
  return [
    isSecure ? `${attack}, TLS` : attack,
    String(addresses),
    `${ms(quiet.p50)} / ${ms(quiet.p99)}`,
    `${ms(attacked.p50)} / ${ms(attacked.p99)}`,
    `${ratioOf(report).toFixed(2)}${mark}`,
    `${ms(quiet.latenessP99)}, ${ms(attacked.latenessP99)}`,
    [before.rss, peak.rss, after.rss].map(mib).join(' → '),
    [before.held, peak.held, after.held].map(mib).join(' → '),
    `${percent(report.serviceShare)}, attackers ${percent(report.attackersShare)}`,
    report.tally.map(([what, times]) => `${times} × ${what}`).join(', '),
  ]
}

/** How many times longer the slowest of a hundred messages took. */
function ratioOf({ quiet, attacked }: Report): number {
  return attacked.p99 / quiet.p99
}

/** What must not be, whatever machine it is; a sentence each. */
export function faultsOf({ attack, quiet, attacked, before, peak, after, left, mostGrowthBytes }: Report): string[] {
  const faults: string[] = []
  const lost = quiet.lost + attacked.lost
  const ended = quiet.ended + attacked.ended
  if (lost > 0) faults.push(`${lost} messages of well-behaved members were lost`)
  if (ended > 0) faults.push(`${ended} sockets of well-behaved members ended`)
  if (peak.rss - before.rss > mostGrowthBytes)
    faults.push(`the process grew by ${mib(peak.rss - before.rss)} MiB, over ${mib(mostGrowthBytes)}`)
  if (after.held - before.held > mostLeftBytes) faults.push(`${mib(after.held - before.held)} MiB are held afterwards`)
  if (left.length > 0) faults.push(`afterwards there are still ${left.join(', ')}`)
  return faults.map((fault) => `${attack}: ${fault}`)
}

function ms(value: number): string {
  return value.toFixed(value < 10 ? 2 : 0)
}

function mib(bytes: number): string {
  return (bytes / mebibyte).toFixed(0)
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`
}
