import { once } from 'node:events'
import WebSocket from 'ws'
import { after } from './after.js'
import { baseTypes, isMessage, type Message, requireMatch } from './message.js'
import { Mismatch, printable, shown } from './mismatch.js'

export interface ClientOptions {
  /** How long an answer may take, in milliseconds. */
  readonly answerMs: number
  /** What is not to be read at all, and what is to be done about it. Without it: what has not been there from the beginning. */
  readonly isAside?: (message: Message, client: Client) => boolean
}

/** Larger messages than any that is sent here cannot come back. */
const maxPayload = 1_048_576

/** One WebSocket to the server under test. It keeps what it hears, in order, until it is asked for. */
export class Client {
  readonly socket: WebSocket
  /** The code that it was closed with. */
  readonly closed: Promise<number>
  readonly #answerMs: number
  readonly #inbox: string[] = []
  #wake: () => void = () => {}
  #closedAs: number | undefined

  private constructor(url: string, { answerMs, isAside = isUnknown }: ClientOptions) {
    this.#answerMs = answerMs
    this.socket = new WebSocket(url, { handshakeTimeout: answerMs, maxPayload, perMessageDeflate: false })
    this.socket.on('error', () => {})
    this.closed = new Promise((resolve) => {
      this.socket.on('close', (code) => {
        this.#closedAs = code
        this.#wake()
        resolve(code)
      })
    })
    this.socket.on('message', (data) => {
      const text = data.toString()
      const message = read(text)
      // What is no message at all is kept, and complained of by whoever waits for one.
      if (message !== undefined && isAside(message, this)) return
      this.#inbox.push(text)
      this.#wake()
    })
  }

  /** Nothing is known yet of whether it will open. */
  static of(url: string, options: ClientOptions): Client {
    return new Client(url, options)
  }

  send(message: object | string | Buffer): void {
    this.socket.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message))
  }

  /** @throws Mismatch  when nothing comes in time, or nothing that is a message */
  async next(expected = 'a message'): Promise<Message> {
    const text = await this.#nextText(expected)
    const message = read(text)
    if (message === undefined) throw new Mismatch(expected, printable(text))
    return message
  }

  /** The next message, which must have all of this. */
  async expect(wanted: object): Promise<Message> {
    const message = await this.next(shown(wanted))
    requireMatch(wanted, message)
    return message
  }

  /** Whether something comes before the socket is closed, or the time for it is over. */
  async isAnswered(): Promise<boolean> {
    try {
      await this.next()
      return true
    } catch (error) {
      if (error instanceof Mismatch) return false
      throw error
    }
  }

  /** What has come and was not asked for must be nothing. */
  expectNothing(): void {
    const [first] = this.#inbox
    if (first !== undefined) throw new Mismatch('nothing', printable(first))
  }

  async expectClose(code: number): Promise<void> {
    const got = await Promise.race([this.closed, after(this.#answerMs)])
    if (got === code) return
    throw new Mismatch(`to be closed with ${code}`, got === undefined ? 'no end' : `closed with ${got}`)
  }

  async expectPong(payload: string): Promise<void> {
    const pong = await this.roundTrip(payload)
    if (pong === payload) return
    throw new Mismatch(`a pong with ${shown(payload)}`, pong === undefined ? 'no pong' : `one with ${shown(pong)}`)
  }

  /** A ping there and back, or the time for one. @returns the payload of the pong */
  async roundTrip(payload = ''): Promise<string | undefined> {
    if (this.socket.readyState !== WebSocket.OPEN) return undefined
    const given = new AbortController()
    const pong = once(this.socket, 'pong', { signal: given.signal }).then(
      ([data]) => String(data),
      () => undefined,
    )
    this.socket.ping(payload)
    const answer = await Promise.race([pong, this.closed.then(() => undefined), after(this.#answerMs)])
    given.abort()
    return answer
  }

  async #nextText(expected: string): Promise<string> {
    const until = performance.now() + this.#answerMs
    for (;;) {
      const text = this.#inbox.shift()
      if (text !== undefined) return text
      if (this.#closedAs !== undefined) throw new Mismatch(expected, `a socket closed with ${this.#closedAs}`)
      const leftMs = until - performance.now()
      if (leftMs <= 0) throw new Mismatch(expected, `nothing in ${this.#answerMs / 1000} s`)
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      await Promise.race([woken, after(leftMs)])
    }
  }
}

/** A client ignores what it does not know, and so does this one. */
const isUnknown = isUnknownBut()

/** The same for who knows these types as well. */
export function isUnknownBut(...types: readonly string[]): (message: Message) => boolean {
  return ({ type }) => !baseTypes.has(type) && !types.includes(type)
}

function read(text: string): Message | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isMessage(value) ? value : undefined
  } catch {
    return undefined
  }
}
