import { seatPairs } from './idle-pairs.js'
import { closeAll, type Workload } from './workload.js'

/** What sockets cost that have joined, in pairs, and say nothing. */
export const memory: Workload = {
  name: 'memory',
  title: 'Memory per idle joined socket',
  needsFreshServer: true,
  measures: [
    { key: 'resident', title: 'Memory per idle joined socket: resident', unit: 'KB' },
    { key: 'heap', title: 'Memory per idle joined socket: heap', unit: 'KB' },
  ],
  async prepare(subject, server, { sockets }) {
    return {
      async slice() {
        const { members, memory } = await seatPairs(subject, server, sockets)
        await closeAll(members)
        return { values: { ...memory } }
      },
      async finish() {},
    }
  },
}
