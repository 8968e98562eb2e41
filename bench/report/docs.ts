import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { reference } from '../subjects.js'
import {
  clusterMachine,
  clusterSpread,
  coresText,
  memoryTable,
  millionText,
  nodesTable,
  streamsTable,
} from './cluster.js'
import { growthTable, linesOf } from './growth.js'
import { machineText, numberingTable, ratioTable, spreadTable, warningText } from './markdown.js'
import { growthPlot, ratioPlot } from './plot.js'
import type { Results, Row } from './results.js'

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))

/** What each kind of run gives, and the page that has it. */
const runs = [
  { name: 'full', page: 'performance', sectionsOf: sectionsOfRun },
  { name: 'growth', page: 'performance', sectionsOf: sectionsOfGrowth },
  { name: 'cluster', page: 'scaling', sectionsOf: sectionsOfCluster },
]

/** Writes what the last whole run of each kind has given into docs/, and the plots beside it. */
export function writeDocs(): void {
  const made = runs.filter(({ name }) => existsSync(fileOf(name)))
  if (made.length === 0) throw new Error(`there is no ${fileOf('full')}: run the benchmarks first`)
  for (const { name, page, sectionsOf } of made) {
    writeSections(at(`../docs/${page}.md`), sectionsOf(JSON.parse(readFileSync(fileOf(name), 'utf8'))))
  }
}

function fileOf(name: string): string {
  return at(`results/${name}.json`)
}

function sectionsOfRun(results: Results): Record<string, string> {
  const { rows } = results
  const compared = rows.filter(({ cells }) => cells.length > 1)
  const names = [...new Set(compared.flatMap(({ cells }) => cells.map(({ subject }) => subject)))]
  const inPlot = compared.filter(({ workload, key }) => workload !== 'latency' && key !== 'heap')
  writePlot(
    'bench-ratios',
    ratioPlot(`How many times better than ${reference}`, inPlot, without(names, reference), reference),
  )
  return {
    machine: joined(machineText(results), warningText(results)),
    ratios: ratioTable(compared),
    node: nodeText(results),
    replay: replayText(rows),
    numbering: numberingTable(rows),
    spread: spreadTable(rows),
  }
}

function sectionsOfGrowth(results: Results): Record<string, string> {
  const rooms = linesOf(results.rows, 'rooms')
  const members = linesOf(results.rows, 'members')
  writePlot('bench-rooms', growthPlot('Cost of a message by rooms', rooms, 'rooms of two', 'µs of CPU per message'))
  return {
    growth: joined(
      warningText(results),
      growthTable(rooms, 'rooms of two', true),
      growthTable(members, 'members of a room', false),
    ),
  }
}

function sectionsOfCluster(results: Results): Record<string, string> {
  return {
    machine: clusterMachine(results),
    memory: joined(memoryTable(results, false), memoryTable(results, true)),
    streams: streamsTable(results),
    nodes: nodesTable(results),
    cores: coresText(results),
    million: millionText(results),
    spread: clusterSpread(results),
  }
}

/** What follows from the figures of signalbox for one process on one core. */
function nodeText({ rows, sockets }: Results): string {
  const ours = (workload: string, key: string, subject = 'signalbox'): number | undefined =>
    rows.find((row) => row.workload === workload && row.key === key)?.cells.find((cell) => cell.subject === subject)
      ?.median
  const line = (what: string, value: number | undefined): string[] =>
    value === undefined ? [] : [`- ${what}: ${inThousands(value)}`]
  const perSecond = (costUs: number | undefined): number | undefined => costUs && 1e6 / costUs
  const mib = (kb: number | undefined): number | undefined => kb && (kb * 1000 * sockets) / 2 ** 20
  return [
    ...line('candidates in a second, one at a time', perSecond(ours('ice-single', 'cpu'))),
    ...line('candidates in a second, under load', perSecond(ours('ice-w10', 'cpu'))),
    ...line('descriptions of 3 KB in a second, one at a time', perSecond(ours('sdp-single', 'cpu'))),
    ...line('calls in a second, set up and torn down', ours('calls', 'calls')),
    ...line('clients in a second that were lost and resume', perSecond(ours('storm', 'cpu', 'signalbox, resumable'))),
    ...line(`memory of ${sockets} idle sockets in rooms, in MiB`, mib(ours('memory', 'resident'))),
    ...line('the same that can resume, in MiB', mib(ours('memory', 'resident', 'signalbox, resumable'))),
  ].join('\n')
}

/** With two digits that mean something, as more would say too much. */
function inThousands(value: number): string {
  return Number(value.toPrecision(2)).toLocaleString('en')
}

function replayText(rows: readonly Row[]): string {
  return rows
    .filter(({ workload }) => workload === 'replay')
    .flatMap(({ title, unit, cells }) => cells.map(({ median }) => `- ${title}: ${median.toFixed(1)} ${unit}.`))
    .join('\n')
}

const joined = (...texts: readonly string[]): string => texts.filter((text) => text !== '').join('\n\n')
const without = (names: readonly string[], name: string): string[] => names.filter((other) => other !== name)

function writePlot(name: string, svg: string): void {
  writeFileSync(at(`../docs/images/${name}.svg`), svg)
}

/** Between `<!-- bench: name -->` and the `<!-- end -->` after it. */
function writeSections(page: string, sections: Record<string, string>): void {
  let text = readFileSync(page, 'utf8')
  for (const [name, content] of Object.entries(sections)) {
    const begin = `<!-- bench: ${name} -->`
    const from = text.indexOf(begin)
    const to = text.indexOf('<!-- end -->', from)
    if (from < 0 || to < 0) throw new Error(`${page} has no section ${begin}`)
    text = `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`
  }
  writeFileSync(page, text)
}
