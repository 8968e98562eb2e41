import type { IncomingMessage } from 'node:http'
import type { Test } from 'tap'
import WebSocket from 'ws'

export interface Upgrade {
  /** 101: it is open. */
  readonly status: number
  /** Of a refusal. */
  readonly code: unknown
  readonly headers: IncomingMessage['headers']
  readonly socket: WebSocket
  /** When the connection is over. */
  readonly closed: Promise<unknown>
}

/** Asks for an upgrade, and reads the answer to its end. The socket is cut when the test is over. */
export async function askForUpgrade(t: Test, url: string, options: WebSocket.ClientOptions = {}): Promise<Upgrade> {
  const socket = new WebSocket(url, options)
  t.teardown(() => socket.terminate())
  socket.on('error', () => {})
  const closed = new Promise((resolve) => socket.once('close', resolve))
  return new Promise((resolve) => {
    socket.once('upgrade', ({ headers }) => {
      socket.once('open', () => resolve({ status: 101, code: undefined, headers, socket, closed }))
    })
    socket.once('unexpected-response', async (_request, response: IncomingMessage) => {
      const { statusCode = 0, headers } = response
      const over = new Promise((resolve) => response.socket.once('close', resolve))
      const body = Buffer.concat(await response.toArray()).toString()
      const code: unknown = body === '' ? undefined : JSON.parse(body).code
      resolve({ status: statusCode, code, headers, socket, closed: over })
    })
  })
}

/** The status of the answer alone. */
export async function upgrade(t: Test, url: string, headers: Record<string, string>): Promise<number> {
  return (await askForUpgrade(t, url, { headers })).status
}
