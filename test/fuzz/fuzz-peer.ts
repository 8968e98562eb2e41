import { once } from 'node:events'
import WebSocket from 'ws'

/** A socket that says whatever it is told, and keeps what it gets. */
export class FuzzPeer {
  readonly #socket: WebSocket
  readonly closed: Promise<number>
  readonly #inbox: string[] = []
  #settled = 0
  #closeCode: number | undefined
  #wake = () => {}

  private constructor(socket: WebSocket) {
    this.#socket = socket
    this.closed = new Promise((resolve) => {
      socket.on('close', (code) => {
        this.#closeCode = code
        this.#wake()
        resolve(code)
      })
    })
    socket.on('message', (data) => {
      this.#inbox.push(data.toString())
      this.#wake()
    })
    socket.on('error', () => {})
  }

  static async connect(url: string): Promise<FuzzPeer> {
    const peer = new FuzzPeer(new WebSocket(url, { perMessageDeflate: false }))
    await once(peer.#socket, 'open')
    return peer
  }

  get closeCode(): number | undefined {
    return this.#closeCode
  }

  send(text: string): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(text)
  }

  /**
   * What has come until everything that was sent before is answered: to a `join` that names no room there is always an answer,
   * and none that changes anything. Or until the socket is closed.
   */
  async settled(withinMs = 30_000): Promise<string[]> {
    this.#settled += 1
    const id = `settled ${this.#settled}`
    this.send(JSON.stringify({ type: 'join', id }))
    const answer = JSON.stringify({ type: 'error', code: 'room-id-required', message: 'roomId is required', id })
    await this.#until((text) => text === answer, withinMs)
    // What comes behind it came by itself, and is for the next time.
    const at = this.#inbox.indexOf(answer)
    const frames = this.#inbox.splice(0, at < 0 ? this.#inbox.length : at + 1)
    if (at >= 0) frames.pop()
    return frames
  }

  /** Waits until a message of this type has come that was not taken yet, or the socket is closed. */
  hears(type: string): Promise<void> {
    return this.#until((text) => text.startsWith(`{"type":"${type}"`), 30_000)
  }

  /** Says goodbye. */
  async close(): Promise<void> {
    this.#socket.close(1000)
    await this.closed
  }

  /** Cuts the connection when it takes too long, so that whoever waits sees what has come. */
  async #until(isIt: (text: string) => boolean, withinMs: number): Promise<void> {
    const timeout = setTimeout(() => this.#socket.terminate(), withinMs)
    let looked = 0
    while (this.#closeCode === undefined && !this.#inbox.slice(looked).some(isIt)) {
      looked = this.#inbox.length
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    clearTimeout(timeout)
  }
}
