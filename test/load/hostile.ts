import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { httpsOptions, type KeyPair } from '../../src/key-pair.js'
import { makeCertificates } from '../certificates.js'
import type { AttackersDeeds } from './attackers-child.js'
import { canPlace, startChild } from './child.js'
import { faultsOf, tableOf } from './hostile-table.js'
import { serviceNodeOptions } from './node-options.js'
import type { ProbesDeeds } from './probes-child.js'
import { type Plan, type Report, raid, rehearse } from './raid.js'
import type { ServiceDeeds } from './service-child.js'

/**
 * What others notice of an attack: `npm run hostile`, or `npm run hostile -- pings joins` for some. The service has a processor
 * to itself. The other one is shared by the well-behaved and the attackers, who get what the former leave; how late the
 * former were is shown, and what becomes of their times when somebody beside them only takes the processor (`spin`).
 */

const warmUpMs = 20_000
const mebibyte = 2 ** 20
const few = { addresses: 1, mostGrowthBytes: 128 * mebibyte }
const many = { ...few, addresses: 50 }

const plain: readonly Plan[] = [
  { attack: 'spin', ...few },
  { attack: 'slow requests', ...many },
  { attack: 'never reading', ...many, mostGrowthBytes: 512 * mebibyte },
  { attack: 'messages', ...many },
  { attack: 'fragments', ...many },
  { attack: 'pings', ...many },
  { attack: 'connects', ...few },
  { attack: 'connects', ...many },
  { attack: 'joins', ...few },
  { attack: 'joins', ...many },
]

const secure: readonly Plan[] = [
  { attack: 'slow handshakes', ...many },
  { attack: 'slow requests', ...many },
  { attack: 'connects', ...many },
]

/** What the others have in common: sockets that come, are refused, join and go. */
const rehearsals: readonly Plan[] = [
  { attack: 'connects', ...few },
  { attack: 'connects', ...many },
  { attack: 'joins', ...many },
]

async function run(plans: readonly Plan[], keyPair?: KeyPair): Promise<Report[]> {
  const reports: Report[] = []
  if (plans.length === 0) return reports
  const isSecure = keyPair !== undefined
  const service = await startChild<ServiceDeeds>('service-child', { processor: 0, nodeOptions: serviceNodeOptions })
  // By itself, or it would wait for threads that get no processor while it waits.
  const nodeOptions = ['--single-threaded-gc']
  const probes = await startChild<ProbesDeeds>('probes-child', { processor: 1, nodeOptions })
  const attackers = await startChild<AttackersDeeds>('attackers-child', { processor: 1, isLast: true })
  try {
    const port = await service.ask('start', keyPair === undefined ? {} : { https: httpsOptions(keyPair) })
    await probes.ask('join', `${isSecure ? 'wss' : 'ws'}://127.0.0.1:${port}/ws`)
    await probes.ask('measure', warmUpMs)
    const scene = { service, probes, attackers, port, isSecure }
    for (const plan of rehearsals) await rehearse(plan, scene)
    for (const plan of plans) {
      const report = await raid(plan, scene)
      reports.push(report)
      console.error(tableOf([report]).split('\n').at(-1))
    }
    await probes.ask('leave')
    await service.ask('stop')
  } finally {
    await Promise.all([attackers.end(), probes.end(), service.end()])
  }
  return reports
}

const chosen = process.argv.slice(2)
const isChosen = ({ attack }: Plan): boolean => chosen.length === 0 || chosen.includes(attack)
if (!canPlace) console.error('One processor, or no taskset and chrt: the times say little.')

const folder = mkdtempSync(join(tmpdir(), 'signalbox-'))
let reports: Report[] = []
try {
  const { certificateFile, keyFile } = makeCertificates(folder)
  const keyPair = { cert: readFileSync(certificateFile, 'utf8'), key: readFileSync(keyFile, 'utf8') }
  reports = [...(await run(plain.filter(isChosen))), ...(await run(secure.filter(isChosen), keyPair))]
} finally {
  rmSync(folder, { recursive: true })
}
console.log(`\n${tableOf(reports)}\n\n${cpus().length} processors, ${cpus()[0]?.model}, Node ${process.version}`)
const faults = reports.flatMap(faultsOf)
for (const fault of faults) console.log(fault)
process.exitCode = faults.length > 0 ? 1 : 0
