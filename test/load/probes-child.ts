import { once } from 'node:events'
import WebSocket from 'ws'
import { serve } from './child.js'

/** Well-behaved members, two a room, who pass messages to each other at a steady pace, and measure how long that takes. */

const pairs = 20
/** Of all pairs together: ten a second for each. */
const messagesPerSecond = 200
const messageBytes = 200
/** So close to the time of a message the process waits awake, as timers are no better than that. */
const awakeMs = 2
const patienceMs = 30_000

export interface Measured {
  readonly messages: number
  readonly lost: number
  /** Of the pairs' sockets: cut, or closed. */
  readonly ended: number
  /** From when a message was to be sent until its echo was there. In milliseconds. */
  readonly p50: number
  readonly p99: number
  readonly max: number
  /** How late this process itself sent them; part of the above. */
  readonly latenessP99: number
}

export type ProbesDeeds = typeof deeds

interface Probe {
  readonly k: number
  readonly dueMs: number
}

const sockets: WebSocket[] = []
const callers: WebSocket[] = []
const waiting = new Map<number, Probe>()
let ended = 0
let times: number[] = []

async function connect(address: string, roomId: string): Promise<WebSocket> {
  const socket = new WebSocket(address, { rejectUnauthorized: false })
  socket.on('error', () => {})
  await once(socket, 'open')
  socket.on('close', () => {
    ended += 1
  })
  sockets.push(socket)
  socket.send(JSON.stringify({ type: 'join', roomId }))
  const [data] = await once(socket, 'message')
  if (!String(data).includes('"joined"')) throw new Error(`a probe is not let in: ${data}`)
  return socket
}

const message = { type: 'ice', candidate: { candidate: '' } }
const padding = 'x'.repeat(messageBytes - JSON.stringify({ ...message, k: 1_000_000 }).length)

function textOf(k: number): string {
  return JSON.stringify({ ...message, candidate: { candidate: padding }, k })
}

function heard(text: string): void {
  const parsed: { readonly type: string; readonly k?: number } = JSON.parse(text)
  const probe = waiting.get(parsed.k ?? -1)
  if (probe === undefined) return
  waiting.delete(probe.k)
  times.push(performance.now() - probe.dueMs)
}

let count = 0

const deeds = {
  join: async (address: string): Promise<void> => {
    for (let k = 0; k < pairs; k += 1) {
      const caller = await connect(address, `room of probes ${k}`)
      const echo = await connect(address, `room of probes ${k}`)
      caller.on('message', (data) => heard(data.toString()))
      echo.on('message', (data) => {
        const text = data.toString()
        if (!text.includes('"type":"ice"')) return
        const { k }: { readonly k: number } = JSON.parse(text)
        echo.send(textOf(k))
      })
      callers.push(caller)
    }
  },
  /** Every message has its time, whatever became of those before it. */
  measure: async (forMs: number): Promise<Measured> => {
    times = []
    const lateness: number[] = []
    const endedBefore = ended
    const total = Math.round((forMs / 1000) * messagesPerSecond)
    const startMs = performance.now() + 10
    for (let sent = 0; sent < total; sent += 1) {
      const dueMs = startMs + (sent * 1000) / messagesPerSecond
      await until(dueMs)
      count += 1
      waiting.set(count, { k: count, dueMs })
      lateness.push(performance.now() - dueMs)
      callers[count % callers.length]?.send(textOf(count))
    }
    const endMs = performance.now() + patienceMs
    while (waiting.size > 0 && performance.now() < endMs) await until(performance.now() + 50)
    const lost = waiting.size
    waiting.clear()
    return {
      messages: total,
      lost,
      ended: ended - endedBefore,
      p50: percentile(times, 0.5),
      p99: percentile(times, 0.99),
      max: percentile(times, 1),
      latenessP99: percentile(lateness, 0.99),
    }
  },
  leave: (): void => {
    for (const socket of sockets) socket.close()
  },
}

async function until(dueMs: number): Promise<void> {
  for (;;) {
    const leftMs = dueMs - performance.now()
    if (leftMs <= 0) return
    if (leftMs > awakeMs) await new Promise((resolve) => setTimeout(resolve, leftMs - awakeMs))
    else await new Promise((resolve) => setImmediate(resolve))
  }
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}

serve(deeds)
