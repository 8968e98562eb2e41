import { setTimeout as elapse } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { randomFrom } from '../random-from.js'
import { startRedis } from '../redis-server.js'
import { losses } from './endure.js'
import { Nodes } from './nodes.js'
import { type StoreFault, storeFaults } from './store-faults.js'
import { Swarm, type Tally } from './swarm.js'

/**
 * `npm run chaos`: nodes are killed under members who talk, for ten minutes, and with `--faults all`, or some of them, the store
 * is not spared either. `--beside dist` of another version: every second node is of that.
 */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string' },
    faults: { type: 'string', default: '' },
    nodes: { type: 'string', default: '3' },
    clients: { type: 'string', default: '60' },
    rooms: { type: 'string', default: '20' },
    beside: { type: 'string' },
  },
})
/** Between one node's end and the next, and between one fault of the store and the next: at least, and as much again. */
const killEveryMs = 1000
const faultEveryMs = 15_000
/** How long it may take until all is as it was. */
const healingMs = 15_000

const seed = values.seed === undefined ? Date.now() >>> 0 : Number(values.seed)
const faults = faultsOf(values.faults)
const random = randomFrom(seed)
const endings: (() => unknown)[] = []
const owner = { teardown: (end: () => unknown): unknown => endings.push(end) }

console.log(
  `seed ${seed}, ${values.minutes} min, ${values.nodes} nodes, ${values.clients} members, faults of the store: ${faults.join(', ') || 'none'}`,
)
const redis = await startRedis(owner)
const nodes = await Nodes.start(owner, Number(values.nodes), redis.url)
const swarm = new Swarm(nodes, { clients: Number(values.clients), rooms: Number(values.rooms), random })
await swarm.begin()
const endMs = performance.now() + Number(values.minutes) * 60_000
const befallen: Partial<Record<StoreFault, number>> = {}
const telling = setInterval(() => console.log(`${line(swarm.tally())}; ${nodes.kills} killed`), 30_000)
await Promise.all([killNodes(), ...(faults.length > 0 ? [plagueStore()] : [])])
clearInterval(telling)
const tally = await swarm.rest(healingMs)
const isAgreed = await swarm.agree(healingMs)
swarm.close()

console.log(`${nodes.kills} nodes killed, faults of the store: ${JSON.stringify(befallen)}`)
console.log(JSON.stringify(tally))
const wrong = findWrong()
for (const what of wrong) console.log(what)
for (const end of endings.reverse()) await end()
process.exitCode = wrong.length > 0 ? 1 : 0

async function killNodes(): Promise<void> {
  while (performance.now() < endMs) {
    await elapse(killEveryMs * (1 + random()))
    await nodes.kill(Math.floor(random() * nodes.count))
    await nodes.add({}, nodes.kills % 2 === 1 ? values.beside : undefined)
  }
}

async function plagueStore(): Promise<void> {
  while (performance.now() < endMs) {
    await elapse(faultEveryMs * (1 + random()))
    const fault = faults[Math.floor(random() * faults.length)]
    if (fault === undefined) return
    await storeFaults[fault](redis)
    befallen[fault] = (befallen[fault] ?? 0) + 1
  }
}

function findWrong(): string[] {
  const { lost, doubled, ...more } = losses(tally)
  const never = { lost, doubled, ...(faults.length === 0 && more) }
  return [
    ...Object.entries(never).flatMap(([what, count]) => (count > 0 ? [`${count} ${what}`] : [])),
    ...swarm.faults,
    ...nodes.complaints.map((entry) => JSON.stringify(entry)),
    ...(isAgreed ? [] : ['not all who are there know of each other']),
  ]
}

function faultsOf(text: string): StoreFault[] {
  const all = Object.keys(storeFaults) as StoreFault[]
  if (text === 'all') return all
  const wanted = text.split(',').filter((name) => name !== '')
  const unknown = wanted.find((name) => !all.some((fault) => fault === name))
  if (unknown !== undefined) throw new RangeError(`${unknown} is none of ${all.join(', ')}`)
  return all.filter((fault) => wanted.includes(fault))
}

function line({ sent, taken, lost, doubled, disordered, left, resyncs, seatsLost, resumed }: Tally): string {
  return `${sent} sent, ${taken} taken, ${resumed} resumed, ${lost} under way; ${doubled} doubled, ${disordered} out of order, ${left} said to have left, ${resyncs} resyncs, ${seatsLost} seats lost`
}
