import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import net from 'node:net'
import type { Test } from 'tap'

/** A frame of up to 125 bytes as a client must send it: masked, with a mask that changes nothing. */
export function maskedFrame(firstByte: number, payload: readonly number[]): Buffer {
  return Buffer.from([firstByte, 0x80 | payload.length, 0, 0, 0, 0, ...payload])
}

/** A WebSocket client by hand, for bytes that no client library would send. */
export class RawClient {
  readonly socket: net.Socket
  /** Resolves when the connection is over. */
  readonly ended: Promise<void>
  #received = Buffer.alloc(0)
  #wake: () => void = () => {}

  private constructor(socket: net.Socket) {
    this.socket = socket
    socket.on('data', (chunk) => {
      this.#received = Buffer.concat([this.#received, chunk])
      this.#wake()
    })
    this.ended = new Promise((resolve) => {
      socket.on('close', () => {
        this.#wake()
        resolve()
      })
    })
    socket.on('error', () => {})
  }

  /** @param first  goes out in one packet with the upgrade request */
  static async connect(t: Test, url: string, first: Buffer = Buffer.alloc(0)): Promise<RawClient> {
    const { hostname, port, pathname } = new URL(url)
    const client = new RawClient(net.connect(Number(port), hostname))
    t.teardown(() => client.socket.destroy())
    await once(client.socket, 'connect')
    const lines = [
      `GET ${pathname} HTTP/1.1`,
      'Host: x',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    ]
    client.socket.write(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), first]))
    await client.#until(() => client.#body() !== undefined)
    return client
  }

  /** The code of the close frame; 0 when the socket ended without one. */
  async closeCode(): Promise<number> {
    await this.#until(() => (this.#body()?.length ?? 0) >= 4)
    const body = this.#body()
    return body !== undefined && body[0] === 0x88 ? body.readUInt16BE(2) : 0
  }

  /** The payload of the first frame, a short text. */
  async firstText(): Promise<string> {
    await this.#until(() => (this.#body()?.length ?? 0) > 4)
    const body = this.#body() ?? Buffer.alloc(0)
    return body.subarray((body[1] ?? 0) < 126 ? 2 : 4).toString()
  }

  #body(): Buffer | undefined {
    const end = this.#received.indexOf('\r\n\r\n')
    return end < 0 ? undefined : this.#received.subarray(end + 4)
  }

  async #until(isDone: () => boolean): Promise<void> {
    while (!isDone() && !this.socket.destroyed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}
