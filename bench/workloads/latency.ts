import { quantile } from '../load/statistics.js'
import { type Member, newRoomId } from '../protocols/protocol.js'
import type { Volley } from '../protocols/volley.js'
import { closeAll, fillRoom, keepAlive, type Workload } from './workload.js'

const pairs = 100

interface Lane {
  readonly from: Member
  readonly volley: Volley
  /** When those that are under way should have been sent, oldest first. */
  readonly due: number[]
}

/**
 * Candidates at a fixed rate, sent when they are due whether or not those before have arrived (an open loop). Counted from
 * when each was due, so that a server that stalls does not delay what would have shown it.
 */
export const latency = (messagesPerSecond: number): Workload => ({
  name: 'latency',
  title: `Latency at ${messagesPerSecond} messages/s`,
  sliceMs: 2000,
  measures: Object.entries({ p50: 'p50', p99: 'p99', p999: 'p99.9' }).map(([key, name]) => ({
    key,
    title: `Latency at ${messagesPerSecond.toLocaleString('en')} messages/s: ${name}`,
    unit: 'µs',
  })),
  async prepare(subject, server) {
    const { protocol } = subject
    const lanes: Lane[] = []
    const members: Member[] = []
    let latencies: number[] = []
    let onArrived = () => {}
    const addLane = (from: Member, to: Member): void => {
      const lane: Lane = { from, volley: protocol.volley(from, to, 'ice', false), due: [] }
      lanes.push(lane)
      protocol.count(to, (count) => {
        const now = performance.now()
        for (let i = 0; i < count; i += 1) latencies.push((now - (lane.due.shift() ?? 0)) * 1000)
        onArrived()
      })
    }
    for (let i = 0; i < pairs; i += 1) {
      const [one, other] = await fillRoom(subject, server, newRoomId(), 2)
      if (one === undefined || other === undefined) throw new Error('a pair are two')
      members.push(one, other)
      addLane(one, other)
      addLane(other, one)
    }
    const stopHeartbeat = keepAlive(protocol, members)
    return {
      async slice(durationMs) {
        latencies = []
        const late = await sendAtRate(lanes, messagesPerSecond, durationMs)
        await new Promise<void>((resolve) => {
          onArrived = () => {
            if (latencies.length >= late.length) resolve()
          }
          onArrived()
        })
        onArrived = () => {}
        const sorted = Float64Array.from(latencies).sort()
        return {
          values: { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99), p999: quantile(sorted, 0.999) },
          lateUs: quantile(Float64Array.from(late).sort(), 0.99),
        }
      },
      finish() {
        stopHeartbeat()
        return closeAll(members)
      },
    }
  },
})

/** Spins, as timers are too coarse. @returns by how many µs each message was sent too late */
async function sendAtRate(lanes: readonly Lane[], messagesPerSecond: number, durationMs: number): Promise<number[]> {
  const late: number[] = []
  const startMs = performance.now()
  const total = Math.floor((durationMs * messagesPerSecond) / 1000)
  return new Promise((resolve) => {
    const turn = (): void => {
      for (;;) {
        const dueMs = startMs + (late.length * 1000) / messagesPerSecond
        const lateMs = performance.now() - dueMs
        const lane = lanes[late.length % lanes.length]
        if (lane === undefined || lateMs < 0 || late.length === total) break
        lane.due.push(dueMs)
        lane.from.socket.write(lane.volley.take(1))
        late.push(lateMs * 1000)
      }
      if (late.length === total) resolve(late)
      else setImmediate(turn)
    }
    turn()
  })
}
