import { kinds, messagesPerSecond, subjectName } from '../cluster.js'
import { summarize } from '../load/statistics.js'
import { short, spreadTable, table, versionsText, warningText, whereText } from './markdown.js'
import { type Cell, greatestLoadShare, type Results, type Row } from './results.js'

const nodeCounts = [1, 2, 3]
const million = 1e6
const callSeconds = 600
/** A node or a master that has more to do than this is late, or has nothing left for when another one dies. */
const fullShare = 0.5
/** Of a cost; the whole of it is told with its spread. */
const parts: readonly string[] = ['cpu', 'store', 'carried', 'resident', 'stored']

/** Those rows of a workload that tell of costs have the key `total`, and beside it `cpu` and `store`. */
function costsOf(rows: readonly Row[]): Row[] {
  return rows.filter(({ key, workload }) => key === 'total' && workload !== 'saturation')
}

function cellOf(rows: readonly Row[], workload: string, key: string, subject: string): Cell | undefined {
  const row = rows.find((one) => one.workload === workload && one.key === key)
  return row?.cells.find((cell) => cell.subject === subject)
}

const has = ({ cells }: Row, subject: string): boolean => cells.some((cell) => cell.subject === subject)

const flagOf = (cell: Cell): string => ((cell.loadShare ?? 0) > greatestLoadShare ? ' !' : '')

/** How many times one is the other, median of the rounds. */
function timesAs(cell: Cell, other: Cell): string {
  const ratios = cell.rounds.map((value, round) => value / (other.rounds[round] ?? Number.NaN))
  return `**${summarize(ratios).median.toFixed(2)}×**`
}

/** `**4.20×** · 52.3 (31.1 + 21.2)`: how many times what it is to cost in memory, and the cost, of nodes and Redis. */
function costText(rows: readonly Row[], workload: string, subject: string, reference: string): string {
  const total = cellOf(rows, workload, 'total', subject)
  const cpu = cellOf(rows, workload, 'cpu', subject)
  const store = cellOf(rows, workload, 'store', subject)
  const inMemory = cellOf(rows, workload, 'total', reference)
  if (total === undefined || cpu === undefined || store === undefined) return '–'
  if (subject === reference || inMemory === undefined) return `${short(total.median)}${flagOf(total)}`
  return `${timesAs(total, inMemory)} · ${short(total.median)} (${short(cpu.median)} + ${short(store.median)})${flagOf(total)}`
}

/** What it costs beside the store in memory: the same clients, the same workload. */
export function memoryTable({ rows }: Results, isResumable: boolean): string {
  const reference = isResumable ? kinds.memoryResumable : kinds.memory
  const kind = isResumable ? kinds.redisResumable : kinds.redis
  const subjects = [reference, subjectName(kind, 1), subjectName(kind, 2)]
  return table(
    [isResumable ? 'clients that can resume' : '', 'in memory', 'Redis, one node', 'Redis, two nodes'],
    costsOf(rows).map(({ workload, title, unit }) => [
      `${title}, ${unit}`,
      ...subjects.map((subject) => costText(rows, workload, subject, reference)),
    ]),
  )
}

/** What it costs beside socket.io with as many nodes: how many times as much there, and both. */
export function streamsTable({ rows }: Results): string {
  const pairs = [
    ['one node', subjectName(kinds.redis, 1), subjectName(kinds.streams, 1)],
    ['two nodes', subjectName(kinds.redis, 2), subjectName(kinds.streams, 2)],
    [
      'two nodes, clients that come back',
      subjectName(kinds.redisResumable, 2),
      subjectName(kinds.streamsRecovering, 2),
    ],
  ] as const
  return table(
    ['', ...pairs.map(([title]) => title)],
    costsOf(rows.filter((row) => has(row, pairs[0][2]))).map(({ workload, title, unit }) => [
      `${title}, ${unit}`,
      ...pairs.map(([, ours, theirs]) => {
        const [cell, other] = [cellOf(rows, workload, 'total', ours), cellOf(rows, workload, 'total', theirs)]
        if (cell === undefined || other === undefined) return '–'
        return `${timesAs(other, cell)} · ${short(other.median)} to ${short(cell.median)}`
      }),
    ]),
  )
}

/** What one, two and three nodes do, and how long a message takes. */
export function nodesTable({ rows }: Results): string {
  const subjects = [
    kinds.memory,
    kinds.memoryResumable,
    ...[kinds.redis, kinds.redisResumable, kinds.streams].flatMap((kind) =>
      nodeCounts.map((n) => subjectName(kind, n)),
    ),
  ]
  const figure = (workload: string, key: string, subject: string): string => {
    const cell = cellOf(rows, workload, key, subject)
    if (cell === undefined) return '–'
    return `${key === 'rate' ? inThousands(cell.median) : short(cell.median)}${flagOf(cell)}`
  }
  return table(
    [
      'subject, nodes',
      'messages/s',
      'µs of all nodes per message',
      'µs of Redis per message',
      'p50, µs',
      'p99, µs',
      'p99.9, µs',
    ],
    subjects
      .filter((subject) => ['rate', 'p50'].some((key) => rows.some((row) => row.key === key && has(row, subject))))
      .map((subject) => [
        subject,
        ...['rate', 'cpu', 'store'].map((key) => figure('saturation', key, subject)),
        ...['p50', 'p99', 'p999'].map((key) => figure('latency', key, subject)),
      ]),
  )
}

