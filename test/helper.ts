import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import WebSocket from 'ws'
import { type ServerMessage, type ServerMessageType, serverMessages } from '../schemas/index.js'
import { type BuildOptions, buildApp } from '../src/index.js'

/** For tests that send very much: as fast as it goes. */
export const unhurried = {
  maxMessagesPerSecond: 1_000_000,
  messageBurst: 1_000_000,
  maxBytesPerSecond: 1_073_741_824,
  byteBurst: 1_073_741_824,
}

/** All tests come from one address, on machines that are busy; those about such limits say so. */
export const manyFromHere = {
  maxSocketsPerAddress: 10_000,
  upgradeBurst: 100_000,
  joinBurst: 100_000,
  maxNewRoomsPerMinute: 100_000,
  failedJoinDelayMs: 0,
  maxFailedJoins: 1_000_000,
  maxEventLoopDelayMs: 0,
}

/** Starts the service on this machine, on a free port unless one is given; it is closed when the test is over. */
export async function startService(
  t: Pick<Test, 'teardown'>,
  options: BuildOptions = {},
  port = 0,
): Promise<{ app: FastifyInstance; url: string }> {
  const app = buildApp({ ...manyFromHere, ...options })
  await listen(t, app, port)
  return { app, url: urlOf(app) }
}

export async function listen(t: Pick<Test, 'teardown'>, app: FastifyInstance, port = 0): Promise<void> {
  t.teardown(() => app.close())
  await app.listen({ port, host: '127.0.0.1' })
}

export function urlOf(app: FastifyInstance): string {
  const address = app.server.address() as AddressInfo
  return `ws://127.0.0.1:${address.port}`
}

type Message<T extends ServerMessageType> = Extract<ServerMessage, { type: T }>

/** A real ws client that keeps what it gets, in order, until it is asked for. */
export class Client {
  readonly socket: WebSocket
  readonly closed: Promise<{ code: number; reason: string }>
  readonly #inbox: string[] = []
  #wake: () => void = () => {}
  #isClosed = false

  private constructor(socket: WebSocket) {
    this.socket = socket
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => {
        this.#isClosed = true
        this.#wake()
        resolve({ code, reason: reason.toString() })
      })
    })
    socket.on('message', (data) => {
      this.#inbox.push(data.toString())
      this.#wake()
    })
    socket.on('error', () => {})
  }

  static async connect(t: Test, url: string, options: WebSocket.ClientOptions = {}): Promise<Client> {
    const client = new Client(new WebSocket(url, options))
    await once(client.socket, 'open')
    t.teardown(() => client.socket.terminate())
    return client
  }

  /** Connects and joins; the `joined` has been read. */
  static async join(t: Test, url: string, roomId: string, more: object = {}): Promise<Client & { peerId: string }> {
    const client = await Client.connect(t, url)
    client.send({ type: 'join', roomId, ...more })
    const { peerId } = await client.next('joined')
    return Object.assign(client, { peerId })
  }

  send(message: object | string | Buffer): void {
    this.socket.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message))
  }

  /** The next frame, as it came. */
  async nextFrame(): Promise<string> {
    for (;;) {
      const frame = this.#inbox.shift()
      if (frame !== undefined) return frame
      if (this.#isClosed) throw new Error('the socket is closed and no message is left')
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  /** The next message, which must be of this type. */
  async next<T extends ServerMessageType>(type: T): Promise<Message<T>> {
    const frame = await this.nextFrame()
    const message = readMessage(frame)
    if (!isOfType(message, type)) throw new Error(`expected ${type}, got ${frame}`)
    return message
  }

  /** What has come and was not asked for. Waits until everything under way has arrived. */
  async rest(): Promise<ServerMessage[]> {
    await this.settle()
    return this.#inbox.splice(0).map(readMessage)
  }

  /** Two round trips: what this client sent has been handled, and what was sent to it is here. */
  async settle(): Promise<void> {
    for (let round = 0; round < 2; round += 1) {
      const pong = once(this.socket, 'pong')
      this.socket.ping()
      await pong
    }
  }
}

const schemas = new Map<string, TSchema>(Object.entries(serverMessages))

/** What the server sends must be what its schemas say, in every test. */
function readMessage(frame: string): ServerMessage {
  const message: unknown = JSON.parse(frame)
  const type = String(Reflect.get(Object(message), 'type'))
  const schema = schemas.get(type)
  if (schema === undefined || !Value.Check(schema, message))
    throw new Error(`not as the schema of ${type} says: ${frame}`)
  return message as ServerMessage
}

function isOfType<T extends ServerMessageType>(message: ServerMessage, type: T): message is Message<T> {
  return message.type === type
}
