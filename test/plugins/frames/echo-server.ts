import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import type { Test } from 'tap'
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws'
import { FrameWriter } from '../../../plugins/frames/frame-writer.js'
import { quicken } from '../../../plugins/frames/quicken.js'
import { insidesOf } from '../../../plugins/frames/ws-insides.js'

/** What was seen of one connection at its two ends. */
export interface Seen {
  /** The events of the server's socket, in order, with what came with them. */
  readonly events: string[]
  /** All bytes that the client got behind the answer to its upgrade. */
  readonly received: string
}

export interface EchoServer {
  readonly port: number
  /** How many of its sockets are read quickly. */
  readonly quick: { count: number }
  readonly sockets: WebSocket[]
}

export interface EchoOptions {
  readonly isQuick: boolean
  readonly ws?: ServerOptions
  readonly server?: Server
}

/** A server that sends every message back twice, by ws alone or by what is tested. */
export async function startEcho(
  t: Test,
  { isQuick, ws = {}, server = createServer() }: EchoOptions,
): Promise<EchoServer> {
  const wss = new WebSocketServer({ maxPayload: 8192, ...ws, server })
  const echo: EchoServer = { port: 0, quick: { count: 0 }, sockets: [] }
  wss.on('connection', (socket) => {
    if (isQuick && insidesOf(socket) !== undefined) echo.quick.count += 1
    const writer = isQuick ? quicken(socket) : new FrameWriter(socket, undefined)
    echo.sockets.push(socket)
    socket.on('message', (data, isBinary) => {
      const bytes = Buffer.isBuffer(data) ? Buffer.from(data) : Buffer.alloc(0)
      if (socket.readyState !== socket.OPEN) return
      if (isBinary) return socket.send(bytes)
      writer.write(bytes)
      writer.write(bytes.toString())
      // Now and then it is not read for a moment, as a client that sends too much.
      if (bytes[0] !== 0x61) return
      socket.pause()
      setImmediate(() => socket.resume())
    })
    socket.on('error', () => {})
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    for (const socket of wss.clients) socket.terminate()
    server.close()
  })
  return { ...echo, port: (server.address() as AddressInfo).port }
}

/** Sends pieces, each in a turn of its own, ends, and waits until both ends are closed. */
export async function talk(
  echo: EchoServer,
  pieces: readonly Buffer[],
  open: (port: number) => Promise<Socket> = openTcp,
  headers: readonly string[] = [],
): Promise<Seen> {
  const client = await open(echo.port)
  client.setNoDelay()
  let received = Buffer.alloc(0)
  client.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk])
  })
  client.on('error', () => {})
  const isClosed = new Promise((resolve) => client.on('close', resolve))
  const upgrade = [
    'GET / HTTP/1.1',
    'Host: x',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    ...headers,
  ]
  const before = echo.sockets.length
  client.write(`${upgrade.join('\r\n')}\r\n\r\n`)
  while (echo.sockets.length === before || !received.includes('\r\n\r\n')) await turn()
  const socket = echo.sockets[before]
  if (socket === undefined) throw new Error('no socket')
  received = received.subarray(received.indexOf('\r\n\r\n') + 4)

  const events: string[] = []
  socket.prependListener('message', (data, isBinary) => events.push(`message ${isBinary} ${String(data)}`))
  socket.on('ping', (data) => events.push(`ping ${data.toString('hex')}`))
  socket.on('pong', (data) => events.push(`pong ${data.toString('hex')}`))
  socket.on('error', (error) => events.push(`error ${error.message}`))
  socket.on('close', (code, reason) => events.push(`close ${code} ${reason.toString('hex')}`))
  const isOver = new Promise((resolve) => socket.on('close', resolve))
  for (const piece of pieces) {
    if (client.destroyed) break
    client.write(piece)
    await turn()
  }
  client.end()
  await Promise.all([isOver, isClosed])
  return { events, received: received.toString('hex') }
}

async function openTcp(port: number): Promise<Socket> {
  const client = connect(port, '127.0.0.1')
  await once(client, 'connect')
  return client
}
