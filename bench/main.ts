// npm run bench [cluster] [workload…] [-- --quick] [--subjects a,b] [--rounds n] [--profile] [--growth] [--docs] [--list]
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { cluster, type Stage } from './cluster.js'
import { describeMachine, maxOpenFiles, pinLoad } from './load/machine.js'
import { raisedLimits } from './load/raised-limits.js'
import { clusterSummary, clusterText } from './report/cluster.js'
import { writeDocs } from './report/docs.js'
import { numberingTable, ratioTable, resultsText, warningText } from './report/markdown.js'
import type { Results, Row } from './report/results.js'
import { type Plan, runWorkload, Servers } from './run.js'
import { subjects } from './subjects.js'
import { growth, quick, workloads } from './workloads/index.js'
import type { Workload } from './workloads/workload.js'

const { values: options, positionals } = parseArgs({
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
const isCluster = positionals[0] === 'cluster'
const names = isCluster ? positionals.slice(1) : positionals
/** What ours are compared with where it has to be over soon. */
const fewSubjects = 'signalbox,signalbox+resumable,classic'
/** For what a server has open beside the sockets of clients. */
const spareFiles = 500

if (options.list) {
  for (const { workloads } of allStages()) {
    for (const { name, title } of workloads) process.stdout.write(`${name.padEnd(14)} ${title}\n`)
  }
} else if (options.docs) {
  writeDocs()
} else {
  await run()
}

async function run(): Promise<void> {
  const stages = chosenStages()
  const plan = planOf()
  pinLoad()
  const servers = new Servers(plan.isProfiled)
  const rows: Row[] = []
  for (const { workloads, subjects } of stages) {
    for (const workload of workloads) {
      process.stderr.write(`${workload.title} …\n`)
      rows.push(...(await runWorkload(workload, subjects, plan, servers)))
    }
  }
  await servers.stop()
  const results = resultsOf(rows, plan)
  const file = at(`results/${fileName()}`)
  const summary = isCluster ? clusterSummary(results) : `${ratioTable(rows)}\n\n${numberingTable(rows)}`
  mkdirSync(at('results'), { recursive: true })
  writeFileSync(`${file}.json`, `${JSON.stringify(results, null, 2)}\n`)
  writeFileSync(`${file}.md`, isCluster ? clusterText(results) : resultsText(results))
  process.stdout.write(`\n${summary}\n\n${warningText(results)}\nMore in ${file}.md and ${file}.json\n`)
}

function allStages(): readonly Stage[] {
  return isCluster ? cluster : [{ workloads: [...workloads, ...growth], subjects }]
}

/** What is to be done, by whom. */
function chosenStages(): Stage[] {
  const all = allStages().flatMap((stage) => stage.workloads)
  const unknown = names.filter((name) => !all.some((workload) => workload.name === name))
  if (unknown.length > 0) throw new Error(`no such workload: ${unknown.join(', ')}; --list shows them`)
  const isFew = !isCluster && (options.quick || options.growth)
  const wanted = (options.subjects ?? (isFew ? fewSubjects : undefined))?.replaceAll('+', ', ').split(/,(?! )/)
  return allStages()
    .map((stage) => ({
      workloads: stage.workloads.filter(isChosen),
      subjects: stage.subjects.filter(({ name }) => wanted?.includes(name) ?? true),
    }))
    .filter((stage) => stage.workloads.length > 0)
}

function isChosen(workload: Workload): boolean {
  if (names.length > 0) return names.includes(workload.name)
  if (isCluster) return true
  if (options.growth) return growth.includes(workload)
  return workloads.includes(workload) && (!options.quick || quick.has(workload.name))
}

function planOf(): Plan {
  const rounds = Number(options.rounds ?? (options.quick ? 5 : 11))
  const sockets = options.quick ? 2000 : 10_000
  return {
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
  if (names.length > 0 || options.subjects !== undefined) return isCluster ? 'cluster-part' : 'part'
  if (isCluster) return options.quick ? 'cluster-quick' : 'cluster'
  if (options.growth) return 'growth'
  return options.quick ? 'quick' : 'full'
}

function resultsOf(rows: readonly Row[], { rounds, sliceMs, scale }: Plan): Results {
  return {
    date: new Date().toISOString(),
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: at('.'), encoding: 'utf8' }).trim(),
    machine: describeMachine(),
    versions: isCluster
      ? { Redis: redisVersion(), ...versionsOf(['socket.io', '@socket.io/redis-streams-adapter', 'redis']) }
      : versionsOf(['express', 'ws', 'peer', 'socket.io']),
    settings: raisedLimits(),
    rounds,
    sliceMs,
    sockets: scale.sockets,
    rows,
  }
}

function versionsOf(packages: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    packages.map((name) => [
      name,
      String(JSON.parse(readFileSync(at(`node_modules/${name}/package.json`), 'utf8')).version),
    ]),
  )
}

function redisVersion(): string {
  return /v=(\S+)/.exec(execFileSync('redis-server', ['--version'], { encoding: 'utf8' }))?.[1] ?? 'unknown'
}
