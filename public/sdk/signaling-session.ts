import type { ClientMessage, Joined } from '../../schemas/index.js'
import { BackOff } from './back-off.js'
import { CallError } from './call-error.js'
import type { IncomingMessage } from './decode-message.js'
import { Emitter } from './emitter.js'
import { SignalingSocket } from './signaling-socket.js'
import { pauseUntilWoken } from './wake.js'

/** How long the service may take to answer a `join`, from the first byte of the socket on. */
const answerTimeoutMs = 10_000

/**
 * How long a joined socket must last until the next break counts as a new one: a service that lets everybody in and
 * closes at once is not to be hammered. */
const stableAfterMs = 10_000

/** How long a rejoin that finds the room full goes on at least: our own seat may still be held by the socket that broke. */
const ghostSeatMs = 30_000

/**
 * Where the connection to the service is. Media does not depend on it: a call goes on while this is `reconnecting`.
 *
 *     connecting ──> open <──> reconnecting
 *         └────────────┴────────────┴──────> closed
 */
export type SignalingState = 'connecting' | 'open' | 'reconnecting' | 'closed'

/** What a `SignalingSession` tells. */
export interface SignalingSessionEvents {
  state: SignalingState
  /** In the room: the first time, and again after every reconnect, with another `peerId`. */
  joined: Joined
  message: IncomingMessage
  error: CallError
  /** It will not come back by itself. */
  end: CallError
}

/** Keeps a seat in one room over any number of sockets. */
export class SignalingSession extends Emitter<SignalingSessionEvents> {
  readonly #url: URL
  readonly #join: () => ClientMessage<'join'>
  /** Asked when a rejoin has found the room full for a while. */
  mayGiveUp: () => boolean = () => true
  readonly #closing = new AbortController()
  #socket: SignalingSocket | undefined
  #state: SignalingState = 'connecting'
  #backOff = new BackOff()

  /**
   * @param url   of the WebSocket, `ws:` or `wss:`
   * @param join  makes the message with which to enter the room, each time anew
   */
  constructor(url: URL, join: () => ClientMessage<'join'>) {
    super()
    this.#url = url
    this.#join = join
  }

  get state(): SignalingState {
    return this.#state
  }

  /**
   * Connects and joins; once. From then on it comes back by itself, until `close` or `end`.
   *
   * @throws CallError `signaling-unreachable`, `room-full`, `rejected` or `aborted`; it is closed then
   */
  async start(signal?: AbortSignal): Promise<Joined> {
    const abort = (): void => this.close()
    signal?.addEventListener('abort', abort)
    try {
      return await this.#attempt()
    } catch (error) {
      this.close()
      if (signal?.aborted) throw new CallError('aborted', undefined, { cause: signal.reason })
      throw error
    } finally {
      signal?.removeEventListener('abort', abort)
    }
  }

  /** @returns false when there is no joined socket; the message is lost then */
  send(message: ClientMessage): boolean {
    return this.#state === 'open' && this.#socket !== undefined && this.#socket.send(message)
  }

  /** Leaves the room and lets the socket go. No event but `state` follows. */
  close(): void {
    this.send({ type: 'leave' })
    this.#setState('closed')
    this.#closing.abort()
    this.#socket?.close()
  }

  /** One socket and one `join`. Settles when the service has answered or its time is up; once joined, the socket feeds this session. */
  #attempt(): Promise<Joined> {
    return new Promise((resolve, reject) => {
      if (this.#closing.signal.aborted) return reject(new CallError('aborted'))
      const socket = new SignalingSocket(this.#url)
      this.#socket = socket
      const answered = new AbortController()
      let stableTimer: ReturnType<typeof setTimeout> | undefined
      let isJoined = false
      // It does not wait for the socket's close: a service that is silent now will not answer the close frame either.
      const refuse = (error: CallError): void => {
        clearTimeout(answerTimer)
        answered.abort()
        reject(error)
        socket.close()
      }
      const answerTimer = setTimeout(() => refuse(new CallError('signaling-unreachable', 'no answer')), answerTimeoutMs)
      this.#closing.signal.addEventListener('abort', () => refuse(new CallError('aborted')), {
        signal: answered.signal,
      })
      const accept = (joined: Joined): void => {
        clearTimeout(answerTimer)
        answered.abort()
        isJoined = true
        stableTimer = setTimeout(() => {
          this.#backOff = new BackOff()
        }, stableAfterMs)
        this.#setState('open')
        resolve(joined)
        this.emit('joined', joined)
      }
      socket.on('open', () => socket.send(this.#join()))
      socket.on('error', (error) => this.emit('error', error))
      socket.on('message', (message) => {
        if (isJoined) this.emit('message', message)
        else if (answered.signal.aborted) return
        else if (message.type === 'joined') accept(message)
        else if (message.type === 'full') refuse(new CallError('room-full'))
        else if (message.type === 'error') refuse(CallError.ofService(message))
      })
      socket.on('close', ({ code, reason, mayReturn }) => {
        clearTimeout(stableTimer)
        const error = new CallError(mayReturn ? 'signaling-unreachable' : 'rejected', `${code} ${reason}`.trim())
        if (!isJoined) refuse(error)
        else if (mayReturn) void this.#comeBack()
        else this.#end(error)
      })
    })
  }

  /** Goes on until the room is joined again, the service refuses, or the session is closed. Never rejects. */
  async #comeBack(): Promise<void> {
    if (this.#state === 'closed') return
    this.#setState('reconnecting')
    // Short steps find the seat soon after it is free.
    const fullBackOff = new BackOff({ maxMs: 2000 })
    let fullSinceMs: number | undefined
    while (!this.#closing.signal.aborted) {
      const backOff = fullSinceMs === undefined ? this.#backOff : fullBackOff
      await pauseUntilWoken(backOff.nextMs(), this.#closing.signal)
      if (this.#closing.signal.aborted) return
      try {
        await this.#attempt()
        return
      } catch (error) {
        if (!(error instanceof CallError) || !error.retryable) return this.#end(error)
        if (error.code !== 'room-full') {
          fullSinceMs = undefined
          continue
        }
        fullSinceMs ??= performance.now()
        if (performance.now() - fullSinceMs > ghostSeatMs && this.mayGiveUp()) return this.#end(error)
      }
    }
  }

  #end(error: unknown): void {
    if (this.#state === 'closed') return
    this.close()
    this.emit('end', error instanceof CallError ? error : new CallError('protocol', undefined, { cause: error }))
  }

  #setState(state: SignalingState): void {
    if (this.#state === state || this.#state === 'closed') return
    this.#state = state
    this.emit('state', state)
  }
}
