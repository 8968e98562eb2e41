import { connect, type Socket } from 'node:net'
import { connect as connectTls, TLSSocket } from 'node:tls'

/** Where the service is, and as who to come. */
export interface Target {
  readonly port: number
  readonly isSecure?: boolean
  /** An address of the loopback network. Default: 127.0.0.1. */
  readonly from?: string
}

/** Each time something ends or is refused it is counted, by what the service said. */
export type Tally = Map<string, number>

export function count(tally: Tally, what: string, times = 1): void {
  tally.set(what, (tally.get(what) ?? 0) + times)
}

/** A connection that says nothing by itself. */
export function open({ port, isSecure = false, from = '127.0.0.1' }: Target, isShakingHands = isSecure): Socket {
  const where = { host: '127.0.0.1', port, localAddress: from }
  const socket = isShakingHands ? connectTls({ ...where, rejectUnauthorized: false }) : connect(where)
  socket.setNoDelay(true)
  socket.on('error', () => {})
  return socket
}

/** Without the goodbye of TCP, after which a port is held for a while. */
export function cut(socket: Socket): void {
  if (socket instanceof TLSSocket) socket.destroy()
  else socket.resetAndDestroy()
}

/** With a key that is the same each time, as nobody here looks at the answer to it. */
export function upgradeRequest(path = '/ws'): string {
  const lines = ['Host: x', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13']
  return `GET ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`
}

/** A frame of a client (RFC 6455, section 5.2), with a mask of nought. @param first  FIN and the opcode */
export function frame(payload: string | Buffer, first = 0x81): Buffer {
  const body = Buffer.from(payload)
  const length =
    body.length < 126
      ? Buffer.from([0x80 | body.length])
      : Buffer.from([0x80 | 126, body.length >> 8, body.length & 0xff])
  return Buffer.concat([Buffer.from([first]), length, Buffer.alloc(4), body])
}

export function textFrame(message: object): Buffer {
  return frame(JSON.stringify(message))
}

const pong = frame('', 0x8a)
const visiblePong = textFrame({ type: 'pong' })

/**
 * A WebSocket that costs its process as little as can be: its frames are made beforehand, and of those that it gets only the
 * start is looked at. It answers pings, and counts how it ends.
 */
export class RawSocket {
  readonly socket: Socket
  /** Called with the start of each message, a few hundred bytes at the most. */
  onMessage: (start: string) => void = () => {}
  /** Called when it is over. */
  onEnd: () => void = () => {}
  isOpen = false
  readonly #tally: Tally
  #rest: Buffer | undefined
  /** What is still to come of a frame that is not looked at any more. */
  #skip = 0
  #end = 'cut'
  #isOurs = false

  constructor(target: Target, tally: Tally, onOpen: (socket: RawSocket) => void = () => {}) {
    this.#tally = tally
    this.socket = open(target)
    this.socket.once(target.isSecure ? 'secureConnect' : 'connect', () => this.socket.write(upgradeRequest()))
    this.socket.on('data', (chunk: Buffer) => this.#read(chunk, onOpen))
    this.socket.on('close', () => {
      this.isOpen = false
      if (!this.#isOurs) count(this.#tally, this.#end)
      this.onEnd()
    })
  }

  /** @returns whether there is room for more */
  send(bytes: Buffer): boolean {
    return this.socket.write(bytes)
  }

  /** Goes without a word, and counts as nothing. */
  cut(): void {
    this.#isOurs = true
    cut(this.socket)
  }

  #read(chunk: Buffer, onOpen: (socket: RawSocket) => void): void {
    let data = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk])
    this.#rest = undefined
    if (!this.isOpen) {
      const end = data.indexOf('\r\n\r\n')
      if (end < 0) {
        this.#rest = data
        return
      }
      const status = data.toString('latin1', 9, 12)
      if (status !== '101') {
        this.#end = `HTTP ${status}`
        this.socket.destroy()
        return
      }
      this.isOpen = true
      onOpen(this)
      data = data.subarray(end + 4)
    }
    this.#readFrames(data)
  }

  #readFrames(chunk: Buffer): void {
    let data = chunk
    for (;;) {
      const skipped = Math.min(this.#skip, data.length)
      this.#skip -= skipped
      data = data.subarray(skipped)
      if (data.length === 0) return
      const size = headerSize(data)
      const length = size === undefined || data.length < size ? undefined : payloadLength(data)
      // Of a message the start is enough; a control frame is short.
      const wanted = size === undefined || length === undefined ? Infinity : size + Math.min(length, 200)
      if (size === undefined || length === undefined || data.length < wanted) {
        this.#rest = data
        return
      }
      this.#take((data[0] ?? 0) & 0x0f, data.subarray(size, wanted))
      this.#skip = size + length - wanted
      data = data.subarray(wanted)
    }
  }

  #take(opcode: number, start: Buffer): void {
    if (opcode === 0x9) this.send(pong)
    else if (opcode === 0x8) {
      this.#end = `close ${start.length < 2 ? '' : start.readUInt16BE(0)}`
      this.socket.end(frame(start.subarray(0, 2), 0x88))
    } else {
      const text = start.toString('latin1')
      const [, error] = /^\{"type":"error","code":"([^"]+)"/.exec(text) ?? []
      if (error !== undefined) count(this.#tally, error)
      if (text.startsWith('{"type":"ping"')) this.send(visiblePong)
      this.onMessage(text)
    }
  }
}

function headerSize(data: Buffer): number | undefined {
  if (data.length < 2) return undefined
  const length = (data[1] ?? 0) & 0x7f
  return length === 126 ? 4 : length === 127 ? 10 : 2
}

function payloadLength(data: Buffer): number {
  const length = (data[1] ?? 0) & 0x7f
  return length === 126 ? data.readUInt16BE(2) : length === 127 ? Number(data.readBigUInt64BE(2)) : length
}
