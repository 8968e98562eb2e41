import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import WebSocket, { WebSocketServer } from 'ws'
import { randomFrom } from '../random-from.js'

const signals = ['offer', 'answer', 'ice', 'restart']

/** How a relay treats the signals that pass it. */
export interface Faults {
  /** Each is held up to so long, on its own, so that they overtake each other. */
  readonly delayMs: number
  /** How many of them arrive a second time, a while later; 0 to 1. */
  readonly doubled: number
}

/** What a relay has done so far. */
export interface Count {
  passed: number
  doubled: number
  overtaken: number
  /** Signals that are held at the moment. */
  held: number
}

/**
 * Stands between clients and the service, and does to the signals what no service should: holds, reorders and doubles
 * them, and lets them overtake the word that somebody is there. Everything else passes as it is.
 *
 * @returns the address for clients, and how many signals have been touched
 */
export async function startFaultyRelay(
  t: Test,
  serviceUrl: string,
  { delayMs, doubled }: Faults,
): Promise<{ url: string; count: Count }> {
  const random = randomFrom(1)
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  const count = { passed: 0, doubled: 0, overtaken: 0, held: 0 }
  server.on('connection', (client) => {
    const service = new WebSocket(`${serviceUrl}/ws`)
    const early: string[] = []
    let latest = 0
    client.on('message', (data) => {
      // Who can resume would see that something is missing, and fetch it, before the signals are of any harm.
      const text = data.toString().replace('"resume":true', '"resume":false')
      if (service.readyState === WebSocket.OPEN) service.send(text)
      else early.push(text)
    })
    service.on('open', () => {
      for (const text of early) service.send(text)
    })
    service.on('message', (data) => {
      const text = data.toString()
      const { type } = JSON.parse(text)
      if (type !== 'ready' && !signals.includes(type)) return client.send(text)
      count.passed += 1
      const number = count.passed
      const hold = (heldMs: number, pass: () => void): void => {
        count.held += 1
        setTimeout(() => {
          count.held -= 1
          pass()
        }, heldMs)
      }
      hold(random() * delayMs, () => {
        if (number < latest) count.overtaken += 1
        latest = Math.max(latest, number)
        client.send(text)
      })
      if (type === 'ready' || random() >= doubled) return
      count.doubled += 1
      hold(delayMs + random() * 4 * delayMs, () => client.send(text))
    })
    client.on('close', () => service.close())
    service.on('close', () => client.close())
    service.on('error', () => client.close())
  })
  t.teardown(() => {
    for (const client of server.clients) client.terminate()
    server.close()
  })
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws`, count }
}
