import type { Signal } from '../load/payloads.js'
import { type Member, newRoomId, type Protocol } from '../protocols/protocol.js'
import { measured, type Workload } from './workload.js'

/** How many calls are set up at once. */
const parallel = 16
const candidatesEach = 10

/** Whole calls: two connect and join, an offer, an answer, ten candidates each way as they are found, and both leave. */
export const calls: Workload = {
  name: 'calls',
  title: 'Whole call, set up and torn down',
  // It is the longest path, and each part of it seldom: ours and the classic design get faster for so long.
  warmUpUs: 4_000_000,
  measures: [{ key: 'calls', title: 'Whole calls', unit: 'calls per CPU-second', isHigherBetter: true }],
  async prepare({ protocol }, server) {
    return {
      async slice(durationMs) {
        let finished = 0
        const { cpuUs, loadShare } = await measured(server, async () => {
          const endMs = performance.now() + durationMs
          const callAgain = async (): Promise<void> => {
            while (performance.now() < endMs) {
              await call(protocol, server.port)
              finished += 1
            }
          }
          await Promise.all(Array.from({ length: parallel }, callAgain))
        })
        return { values: { calls: finished / (cpuUs / 1e6) }, loadShare }
      },
      async finish() {},
    }
  },
}

async function call(protocol: Protocol, port: number): Promise<void> {
  const roomId = newRoomId()
  const callee = await protocol.join(port, roomId, 2)
  const caller = await protocol.join(port, roomId, 2)
  await Promise.all([protocol.met(callee), protocol.met(caller)])
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
