import type { Signal } from '../load/payloads.js'
import type { Service } from '../load/service.js'
import { type Member, newRoomId, type Protocol } from '../protocols/protocol.js'
import { costs, measured, type Workload } from './workload.js'

/** How many calls are set up at once. */
const parallel = 16
const candidatesEach = 10

/**
 * Whole calls: two connect and join, an offer, an answer, ten candidates each way as they are found, and both leave. Beside the
 * measure that is named it gives `cpu`, `store` and `total`, in µs a call, and what goes to and from the store for one, in KB.
 */
export const calls: Workload = {
  name: 'calls',
  title: 'Whole call, set up and torn down',
  // It is the longest path, and each part of it seldom: ours and the classic design get faster for so long.
  warmUpUs: 4_000_000,
  measures: [{ key: 'calls', title: 'Whole calls', unit: 'calls per CPU-second', isHigherBetter: true }],
  async prepare({ protocol }, server) {
    return {
      async slice(durationMs) {
        const run = (): Promise<void> => call(protocol, server)
        const { finished, cpuUs, storeUs, storeNetBytes, loadShare } = await again(server, durationMs, run)
        const carried = storeNetBytes / finished / 1000
        return { values: { calls: finished / (cpuUs / 1e6), ...costs(cpuUs, storeUs, finished), carried }, loadShare }
      },
      async finish() {},
    }
  },
}

/** Two connect and join, hear of each other, leave and close. Its measures are `cpu`, `store` and `total`, in µs for each of them. */
export const joins: Workload = {
  name: 'joins',
  title: 'Join and leave',
  warmUpUs: 2_000_000,
  measures: [{ key: 'cpu', title: 'Join and leave', unit: 'µs of CPU per join' }],
  async prepare({ protocol }, server) {
    return {
      async slice(durationMs) {
        const { finished, cpuUs, storeUs, loadShare } = await again(server, durationMs, async () => {
          for (const member of await meet(protocol, server)) await protocol.leave(member)
        })
        return { values: costs(cpuUs, storeUs, 2 * finished), loadShare }
      },
      async finish() {},
    }
  },
}

/** Does it again and again, many at once, for so long. */
async function again(server: Service, durationMs: number, run: () => Promise<void>) {
  let finished = 0
  const cost = await measured(server, async () => {
    const endMs = performance.now() + durationMs
    const runAgain = async (): Promise<void> => {
      while (performance.now() < endMs) {
        await run()
        finished += 1
      }
    }
    await Promise.all(Array.from({ length: parallel }, runAgain))
  })
  return { finished, ...cost }
}

async function meet(protocol: Protocol, server: Service): Promise<[Member, Member]> {
  const roomId = newRoomId()
  const portOf = server.placeRoom()
  const callee = await protocol.join(portOf(0), roomId, 2)
  const caller = await protocol.join(portOf(1), roomId, 2)
  await Promise.all([protocol.met(callee), protocol.met(caller)])
  return [callee, caller]
}

async function call(protocol: Protocol, server: Service): Promise<void> {
  const [callee, caller] = await meet(protocol, server)
  await say(protocol, caller, callee, 'offer')
  await say(protocol, callee, caller, 'answer')
  for (let i = 0; i < candidatesEach; i += 1) {
    await Promise.all([say(protocol, caller, callee, 'ice'), say(protocol, callee, caller, 'ice')])
  }
  await protocol.leave(caller)
  await protocol.leave(callee)
}

async function say(protocol: Protocol, from: Member, to: Member, signal: Signal): Promise<void> {
  from.socket.write(protocol.volley(from, to, signal, false).take(1))
  await to.socket.next(protocol.marker(signal))
}
