import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import net from 'node:net'

/** A frame as the service sends it. */
export interface ReceivedFrame {
  readonly opcode: number
  readonly payload: Buffer
}

/** A WebSocket client by hand: it writes what it is told, and reads frames that must be those of RFC 6455. */
export class FrameSocket {
  readonly #socket: net.Socket
  readonly frames: ReceivedFrame[] = []
  #unread = Buffer.alloc(0)
  #isOver = false
  #wake = () => {}

  private constructor(socket: net.Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.on('data', (chunk) => {
      this.#unread = Buffer.concat([this.#unread, chunk])
      this.#wake()
    })
    socket.on('close', () => {
      this.#isOver = true
      this.#wake()
    })
    socket.on('error', () => {})
  }

  /** @throws Error  when the upgrade is not answered as in section 4.2.2 */
  static async connect(url: string): Promise<FrameSocket> {
    const { hostname, port, host } = new URL(url)
    const client = new FrameSocket(net.connect(Number(port), hostname))
    const key = randomBytes(16).toString('base64')
    await once(client.#socket, 'connect')
    const lines = [
      'GET /ws HTTP/1.1',
      `Host: ${host}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
    ]
    client.write(Buffer.from(`${lines.join('\r\n')}\r\nSec-WebSocket-Key: ${key}\r\n\r\n`))
    await client.#until(() => client.#unread.includes('\r\n\r\n'))
    const end = client.#unread.indexOf('\r\n\r\n') + 4
    const head = client.#unread.subarray(0, end).toString()
    const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
    if (!head.startsWith('HTTP/1.1 101 ') || !head.includes(accept)) throw new Error(`no upgrade: ${head}`)
    client.#unread = client.#unread.subarray(end)
    return client
  }

  write(bytes: Buffer): void {
    if (!this.#socket.destroyed) this.#socket.write(bytes)
  }

  /** Sends nothing more. */
  end(): void {
    this.#socket.end()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  /** Waits until such a frame has come, or the connection is over. */
  async until(isLast: (frame: ReceivedFrame) => boolean, withinMs = 30_000): Promise<void> {
    let looked = 0
    const timeout = setTimeout(() => this.#socket.destroy(), withinMs)
    await this.#until(() => {
      this.#read()
      const isThere = this.frames.slice(looked).some(isLast)
      looked = this.frames.length
      return isThere
    })
    clearTimeout(timeout)
  }

  async #until(isDone: () => boolean): Promise<void> {
    while (!isDone() && !this.#isOver) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  #read(): void {
    for (;;) {
      const bytes = this.#unread
      if (bytes.length < 2) return
      const [first = 0, second = 0] = bytes
      const extended = second === 126 ? 2 : second === 127 ? 8 : 0
      if (bytes.length < 2 + extended) return
      const length = extended === 2 ? bytes.readUInt16BE(2) : extended === 8 ? Number(bytes.readBigUInt64BE(2)) : second
      if (bytes.length < 2 + extended + length) return
      // Whole, nothing reserved, not masked.
      if ((first & 0xf0) !== 0x80 || second > 127)
        throw new Error(`the service sends ${bytes.subarray(0, 2).toString('hex')}`)
      this.frames.push({ opcode: first & 0xf, payload: bytes.subarray(2 + extended, 2 + extended + length) })
      this.#unread = bytes.subarray(2 + extended + length)
    }
  }
}
