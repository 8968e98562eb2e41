import { createServer } from 'node:http'
import type { Test } from 'tap'
import WebSocket, { WebSocketServer } from 'ws'
import { listening } from './base-server.js'

type Message = Record<string, unknown>

export interface Twist {
  /** What reaches the client in place of a message of the service. */
  readonly told?: (message: Message) => readonly Message[]
  /** What reaches the service in place of a message of the client. */
  readonly heard?: (message: Message) => Message
  /** The code that the client's socket is closed with. */
  readonly code?: (code: number) => number
}

/** Stands before a service that does everything right, and makes it do something wrong. @returns its address */
export async function twisted(t: Test, service: string, { told, heard, code }: Twist): Promise<string> {
  // What comes over HTTP passes as it is.
  const web = createServer(async (request, response) => {
    const body = (await request.toArray()).join('')
    const reply = await fetch(`${service.replace('ws', 'http')}${request.url}`, { method: 'POST', body })
    response.writeHead(reply.status).end(await reply.text())
  })
  t.teardown(() => {
    web.closeAllConnections()
    web.close()
  })
  const server = new WebSocketServer({ server: web })
  web.listen(0, '127.0.0.1')
  server.on('connection', (client, request) => {
    const upstream = new WebSocket(`${service}${request.url}`)
    const early: (() => void)[] = []
    const send = (data: Buffer | string, binary: boolean): void => {
      if (upstream.readyState === WebSocket.OPEN) upstream.send(data, { binary })
      else early.push(() => upstream.send(data, { binary }))
    }
    upstream.on('open', () => {
      for (const say of early.splice(0)) say()
    })
    client.on('message', (data, isBinary) => {
      const message = isBinary ? undefined : objectIn(data.toString())
      if (message === undefined || heard === undefined) send(Buffer.from(data.toString()), isBinary)
      else send(JSON.stringify(heard(message)), false)
    })
    upstream.on('message', (data) => {
      const message = objectIn(data.toString())
      for (const one of message && told ? told(message) : [data.toString()])
        client.send(typeof one === 'string' ? one : JSON.stringify(one))
    })
    upstream.on('error', () => {})
    client.on('error', () => {})
    client.on('close', (closedAs) => (closedAs === 1000 ? upstream.close(1000) : upstream.terminate()))
    upstream.on('close', (closedAs) => {
      if (closedAs === 1006) client.terminate()
      else client.close(code?.(closedAs) ?? closedAs)
    })
  })
  return listening(t, { server })
}

function objectIn(text: string): Message | undefined {
  try {
    const value = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}
