import { plain } from './protocols/plain.js'
import { resumable } from './protocols/resumable.js'
import { socketio } from './protocols/socketio.js'
import type { Subject } from './subjects.js'
import { calls, joins } from './workloads/calls.js'
import { latency } from './workloads/latency.js'
import { quiet } from './workloads/quiet.js'
import { relay } from './workloads/relay.js'
import type { Measure, Workload } from './workloads/workload.js'

/** Workloads, and who does them. */
export interface Stage {
  readonly workloads: readonly Workload[]
  readonly subjects: readonly Subject[]
}

const pairs = 50
/** At which neither three nodes nor their store are near what one core gives them. */
export const messagesPerSecond = 1000

/** How the subjects are named, so that a table finds them: a kind, and for all but the first how many nodes there are. */
export const kinds = {
  memory: 'in memory',
  memoryResumable: 'in memory, resumable',
  redis: 'Redis',
  redisResumable: 'Redis, resumable',
  streams: 'socket.io',
  streamsRecovering: 'socket.io, recovering',
} as const

export const subjectName = (kind: string, nodes?: number): string => (nodes === undefined ? kind : `${kind}, ${nodes}`)

const inMemory: readonly Subject[] = [
  { name: kinds.memory, server: 'signalbox', protocol: plain },
  { name: kinds.memoryResumable, server: 'signalbox', protocol: resumable },
]

/** Neighbours in a room are at different nodes, where there is more than one. */
const withRedis = (nodes: number): Subject[] => [
  { name: subjectName(kinds.redis, nodes), server: 'signalbox', nodes, protocol: plain },
  { name: subjectName(kinds.redisResumable, nodes), server: 'signalbox', nodes, protocol: resumable },
  { name: subjectName(kinds.streams, nodes), server: 'socketio-streams', nodes, protocol: socketio },
]

/** What socket.io has for clients that come back: they get again what they have missed, if the stream still has it. */
const recovering = (nodes: number): Subject => ({
  name: subjectName(kinds.streamsRecovering, nodes),
  server: 'socketio-streams',
  nodes,
  protocol: socketio,
  environment: { RECOVERY: 'true' },
})

/** What something costs the nodes, their store, and both. */
function costMeasures(title: string, of: string): Measure[] {
  const unit = `µs of CPU per ${of}`
  return [
    { key: 'total', title, unit },
    { key: 'cpu', title: `${title}: nodes`, unit },
    { key: 'store', title: `${title}: Redis`, unit },
  ]
}

/** What goes to Redis and comes from it. */
const carriedMeasure = (title: string, of: string): Measure => ({
  key: 'carried',
  title: `${title}: to and from Redis`,
  unit: `KB per ${of}`,
})

const ofMessage = (workload: Workload): Workload => ({
  ...workload,
  measures: costMeasures(workload.title, 'message'),
})

const candidate = (window: 1 | 10): Workload =>
  relay({ name: `ice-w${window}`, title: `Candidate, window ${window}`, signal: 'ice', pairs, window })

/** What it costs that rooms are in Redis, and what several nodes do. */
export const cluster: readonly Stage[] = [
  {
    subjects: [...inMemory, ...withRedis(1), ...withRedis(2), recovering(2)],
    workloads: [
      ofMessage(candidate(1)),
      ofMessage(candidate(10)),
      ofMessage(relay({ name: 'sdp-w1', title: '3 KB SDP, window 1', signal: 'offer', pairs, window: 1 })),
      { ...joins, measures: costMeasures(joins.title, 'join') },
      { ...calls, measures: [...costMeasures('Whole call', 'call'), carriedMeasure('Whole call', 'call')] },
    ],
  },
  {
    subjects: [...inMemory, ...withRedis(1), ...withRedis(2)].filter(({ server }) => server === 'signalbox'),
    workloads: [
      {
        ...quiet,
        measures: [
          ...costMeasures(quiet.title, 'member and second'),
          carriedMeasure(quiet.title, 'member and second'),
          { key: 'resident', title: `${quiet.title}: memory of the nodes`, unit: 'KB per member' },
          { key: 'stored', title: `${quiet.title}: memory of Redis`, unit: 'KB per member' },
        ],
      },
    ],
  },
  {
    subjects: [...inMemory, ...[1, 2, 3].flatMap(withRedis)],
    workloads: [
      {
        ...candidate(10),
        name: 'saturation',
        title: 'Saturation',
        measures: [
          { key: 'rate', title: 'Saturation', unit: 'messages/s', isHigherBetter: true },
          ...costMeasures('Saturation', 'message'),
        ],
      },
      latency(messagesPerSecond),
    ],
  },
]
