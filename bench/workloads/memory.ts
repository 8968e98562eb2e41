import { type Member, newRoomId } from '../protocols/protocol.js'
import { closeAll, fillRoom, inParallel, sleep, type Workload } from './workload.js'

/** So that what is loaded and compiled with the first clients is not counted as theirs. */
const warmUpRooms = 50
const settleMs = 500
const parallel = 32

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
        const members: Member[] = []
        const fill = (rooms: number): Promise<void> =>
          inParallel(Array.from({ length: rooms }, newRoomId), parallel, async (roomId) => {
            members.push(...(await fillRoom(subject, server, roomId, 2)))
          })
        await fill(warmUpRooms)
        await closeAll(members.splice(0))
        await sleep(settleMs)
        const before = await server.usage('memory')
        await fill(sockets / 2)
        await sleep(settleMs)
        const after = await server.usage('memory')
        await closeAll(members)
        return {
          values: {
            heap: (after.heapBytes - before.heapBytes) / sockets / 1000,
            resident: (after.residentBytes - before.residentBytes) / sockets / 1000,
          },
        }
      },
      async finish() {},
    }
  },
}
