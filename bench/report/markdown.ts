import { summarize } from '../load/statistics.js'
import { reference } from '../subjects.js'
import { type Cell, greatestLoadShare, greatestOthersShare, type Results, type Row } from './results.js'

/** `1.52× · 13.3`: how many times better than the reference, and the figure itself; ! where the load was at its limit. */
function cellText(cell: Cell | undefined): string {
  if (cell === undefined) return '–'
  const flag = (cell.loadShare ?? 0) > greatestLoadShare ? ' !' : ''
  const figure = `${short(cell.median)}${flag}`
  return cell.ratio === undefined || cell.subject === reference
    ? figure
    : `**${cell.ratio.median.toFixed(2)}×** · ${figure}`
}

function spreadText(cell: Cell | undefined): string {
  if (cell === undefined) return '–'
  const load =
    cell.loadShare === undefined
      ? cell.lateUs === undefined
        ? ''
        : `, late ${short(cell.lateUs)} µs`
      : `, load ${Math.round(cell.loadShare * 100)} %`
  return `${short(cell.low)}–${short(cell.high)}${load}`
}

export function short(value: number): string {
  const size = Math.abs(value)
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2)
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

function subjectsOf(rows: readonly Row[]): string[] {
  return [...new Set(rows.flatMap(({ cells }) => cells.map(({ subject }) => subject)))]
}

function tableOf(rows: readonly Row[], text: (cell: Cell | undefined) => string): string {
  const names = subjectsOf(rows)
  const lines = rows.map(({ title, unit, cells }) => [
    `${title}, ${unit}`,
    ...names.map((name) => text(cells.find(({ subject }) => subject === name))),
  ])
  return table(['', ...names], lines)
}

/** How many times better than the reference, and medians. */
export const ratioTable = (rows: readonly Row[]): string => tableOf(rows, cellText)

/** First and third quartile of the rounds, and what the load generator took of its core. */
export const spreadTable = (rows: readonly Row[]): string => tableOf(rows, spreadText)

/** What numbering costs: signalbox with it against without, in the same rounds. */
export function numberingTable(rows: readonly Row[]): string {
  const lines = rows.flatMap(({ title, isHigherBetter, cells }) => {
    const without = cells.find(({ subject }) => subject === 'signalbox')
    const withIt = cells.find(({ subject }) => subject === 'signalbox, resumable')
    if (without === undefined || withIt === undefined) return []
    const ratios = withIt.rounds.map((value, round) => {
      const other = without.rounds[round] ?? Number.NaN
      return isHigherBetter ? other / value : value / other
    })
    return [[title, `${summarize(ratios).median.toFixed(2)}×`]]
  })
  return table(['', 'cost with numbering to cost without'], lines)
}

export function machineText(results: Results): string {
  const { settings, rounds, sliceMs, sockets } = results
  return [
    whereText(results),
    `${rounds} rounds of ${sliceMs} ms, ${sockets} sockets. ${versionsText(results)}.`,
    `Raised for signalbox, as one machine makes all the load: ${Object.keys(settings)
      .map((name) => `\`${name}\``)
      .join(', ')}; for PeerServer: \`concurrent_limit\`. Everything else is everybody's default.`,
  ].join('\n')
}

/** When, of what, and on which machine. */
export function whereText({ date, commit, machine }: Results): string {
  const { cpu, cores, memoryGib, kernel, node, isPinned } = machine
  const pinned = isPinned ? 'load and servers on different cores' : 'load and servers on whatever core the system chose'
  return `${date.slice(0, 10)}, commit ${commit}. ${cpu}, ${cores} cores, ${memoryGib} GiB, Linux ${kernel}, Node ${node}; ${pinned}.`
}

export function versionsText({ versions }: Results): string {
  return Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')
}

/** What a reader has to know before the figures. */
export function warningText({ rows }: Results): string {
  const disturbed = rows.filter(({ othersShare }) => othersShare > greatestOthersShare)
  if (disturbed.length === 0) return ''
  const most = Math.max(...disturbed.map(({ othersShare }) => othersShare))
  const names = [...new Set(disturbed.map(({ workload }) => workload))].join(', ')
  return `Other processes took up to ${Math.round(most * 100)} % of the machine in ${names}: these figures are not for quoting, and the ratios are rough.`
}

export function resultsText(results: Results): string {
  return [
    '# Results',
    machineText(results),
    warningText(results),
    `How many times better than ${reference} (median of the rounds), and the median itself. \`!\`: the load generator took more than ${greatestLoadShare * 100} % of its core.`,
    ratioTable(results.rows),
    '## Spread',
    'First and third quartile; what the load generator took of its core, or how late it sent (99th percentile).',
    spreadTable(results.rows),
    '## What numbering costs',
    numberingTable(results.rows),
  ]
    .filter((text) => text !== '')
    .join('\n\n')
    .concat('\n')
}
