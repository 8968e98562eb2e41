import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import WebSocket from 'ws'
import { closeCodes, type ResumeSession, type ServerMessage } from '../schemas/index.js'

/** A MAC as a client makes it: over the lines of what it is for. */
export function macOf(key: string, ...lines: readonly (string | number)[]): string {
  return createHmac('sha256', key).update(lines.join('\n')).digest('base64url')
}

/** A message that was sent and not yet acknowledged. */
interface Unacknowledged {
  readonly n: number
  readonly text: string
}

/**
 * A client that can resume, over real sockets, as docs/protocol.md tells one to be written. It comes back only when it is
 * told to, so that a test says when. It hands each message to its owner once, and complains of what does not fit.
 */
export class ResumingClient {
  readonly faults: string[] = []
  /** Where the next socket goes. */
  url: string
  readonly roomId: string
  peerId = ''
  session: ResumeSession | undefined
  attempt = 0
  seq = ''
  resyncs = 0
  /**
   * Of two attempts at once: how often the lower one had the seat for a moment, how often it came too late for that, and how often
   * there was no seat any more, which is a fault but where the store has lost it.
   */
  readonly lower = { fenced: 0, overtaken: 0, gone: 0 }
  socket: WebSocket | undefined
  /** What the service has answered to the last `resume`. */
  lastError: string | undefined
  readonly #onMessage: (message: ServerMessage) => void
  #n = 0
  #acknowledged = 0
  #outbox: Unacknowledged[] = []
  /** Whether messages go out: not before the service has said how far it has them. */
  #isLive = false
  #sinceAck = 0

  constructor(url: string, roomId: string, onMessage: (message: ServerMessage) => void) {
    this.url = url
    this.roomId = roomId
    this.#onMessage = onMessage
  }

  /** Whether it has its seat over a socket that is open, as far as it knows. */
  get isAttached(): boolean {
    return this.#isLive && this.socket?.readyState === WebSocket.OPEN
  }

  get unacknowledged(): number {
    return this.#outbox.length
  }

  async join(more: object = {}): Promise<void> {
    await this.#open({ type: 'join', roomId: this.roomId, resume: true, updates: true, ...more })
  }

  /** Opens a socket, whatever has become of the one before, and asks for the seat. Resolves at the answer, or the socket's end. */
  async resume(attempt = this.attempt + 1): Promise<void> {
    this.attempt = Math.max(this.attempt, attempt)
    await this.#open(this.resumeMessage(attempt))
  }

