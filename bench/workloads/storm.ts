import type { Service } from '../load/service.js'
import { type Member, newRoomId } from '../protocols/protocol.js'
import type { Subject } from '../subjects.js'
import { closeAll, fillRoom, inParallel, measured, sleep, type Workload } from './workload.js'

const parallel = 32
/** How many come back at the same time. */
const stormWidth = 256
/** Between the cut and the first who comes back: the server has seen that all are gone. */
const outageMs = 1000

/** All sockets are cut at once, and all clients come back: to their seats where there is such a thing, else by a new join. */
export const storm: Workload = {
  name: 'storm',
  title: 'Join storm',
  needsFreshServer: true,
  measures: [
    { key: 'cpu', title: 'Join storm: lost and back', unit: 'µs of CPU per client' },
    { key: 'rate', title: 'Join storm: back in a second', unit: 'clients', isHigherBetter: true },
  ],
  async prepare(subject, server, { sockets }) {
    return {
      async slice() {
        const members: Member[] = []
        await inParallel(Array.from({ length: sockets / 2 }, newRoomId), parallel, async (roomId) => {
          members.push(...(await fillRoom(subject, server, roomId, 2)))
        })
        // The first is no server's usual state: what nobody has asked it for is not compiled yet.
        const { back } = await strike(subject, server, members)
        const { back: last, cpuUs, backMs, loadShare } = await strike(subject, server, back)
        await closeAll(last)
        return { values: { cpu: cpuUs / sockets, rate: (sockets / backMs) * 1000 }, loadShare }
      },
      async finish() {},
    }
  },
}

async function strike({ protocol }: Subject, server: Service, members: readonly Member[]) {
  const back: Member[] = []
  let backMs = 0
  let loadShare = 0
  const { cpuUs } = await measured(server, async () => {
    for (const { socket } of members) socket.cut()
    await sleep(outageMs)
    const storming = await measured(server, () =>
      inParallel(members, stormWidth, async (member) => {
        back.push(await protocol.return(server.port, member, 2))
      }),
    )
    backMs = storming.wallMs
    loadShare = storming.loadShare
  })
  return { back, cpuUs, backMs, loadShare }
}
