import type { ClientMessage } from '../../schemas/index.js'
import { CallError } from './call-error.js'
import { mayReturn } from './close-code.js'
import { decodeFrame, type IncomingFrame } from './decode-message.js'
import { Emitter } from './emitter.js'

/** How long a socket may take to open. A browser alone would wait for minutes. */
const openTimeoutMs = 10_000

/** What a `SignalingSocket` tells. */
export interface SignalingSocketEvents {
  open: undefined
  frame: IncomingFrame
  /** A frame, or its message, could not be understood; the socket stays. */
  error: CallError
  /** The last event. `mayReturn`: whether another socket may be opened without being asked. */
  close: { readonly code: number; readonly reason: string; readonly mayReturn: boolean }
}

/** One WebSocket to the service, from opening to close, with typed messages. It does not come back; `SignalingSession` does. */
export class SignalingSocket extends Emitter<SignalingSocketEvents> {
  readonly #socket: WebSocket
  readonly #openTimer: ReturnType<typeof setTimeout>
  #hasOpened = false
  #isFinished = false

  /** @param url  `ws:` or `wss:` */
  constructor(url: URL) {
    super()
    this.#socket = new WebSocket(url)
    this.#openTimer = setTimeout(() => this.close(), openTimeoutMs)
    this.#socket.addEventListener('open', () => {
      clearTimeout(this.#openTimer)
      this.#hasOpened = true
      this.emit('open', undefined)
    })
    this.#socket.addEventListener('message', (event) => this.#receive(event.data))
    this.#socket.addEventListener('close', ({ code, reason }) => this.#finish(code, reason))
    // Of a socket that a content security policy forbids, Chromium tells an error and never a close.
    this.#socket.addEventListener('error', () => !this.#hasOpened && this.#finish(1006, ''))
  }

  /** Whether what is sent now has a chance to arrive. */
  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN
  }

  /** @returns false when the socket is not open; the message is lost then */
  send(message: ClientMessage): boolean {
    if (!this.isOpen) return false
    this.#socket.send(JSON.stringify(message))
    return true
  }

  /**
   * Lets the socket go. The event `close` follows, at once if it was not open yet.
   *
   * @param code  1000 gives a seat up that was or will be taken over it; without one it is held where it can be resumed
   */
  close(code?: 1000): void {
    this.#socket.close(code)
    if (!this.#hasOpened) this.#finish(1006, '')
  }

  #finish(code: number, reason: string): void {
    clearTimeout(this.#openTimer)
    if (this.#isFinished) return
    this.#isFinished = true
    this.emit('close', { code, reason, mayReturn: mayReturn(code) })
  }

  #receive(data: unknown): void {
    let frame: IncomingFrame
    try {
      frame = decodeFrame(data)
    } catch (error) {
      this.emit('error', error instanceof CallError ? error : new CallError('protocol', undefined, { cause: error }))
      return
    }
    if (frame.error !== undefined) this.emit('error', frame.error)
    this.emit('frame', frame)
  }
}
