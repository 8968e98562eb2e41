import { calls } from './calls.js'
import { latency } from './latency.js'
import { memory } from './memory.js'
import { mesh } from './mesh.js'
import { relay } from './relay.js'
import { replay } from './replay.js'
import { storm } from './storm.js'
import type { Workload } from './workload.js'

const pairs = 50

export const workloads: readonly Workload[] = [
  relay({ name: 'ice-w1', title: 'Candidate, window 1', signal: 'ice', pairs, window: 1 }),
  relay({ name: 'ice-w10', title: 'Candidate, window 10', signal: 'ice', pairs, window: 10 }),
  relay({ name: 'ice-single', title: 'Candidate, single', signal: 'ice', pairs: 1, window: 'single' }),
  relay({ name: 'sdp-w1', title: '3 KB SDP, window 1', signal: 'offer', pairs, window: 1 }),
  relay({ name: 'sdp-w10', title: '3 KB SDP, window 10', signal: 'offer', pairs, window: 10 }),
  relay({ name: 'sdp-single', title: '3 KB SDP, single', signal: 'offer', pairs: 1, window: 'single' }),
  mesh({ name: 'mesh', title: 'Mesh of 8, directed', rooms: 10, members: 8 }),
  calls,
  latency(5000),
  memory,
  storm,
  replay,
]

/** How the cost of a message grows with what the server holds; with three subjects at once 2,500 rooms are 15,000 sockets. */
export const growth: readonly Workload[] = [
  ...[10, 100, 1000, 2500].map((rooms) =>
    relay({
      name: `rooms-${rooms}`,
      title: `Candidate, window 1, ${rooms} rooms`,
      signal: 'ice',
      pairs: rooms,
      window: 1,
    }),
  ),
  ...[4, 8, 16].map((members) =>
    mesh({ name: `members-${members}`, title: `Directed, rooms of ${members}`, rooms: 160 / members, members }),
  ),
]

/** Those in which a regression would show, and which are over soon. */
export const quick: ReadonlySet<string> = new Set([
  'ice-w1',
  'ice-w10',
  'ice-single',
  'sdp-w1',
  'sdp-single',
  'mesh',
  'calls',
  'memory',
])
