import { newRoomId } from '../protocols/protocol.js'
import { resumable, type Seat } from '../protocols/resumable.js'
import { closeAll, measured, sleep, type Workload } from './workload.js'

const pairs = 20
const missedEach = 500
const outageMs = 100

/** Clients that have missed many candidates resume and get them. Only signalbox knows such a thing. */
export const replay: Workload = {
  name: 'replay',
  title: 'Resume and replay',
  measures: [
    { key: 'cpu', title: `Resume with ${missedEach} missed messages`, unit: 'µs of CPU per message' },
    { key: 'wall', title: `Resume with ${missedEach} missed messages`, unit: 'ms until all are there' },
  ],
  async prepare({ protocol }, server) {
    if (protocol !== resumable) return undefined
    const senders: Seat[] = []
    let receivers: Seat[] = []
    for (let i = 0; i < pairs; i += 1) {
      const roomId = newRoomId()
      const sender = await resumable.join(server.port, roomId, 2)
      const receiver = await resumable.join(server.port, roomId, 2)
      await Promise.all([resumable.met(sender), resumable.met(receiver)])
      senders.push(sender)
      receivers.push(receiver)
    }
    return {
      async slice() {
        for (const { socket } of receivers) socket.cut()
        await sleep(outageMs)
        await Promise.all(
          senders.map(async (sender) => {
            sender.socket.write(resumable.volley(sender, sender, 'ice', false).take(missedEach - 1))
            sender.socket.write(resumable.volley(sender, sender, 'answer', false).take(1))
            await sender.socket.next(`{"type":"ack","n":${sender.sent}}`)
          }),
        )
        const back: Seat[] = []
        const { cpuUs, wallMs, loadShare } = await measured(server, async () => {
          for (const receiver of receivers) {
            const seat = await resumable.return(server.port, receiver, 2)
            resumable.heard(seat, await seat.socket.next(resumable.marker('answer')))
            back.push(seat)
          }
        })
        receivers = back
        return { values: { cpu: cpuUs / pairs / missedEach, wall: wallMs / pairs }, loadShare }
      },
      finish: () => closeAll([...senders, ...receivers]),
    }
  },
}
