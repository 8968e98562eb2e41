// npm run bench [workload…] [-- --quick] [--subjects a,b] [--rounds n] [--profile] [--growth] [--docs] [--list]
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { describeMachine, maxOpenFiles, pinLoad } from './load/machine.js'
import { raisedLimits } from './load/raised-limits.js'
import { writeDocs } from './report/docs.js'
import { numberingTable, ratioTable, resultsText, warningText } from './report/markdown.js'
import type { Results, Row } from './report/results.js'
import { type Plan, runWorkload, Servers } from './run.js'
import { subjects } from './subjects.js'
import { growth, quick, workloads } from './workloads/index.js'

const { values: options, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    growth: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
    docs: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    subjects: { type: 'string' },
    rounds: { type: 'string' },
  },
})

const at = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url))
const all = [...workloads, ...growth]
/** What ours are compared with where it has to be over soon. */
const fewSubjects = 'signalbox,signalbox+resumable,classic'
/** For what a server has open beside the sockets of clients. */
const spareFiles = 500

if (options.list) {
  for (const { name, title } of all) process.stdout.write(`${name.padEnd(14)} ${title}\n`)
} else if (options.docs) {
  writeDocs()
} else {
  await run()
}

async function run(): Promise<void> {
  const chosen = chosenWorkloads()
  const plan = planOf()
  pinLoad()
  const servers = new Servers(plan.isProfiled)
  const rows: Row[] = []
  for (const workload of chosen) {
    process.stderr.write(`${workload.title} …\n`)
    rows.push(...(await runWorkload(workload, plan, servers)))
  }
  await servers.stop()
  const results = resultsOf(rows, plan)
  const file = at(`results/${fileName()}`)
  mkdirSync(at('results'), { recursive: true })
  writeFileSync(`${file}.json`, `${JSON.stringify(results, null, 2)}\n`)
  writeFileSync(`${file}.md`, resultsText(results))
  process.stdout.write(
    `\n${ratioTable(rows)}\n\n${numberingTable(rows)}\n\n${warningText(results)}\nMore in ${file}.md and ${file}.json\n`,
  )
}

function chosenWorkloads() {
  const unknown = names.filter((name) => !all.some((workload) => workload.name === name))
  if (unknown.length > 0) throw new Error(`no such workload: ${unknown.join(', ')}; --list shows them`)
  if (names.length > 0) return all.filter(({ name }) => names.includes(name))
  if (options.growth) return growth
  return options.quick ? workloads.filter(({ name }) => quick.has(name)) : workloads
}

function planOf(): Plan {
  const wanted = (options.subjects ?? (options.quick || options.growth ? fewSubjects : undefined))
    ?.replaceAll('+', ', ')
    .split(/,(?! )/)
  const rounds = Number(options.rounds ?? (options.quick ? 5 : 11))
  const sockets = options.quick ? 2000 : 10_000
  return {
    subjects: subjects.filter(({ name }) => wanted?.includes(name) ?? true),
    rounds,
    mostRounds: options.quick ? rounds : 3 * rounds,
    freshRounds: options.quick ? 1 : Math.ceil(rounds / 4),
    sliceMs: options.quick ? 200 : 500,
    mostWarmUps: options.quick ? 5 : 16,
    scale: { sockets: Math.min(sockets, Math.floor((maxOpenFiles() - spareFiles) / 2) * 2) },
    isProfiled: options.profile,
  }
}

/** A whole run is what the documentation is made of; it is not overwritten by a part. */
function fileName(): string {
  if (names.length > 0 || options.subjects !== undefined) return 'part'
  if (options.growth) return 'growth'
  return options.quick ? 'quick' : 'full'
}

function resultsOf(rows: readonly Row[], { rounds, sliceMs, scale }: Plan): Results {
  return {
    date: new Date().toISOString(),
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: at('.'), encoding: 'utf8' }).trim(),
    machine: describeMachine(),
    versions: Object.fromEntries(
      ['express', 'ws', 'peer', 'socket.io'].map((name) => [
        name,
        String(JSON.parse(readFileSync(at(`node_modules/${name}/package.json`), 'utf8')).version),
      ]),
    ),
    settings: raisedLimits(),
    rounds,
    sliceMs,
    sockets: scale.sockets,
    rows,
  }
}
