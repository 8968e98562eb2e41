import { seatPairs } from './idle-pairs.js'
import { closeAll, costs, keepAlive, measured, sleep, type Workload } from './workload.js'

/** Two rounds of pings, and three in which a node says of each room that its members are still there. */
const quietMs = 30_000

/**
 * What those cost who are in a call and say nothing: they are pinged, and their seats are held. Its measures are `cpu`, `store` and
 * `total`, in µs for each in a second; `resident` and `stored`, the memory of the nodes and that of the store for each, and `carried`,
 * what goes to and from the store for each in a second, in KB.
 */
export const quiet: Workload = {
  name: 'quiet',
  title: 'In a call, saying nothing',
  needsFreshServer: true,
  measures: [{ key: 'total', title: 'In a call, saying nothing', unit: 'µs of CPU per member and second' }],
  async prepare(subject, server, { sockets }) {
    return {
      async slice() {
        const { members, memory } = await seatPairs(subject, server, sockets)
        const stopHeartbeat = keepAlive(subject.protocol, members)
        const { cpuUs, storeUs, storeNetBytes, loadShare } = await measured(server, () => sleep(quietMs))
        stopHeartbeat()
        if (members.some(({ socket }) => socket.isClosed)) throw new Error('somebody was thrown out')
        await closeAll(members)
        const memberSeconds = (sockets * quietMs) / 1000
        const carried = storeNetBytes / memberSeconds / 1000
        return { values: { ...costs(cpuUs, storeUs, memberSeconds), ...memory, carried }, loadShare }
      },
      async finish() {},
    }
  },
}
