import { type Member, newRoomId } from '../protocols/protocol.js'
import { ClosedLoop } from './closed-loop.js'
import { fillRoom, type Workload } from './workload.js'

interface Shape {
  readonly name: string
  readonly title: string
  readonly rooms: number
  readonly members: number
}

/** Rooms of several, each message to one of them: who gets one sends the next, to each of the others in turn. */
export function mesh({ name, title, rooms, members: size }: Shape): Workload {
  return {
    name,
    title,
    measures: [{ key: 'cpu', title, unit: 'µs of CPU per message' }],
    async prepare(subject, server) {
      const { protocol } = subject
      if (!protocol.hasDirected) return undefined
      const loop = new ClosedLoop()
      const members: Member[] = []
      const primes: (() => void)[] = []
      for (let i = 0; i < rooms; i += 1) {
        const room = await fillRoom(subject, server, newRoomId(), size)
        members.push(...room)
        for (const member of room) {
          const volleys = room
            .filter((other) => other !== member)
            .map((other) => protocol.volley(member, other, 'ice', true))
          let next = room.indexOf(member)
          const send = (count: number): void => {
            for (let j = 0; j < count; j += 1) {
              const volley = volleys[next % volleys.length]
              next += 1
              if (volley !== undefined) loop.send(member, volley, 1)
            }
          }
          loop.listen(protocol, member, send)
          primes.push(() => send(1))
        }
      }
      return loop.setup(server, protocol, members, primes)
    },
  }
}