/** What follows from the costs for as many cores as there are processes. */
export function coresText({ rows }: Results): string {
  const line = (what: string, workload: string, key: string, kind: string, cores = 1): string[] => {
    const cell = cellOf(rows, workload, key, subjectName(kind, 2))
    return cell === undefined ? [] : [`- ${what}: ${inThousands((cores * 1e6) / cell.median)}`]
  }
  return [
    ...line('candidates in a second that one Redis takes', 'ice-w10', 'store', kinds.redis),
    ...line('candidates in a second that two nodes take, each on a core of its own', 'ice-w10', 'cpu', kinds.redis, 2),
    ...line('whole calls in a second that one Redis takes', 'calls', 'store', kinds.redis),
    ...line('whole calls in a second that two nodes take', 'calls', 'cpu', kinds.redis, 2),
    ...line('whole calls of clients that can resume that one Redis takes', 'calls', 'store', kinds.redisResumable),
    ...line('the same that two nodes take', 'calls', 'cpu', kinds.redisResumable, 2),
  ].join('\n')
}

/** What a million in calls of two take who can resume, by their costs on different nodes, and on the same one. */
export function millionText({ rows }: Results): string {
  const callsPerSecond = million / 2 / callSeconds
  const of = (nodes: number, workload: string, key: string): number =>
    cellOf(rows, workload, key, subjectName(kinds.redisResumable, nodes))?.median ?? Number.NaN
  /** All in a second: of what is quiet a member costs, and of what a call costs to set up and tear down. */
  const inSecond = (nodes: number, key: string): number =>
    of(nodes, 'quiet', key) * million + of(nodes, 'calls', key) * callsPerSecond
  const cores = (nodes: number, key: string): number => Math.ceil(inSecond(nodes, key) / 1e6 / fullShare)
  const gigabytes = (nodes: number, key: string): string =>
    `${inThousands((of(nodes, 'quiet', key) * 1000 * million) / 1e9)} GB`
  const lines: readonly (readonly [what: string, value: (nodes: number) => string])[] = [
    ['nodes, one a core, each half busy', (nodes) => inThousands(cores(nodes, 'cpu'))],
    ['sockets of each', (nodes) => inThousands(million / cores(nodes, 'cpu'))],
    ['masters of a Redis Cluster, each half busy', (nodes) => inThousands(cores(nodes, 'store'))],
    ['memory of all nodes', (nodes) => gigabytes(nodes, 'resident')],
    ['memory of all masters', (nodes) => gigabytes(nodes, 'stored')],
    ['between nodes and Redis', (nodes) => `${inThousands(inSecond(nodes, 'carried') / 1000)} MB/s`],
  ]
  if (Number.isNaN(inSecond(2, 'cpu')) || Number.isNaN(inSecond(1, 'cpu'))) return ''
  return table(
    [
      `${inThousands(callsPerSecond)} calls a second begin and end`,
      'the two of a call on different nodes',
      'on the same one',
    ],
    lines.map(([what, value]) => [what, value(2), value(1)]),
  )
}

/** With two digits that mean something. */
function inThousands(value: number): string {
  return Number(value.toPrecision(2)).toLocaleString('en')
}

export function clusterMachine(results: Results): string {
  const { rounds, sliceMs, machine } = results
  const shared = Math.max(1, machine.cores - 1)
  return [
    whereText(results),
    `${rounds} rounds of ${sliceMs} ms. ${versionsText(results)}. All nodes and the Redis of a subject share ${shared} ${shared === 1 ? 'core' : 'cores'}; latency at ${messagesPerSecond.toLocaleString('en')} messages/s.`,
    ...[warningText(results)].filter((text) => text !== ''),
  ].join('\n')
}

export const clusterSpread = ({ rows }: Results): string => spreadTable(rows.filter(({ key }) => !parts.includes(key)))

/** The tables that are told first. */
export function clusterSummary(results: Results): string {
  return [
    memoryTable(results, false),
    memoryTable(results, true),
    streamsTable(results),
    nodesTable(results),
    ...[coresText(results), millionText(results)].filter((text) => text !== ''),
  ].join('\n\n')
}

export function clusterText(results: Results): string {
  return [
    '# Rooms in Redis',
    clusterMachine(results),
    'How many times what it costs in memory, and the cost: of all nodes and of Redis. Then how many times as much it is with socket.io.',
    clusterSummary(results),
    '## Spread',
    clusterSpread(results),
  ]
    .join('\n\n')
    .concat('\n')
}
