import { payloadText, type Signal } from '../load/payloads.js'
import { type Member, newRoomId, type Protocol } from '../protocols/protocol.js'
import { ClosedLoop } from './closed-loop.js'
import { fillRoom, inParallel, type Workload } from './workload.js'

interface Shape {
  readonly name: string
  readonly title: string
  readonly signal: Signal
  readonly pairs: number
  /** How many messages each pair has under way per direction; `single`: one in all, to and fro. */
  readonly window: number | 'single'
}

/** How many are set up at the same time. */
const roomsAtOnce = 16

/** Pairs that send each other the same message again and again. */
export function relay({ name, title, signal, pairs, window }: Shape): Workload {
  return {
    name,
    title,
    measures: [{ key: 'cpu', title, unit: 'µs of CPU per message' }],
    async prepare(subject, server) {
      const { protocol } = subject
      const loop = new ClosedLoop()
      const members: Member[] = []
      const primes: (() => void)[] = []
      await inParallel(Array.from({ length: pairs }, newRoomId), roomsAtOnce, async (roomId) => {
        const [one, other] = await fillRoom(subject, server, roomId, 2)
        if (one === undefined || other === undefined) throw new Error('a pair are two')
        members.push(one, other)
        await verify(protocol, one, other, signal)
        const there = protocol.volley(one, other, signal, false)
        const back = protocol.volley(other, one, signal, false)
        const sendThere = (count: number): void => loop.send(one, there, count)
        const sendBack = (count: number): void => loop.send(other, back, count)
        loop.listen(protocol, other, window === 'single' ? sendBack : sendThere)
        loop.listen(protocol, one, window === 'single' ? sendThere : sendBack)
        primes.push(() => {
          sendThere(window === 'single' ? 1 : window)
          if (window !== 'single') sendBack(window)
        })
      })
      return loop.setup(server, protocol, members, primes)
    },
  }
}

/** That what is counted afterwards is delivered whole. */
async function verify(protocol: Protocol, from: Member, to: Member, signal: Signal): Promise<void> {
  from.socket.write(protocol.volley(from, to, signal, false).take(1))
  const text = await to.socket.next(protocol.marker(signal))
  if (!text.includes(payloadText(signal))) throw new Error(`not what was sent: ${text}`)
}
