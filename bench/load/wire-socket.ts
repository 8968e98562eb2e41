import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { maskedFrame, opcodes, scanFrames } from './frames.js'

/** All sockets read into the same memory: what is in it is looked at before the next one reads. */
const readBuffer = Buffer.allocUnsafe(1_048_576)
const noBytes = Buffer.alloc(0)
const upgradeEnd = '\r\n\r\n'
/** Longer texts are never one of those that a protocol answers by itself. */
const longestPingBytes = 32

/** Called for each text frame; `bytes` is only valid during the call. */
export type OnText = (bytes: Buffer, start: number, end: number) => void

/**
 * A WebSocket client for load: on the raw socket, one shared read buffer, frames written as they were prepared, none parsed
 * unless somebody asks. That keeps its cost below that of any server measured here.
 */
export class WireSocket {
  /** What happens to the text frames. Without it they wait for `next`. */
  onText: OnText | undefined
  /** After all frames of one read were told of. */
  onRead: (() => void) | undefined
  /** A text that is answered by another, such as a ping that the protocol has of its own. */
  pingText = ''
  pongFrame: Buffer = noBytes
  isClosed = false
  readonly closed: Promise<void>
  readonly #socket: Socket
  #rest: Buffer = noBytes
  #isOpen = false
  #current: Buffer = noBytes
  readonly #texts: string[] = []
  #waiter: { marker: string; resolve: (text: string) => void; reject: (error: Error) => void } | undefined

  private constructor(port: number, path: string) {
    let onClosed = () => {}
    this.closed = new Promise((resolve) => {
      onClosed = resolve
    })
    this.#socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: {
        buffer: readBuffer,
        callback: (length) => {
          this.#read(length)
          return true
        },
      },
    })
    const lines = [
      `GET ${path} HTTP/1.1`,
      `Host: 127.0.0.1:${port}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      // What a browser offers; a server that takes it up compresses each message, and pays for that.
      'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits',
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    ]
    this.#socket.write(`${lines.join('\r\n')}${upgradeEnd}`)
    this.#socket.on('error', () => {})
    this.#socket.on('close', () => {
      this.isClosed = true
      this.#waiter?.reject(new Error(`closed while waiting for ${this.#waiter.marker}`))
      onClosed()
    })
  }

  /** Resolves when the server has agreed to the upgrade; rejects with its answer when it has not. */
  static async open(port: number, path: string): Promise<WireSocket> {
    const socket = new WireSocket(port, path)
    await socket.next(upgradeEnd)
    return socket
  }

  write(bytes: Buffer): void {
    this.#socket.write(bytes)
  }

  send(text: string): void {
    this.write(maskedFrame(Buffer.from(text)))
  }

  /** The first text from now on, or of those that wait, in which `marker` is; those before it are dropped. */
  next(marker: string): Promise<string> {
    for (let text = this.#texts.shift(); text !== undefined; text = this.#texts.shift()) {
      if (text.includes(marker)) return Promise.resolve(text)
    }
    if (this.isClosed) return Promise.reject(new Error(`closed before ${marker}`))
    return new Promise((resolve, reject) => {
      this.#waiter = { marker, resolve, reject }
    })
  }

  /** Says goodbye with 1000; resolves when the server has closed the connection. */
  close(): Promise<void> {
    this.write(maskedFrame(Buffer.from([0x03, 0xe8]), opcodes.close))
    return this.closed
  }

  /** Breaks the connection without a word. */
  cut(): void {
    this.#socket.resetAndDestroy()
  }

  #read(length: number): void {
    let bytes = readBuffer
    let from = 0
    if (this.#rest.length > 0) {
      bytes = Buffer.concat([this.#rest, readBuffer.subarray(0, length)])
      length = bytes.length
      this.#rest = noBytes
    }
    if (!this.#isOpen) {
      const end = bytes.subarray(0, length).indexOf(upgradeEnd)
      if (end < 0) {
        this.#rest = Buffer.from(bytes.subarray(0, length))
        return
      }
      this.#isOpen = true
      const head = bytes.toString('latin1', 0, end + upgradeEnd.length)
      if (!head.startsWith('HTTP/1.1 101')) this.#waiter?.reject(new Error(head))
      if (/permessage-deflate/i.test(head)) this.#waiter?.reject(new Error('compresses, which is no default anywhere'))
      this.#hear(head)
      from = end + upgradeEnd.length
    }
    this.#current = from === 0 ? bytes : bytes.subarray(from)
    const rest = scanFrames(this.#current, length - from, this.#onFrame)
    if (rest < length - from) this.#rest = Buffer.from(this.#current.subarray(rest, length - from))
    this.onRead?.()
  }

  readonly #onFrame = (opcode: number, start: number, end: number): void => {
    const bytes = this.#current
    if (opcode === opcodes.text) {
      if (
        end - start < longestPingBytes &&
        this.pingText !== '' &&
        bytes.toString('latin1', start, end) === this.pingText
      )
        this.write(this.pongFrame)
      else if (this.onText !== undefined) this.onText(bytes, start, end)
      else this.#hear(bytes.toString('utf8', start, end))
    } else if (opcode === opcodes.ping) {
      this.write(maskedFrame(Buffer.from(bytes.subarray(start, end)), opcodes.pong))
    } else if (opcode === opcodes.close) {
      this.#socket.end()
    }
  }

  #hear(text: string): void {
    const waiter = this.#waiter
    if (waiter === undefined) {
      this.#texts.push(text)
    } else if (text.includes(waiter.marker)) {
      this.#waiter = undefined
      waiter.resolve(text)
    }
  }
}
