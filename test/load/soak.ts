import { cpus } from 'node:os'
import { soak } from './soak-run.js'

/** Ten thousand who sit in their rooms, then a quarter of a million who come and go: `npm run soak`. */

const members = 10_000
const joins = 250_000
/** Two rounds of pings. */
const quietMs = 30_000
const mebibyte = 2 ** 20
/** How much more may be held in the end than in the beginning. */
const mostLeftBytes = 4 * mebibyte

const seed = Number(process.argv[2] ?? Date.now() % 2 ** 31)
console.log(`seed ${seed}; ${cpus().length} processors, ${cpus()[0]?.model}, Node ${process.version}`)
const faults: string[] = []
for (const isResumable of [false, true]) {
  const { start, gathered, seated, present, idleShare, end, churn, churnMs } = await soak({
    members,
    joins: isResumable ? joins : joins / 10,
    isResumable,
    seed,
    quietMs,
  })
  const kind = isResumable ? 'who can resume' : 'of the base protocol'
  const each = (of: 'held' | 'rss'): string => ((seated[of] - start.memory[of]) / members / 1024).toFixed(1)
  const memory = [start.memory, gathered.memory, seated, end.memory]
    .map(({ held, rss }) => `${mib(held)} (${mib(rss)})`)
    .join(' → ')
  console.log(`\n${members} members ${kind}: ${each('held')} KiB held for each, ${each('rss')} KiB of RSS`)
  console.log(`  ${(idleShare * 100).toFixed(1)} % of a processor while they sit there`)
  console.log(`  MiB held (RSS): ${memory} at the start, with all, a while later, when all are gone`)
  console.log(`  came and went in ${(churnMs / 1000).toFixed(0)} s: ${JSON.stringify(churn)}`)
  console.log(`  start ${JSON.stringify(start.live)} ${JSON.stringify(start.resources)}`)
  console.log(`  end   ${JSON.stringify(end.live)} ${JSON.stringify(end.resources)}`)
  if (present !== members) faults.push(`${members - present} quiet members ${kind} have lost their sockets`)
  for (const [what, count] of Object.entries(end.live)) {
    const before = new Map(Object.entries(start.live)).get(what) ?? 0
    if (count > before) faults.push(`${kind}: ${count - before} ${what} are there that were not`)
  }
  if (JSON.stringify(end.resources) !== JSON.stringify(start.resources)) faults.push(`${kind}: handles are left`)
  const leftBytes = end.memory.held - start.memory.held
  if (leftBytes > mostLeftBytes) faults.push(`${kind}: ${mib(leftBytes)} MiB are held that were not`)
}
for (const fault of faults) console.log(fault)
process.exitCode = faults.length > 0 ? 1 : 0

function mib(bytes: number): string {
  return (bytes / mebibyte).toFixed(1)
}