  /**
   * As `resume`, but with a lower attempt over another socket in the same turn, before or after it; of that nothing is read.
   *
   * @param otherUrl  where that goes
   */
  async resumeTwice(isHigherFirst: boolean, otherUrl = this.url): Promise<void> {
    const attempt = this.attempt + 1
    this.attempt += 2
    const other = await this.#openOther(otherUrl)
    const sendOther = (): void => {
      if (other.readyState === WebSocket.OPEN) other.send(JSON.stringify(this.resumeMessage(attempt)))
    }
    await this.#open(this.resumeMessage(attempt + 1), (send) => {
      if (!isHigherFirst) sendOther()
      send()
      if (isHigherFirst) sendOther()
    })
  }

  resumeMessage(attempt: number): object {
    const { roomId, peerId, seq } = this
    const mac = macOf(this.session?.key ?? '', 'resume', roomId, peerId, attempt, seq)
    return { type: 'resume', roomId, peerId, attempt, seq, n: this.#acknowledged, mac }
  }

  send(message: object): void {
    this.#n += 1
    const kept = { n: this.#n, text: JSON.stringify({ ...message, n: this.#n }) }
    this.#outbox.push(kept)
    if (this.#isLive) this.socket?.send(kept.text)
  }

  /** Says again what may have been taken already, as a client does that has lost count. @returns how much that was */
  stutter(): number {
    if (!this.#isLive) return 0
    for (const { text } of this.#outbox) this.socket?.send(text)
    return this.#outbox.length
  }

  /** The socket breaks without a word. */
  terminate(): void {
    this.#isLive = false
    this.socket?.terminate()
  }

  /** Nothing is read for a while; it comes all together afterwards. */
  stall(): () => void {
    const { socket } = this
    socket?.pause()
    return () => socket?.resume()
  }

  /** Nothing is read or said any more, and the service does not know it. */
  freeze(): void {
    this.#isLive = false
    this.socket?.pause()
  }

  /** A socket for an attempt that has to lose: told that it is stale, or closed because the other one has the seat. */
  async #openOther(url: string): Promise<WebSocket> {
    const socket = new WebSocket(url)
    socket.on('error', () => {})
    socket.on('message', (data) => {
      const message: ServerMessage = JSON.parse(data.toString())
      // What it is told again, of a message that was refused, is no answer.
      if (message.type !== 'error' || message.n !== undefined) return
      if (message.code === 'resume-stale') this.lower.overtaken += 1
      else if (message.code === 'resume-gone') this.lower.gone += 1
      else this.faults.push(`${message.code} for the lower of two attempts`)
      socket.terminate()
    })
    const closed = new Promise<void>((resolve) => {
      socket.on('close', (code) => {
        if (code === closeCodes.replaced.code) this.lower.fenced += 1
        resolve()
      })
    })
    await Promise.race([once(socket, 'open').catch(() => {}), closed])
    return socket
  }

  /** @param say  what is done in the turn in which the first message goes out; sends it */
  async #open(first: object, say = (send: () => void): void => send()): Promise<void> {
    // Whatever the old socket may still bring is not read: the seat is asked for from what has been read.
    this.socket?.removeAllListeners('message')
    this.#isLive = false
    const socket = new WebSocket(this.url)
    this.socket = socket
    socket.on('error', () => {})
    this.lastError = undefined
    const answered = new Promise<void>((resolve) => {
      socket.on('close', () => resolve())
      socket.on('message', (data) => {
        if (socket !== this.socket) return
        this.#hear(JSON.parse(data.toString()))
        if (this.#isLive || this.lastError !== undefined) resolve()
      })
    })
    await Promise.race([once(socket, 'open').catch(() => {}), answered])
    if (socket.readyState === WebSocket.OPEN) say(() => socket.send(JSON.stringify(first)))
    await answered
  }

  #hear(message: ServerMessage): void {
    switch (message.type) {
      case 'ping':
        this.socket?.send('{"type":"pong"}')
        return
      case 'ack':
        this.#drop(message.n)
        return
      case 'joined':
        Object.assign(this, { peerId: message.peerId, session: message.session, seq: message.seq })
        this.#isLive = true
        // It is held for who is known to know of it.
        this.socket?.send(JSON.stringify({ type: 'ack', seq: this.seq }))
        break
      case 'resumed':
      case 'resync':
        this.#drop(message.n)
        if (message.type === 'resync') {
          this.resyncs += 1
          this.seq = message.seq
        }
        this.#isLive = true
        for (const { text } of this.#outbox) this.socket?.send(text)
        break
      default:
        if (!('seq' in message) || message.seq === undefined) {
          if (message.type === 'error') this.lastError = message.code
          else if (message.type === 'full') this.lastError = 'full'
          else if (message.type !== 'left' && !['draining', 'ice-servers'].includes(message.type))
            this.faults.push(`${message.type} without a seq`)
          break
        }
        if (message.prev !== this.seq) {
          this.faults.push(`${message.type}: after ${message.prev}, not ${this.seq}`)
          return
        }
        this.seq = message.seq
        this.#sinceAck += 1
        if (this.#sinceAck >= 20) {
          this.#sinceAck = 0
          this.socket?.send(JSON.stringify({ type: 'ack', seq: this.seq }))
        }
    }
    this.#onMessage(message)
  }

  #drop(n: number): void {
    this.#acknowledged = Math.max(this.#acknowledged, n)
    this.#outbox = this.#outbox.filter((kept) => kept.n > n)
  }
}
