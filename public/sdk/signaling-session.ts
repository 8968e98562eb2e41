import type {
  ClientMessage,
  closeCodes,
  Joined,
  LeaveRequest,
  QualityReport,
  Replace,
  Resync,
} from '../../schemas/index.js'
import { BackOff } from './back-off.js'
import { CallError, type CallErrorCode } from './call-error.js'
import type { IncomingFrame, IncomingMessage } from './decode-message.js'
import { Emitter } from './emitter.js'
import { Liveness } from './liveness.js'
import type { ReloadRecord } from './reload-record.js'
import { ResumableSeat } from './resumable-seat.js'
import { canProve } from './resume-proof.js'
import { retryMsOf } from './retry-hint.js'
import { type Entry, enterRoom } from './signaling-entry.js'
import type { SignalingSocket, SignalingSocketEvents } from './signaling-socket.js'
import { pauseUntilWoken } from './wake.js'
import { besideUrl } from './web-socket-url.js'

/**
 * How long a joined socket must last until the next break counts as a new one: a service that lets everybody in and
 * closes at once is not to be hammered. */
const stableAfterMs = 10_000

/** How long a rejoin that finds the room full goes on at least: our own seat may still be held by the socket that broke. */
const ghostSeatMs = 60_000

/** How long a change from one socket to the next may take before it counts as a break. */
const changeMs = 1000

/** Of the codes with which a socket is closed for good, those that say more than that. */
const finalCodes: Readonly<Partial<Record<number, CallErrorCode>>> = {
  [4001 satisfies (typeof closeCodes)['replaced']['code']]: 'replaced',
  [4010 satisfies (typeof closeCodes)['kicked']['code']]: 'kicked',
  [4011 satisfies (typeof closeCodes)['roomClosed']['code']]: 'room-closed',
}

/** More than a seat of any use has: a service that takes nothing in is not waited for for ever. */
const maxUnacknowledged = 2048

/**
 * Where the connection to the service is. Media does not depend on it: a call goes on while this is `reconnecting`.
 *
 *     connecting ──> open <──> reconnecting
 *         └────────────┴────────────┴──────> closed
 */
export type SignalingState = 'connecting' | 'open' | 'reconnecting' | 'closed'

/** What the service says that is of interest beyond the session. */
export type SessionMessage = Exclude<
  IncomingMessage,
  { type: 'joined' | 'full' | 'knocking' | 'resumed' | 'resync' | 'ack' | 'ping' | 'draining' }
>

/** What a `SignalingSession` tells. */
export interface SignalingSessionEvents {
  state: SignalingState
  /** In the room: the first time, and again as somebody new, with another `peerId`, after the seat was lost. */
  joined: Joined
  /** The seat is lost: what the service knew of this member, and of whom it is connected to, it knows no more. */
  lost: undefined
  /** The seat is the same, but something that the service has told is lost. */
  resync: Resync
  message: SessionMessage
  error: CallError
  /** It will not come back by itself. */
  end: CallError
}

/** What a `SignalingSession` is given. */
export interface SignalingSessionOptions {
  /** Of the WebSocket, `ws:` or `wss:`. */
  readonly url: URL
  /** Makes the message with which to enter the room, each time anew. A CallError it rejects with counts as the service's. */
  readonly join: () => Promise<ClientMessage<'join'>>
  /** A host is to let one in. */
  readonly onKnocking: () => void
  /** Where the seat is remembered while the page is loaded anew. */
  readonly record: ReloadRecord
}

/**
 * Keeps a seat in one room over any number of sockets. Where the service holds the seat meanwhile nothing is lost: what is
 * sent waits, and what was said is heard afterwards, each once and in its order.
 */
export class SignalingSession extends Emitter<SignalingSessionEvents> {
  readonly #options: SignalingSessionOptions
  /** Asked when a rejoin has found the room full for a while. */
  mayGiveUp: () => boolean = () => true
  readonly #closing = new AbortController()
  #seat: ResumableSeat | undefined
  /** The one that messages go over; undefined while there is none. */
  #socket: SignalingSocket | undefined
  #listening = new AbortController()
  #liveness: Liveness | undefined
  #state: SignalingState = 'connecting'
  /** Whether the service may still know this member, by this socket or by a held seat. */
  #isSeated = false
  #isEntering = false
  /** Whether it has ever been told to wait for a host. */
  #isKnocking = false
  /** Ends the pause before the next try; its reason is how long it is to be from now on, in milliseconds. */
  #hurry = new AbortController()
  /** Ends the present try. */
  #givingUp = new AbortController()
  /** What the next new seat is to take the place of. */
  #replace: Replace | undefined
  #backOff = new BackOff()
  /** How long the next pause is to be, where the service has said so during a try. */
  #nextDelayMs: number | undefined

  constructor(options: SignalingSessionOptions) {
    super()
    this.#options = options
  }

  get state(): SignalingState {
    return this.#state
  }

  /**
   * Connects and joins; once, but for who knocks and loses its socket. From then on it comes back by itself, until `close` or `end`.
   *
   * @throws CallError `signaling-unreachable`, `room-full`, `aborted`, or what the service refuses it with; it is closed then
   */
  async start(signal?: AbortSignal): Promise<Joined> {
    const abort = (): void => this.close()
    signal?.addEventListener('abort', abort)
    const replace = this.#options.record.take()
    this.#replace = replace
    try {
      const { answer } = await this.#enterAtLast()
      if (answer.type === 'joined') return answer
      throw new CallError('protocol', `${answer.type} in answer to a join`)
    } catch (error) {
      // Tried again, it can still be of use.
      if (replace !== undefined) this.#options.record.write(replace)
      this.close()
      if (signal?.aborted) throw new CallError('aborted', undefined, { cause: signal.reason })
      throw error
    } finally {
      signal?.removeEventListener('abort', abort)
    }
  }

  /** @returns false when the message is lost: there is neither a socket nor a seat that is held */
  send(message: ClientMessage): boolean {
    if (this.#state === 'closed') return false
    if (this.#seat === undefined) return this.#socket?.send(message) ?? false
    const numbered = this.#seat.number(message)
    this.#liveness?.sent()
    this.#socket?.send(numbered)
    if (this.#seat.unacknowledged.length > maxUnacknowledged) this.#onLost()
    return true
  }

  /** Asks something that counts for this socket alone, and is answered over it. @returns false when there is no socket */
  ask(message: ClientMessage<'ice-servers'>): boolean {
    return this.#socket?.send(message) ?? false
  }

  /** This device is on another network now: what went over the old one need not be waited for. */
  refresh(): void {
    if (this.#isEntering) {
      this.#givingUp.abort()
      this.#hurry.abort(0)
    } else if (this.#seat !== undefined && this.#socket !== undefined) {
      void this.#comeBack(0)
    }
  }

  /** Leaves the room and lets the socket go. No event but `state` follows. */
  close(): void {
    if (this.#state === 'closed') return
    if (this.#socket?.isOpen === true) this.send({ type: 'leave' })
    // A socket that leads nowhere looks open for a while; who has left already has left.
    this.#sendBeacon('leave', this.#seat?.farewell?.hangUp)
    this.#finish()
  }

  /** The page goes: leaves the room in a way that still works now, and remembers the seat, in case it is only loaded anew. */
  abandon(): void {
    if (this.#state === 'closed') return
    const farewell = this.#seat?.farewell
    if (farewell !== undefined) this.#options.record.write(farewell.replace)
    if (!this.#sendBeacon('leave', farewell?.leave)) this.send({ type: 'leave' })
    this.#finish()
  }

  /** Tells how the connections were; also when there is no socket any more. What gets lost is lost. */
  report(report: QualityReport): void {
    this.#sendBeacon('quality', report)
  }

  /** Says something over no socket. @returns whether the service will hear of it, as far as a page can know */
  #sendBeacon(name: 'leave' | 'quality', request: LeaveRequest | QualityReport | undefined): boolean {
    if (request === undefined) return false
    try {
      return navigator.sendBeacon(besideUrl(this.#options.url, name), JSON.stringify(request))
    } catch {
      // A browser may be made to have none; then the seat expires.
      return false
    }
  }

  #finish(): void {
    this.#setState('closed')
    this.#closing.abort()
    this.#letGo()
  }

  /** Whoever waits to be let in goes on waiting when the socket breaks. */
  async #enterAtLast(): Promise<Entry> {
    for (;;) {
      try {
        return await this.#enter()
      } catch (error) {
        const isWaiting = this.#isKnocking && error instanceof CallError && error.code === 'signaling-unreachable'
        if (!isWaiting || this.#closing.signal.aborted) throw error
        await this.#pause(this.#backOff.nextMs())
      }
    }
  }

  /** One socket, and one way into the room over it. */
  async #enter(): Promise<Entry> {
    this.#givingUp = new AbortController()
    const entry = await enterRoom({
      url: this.#options.url,
      join: async (replace) => ({
        ...(await this.#options.join()),
        ...(canProve() && { resume: true }),
        ...(replace && { replace }),
      }),
      seat: this.#seat,
      replace: this.#replace,
      onOpen: () => this.#change(),
      onSeatLost: () => this.#loseSeat(),
      onKnocking: () => {
        this.#isKnocking = true
        this.#options.onKnocking()
      },
      onError: (error) => this.emit('error', error),
      signal: AbortSignal.any([this.#closing.signal, this.#givingUp.signal]),
    })
    if (this.#closing.signal.aborted) {
      // Closed in the very turn in which the answer came.
      entry.socket.close(1000)
      throw new CallError('aborted')
    }
    this.#replace = undefined
    this.#use(entry)
    return entry
  }

  /** Nothing comes from this socket any more; a seat is not given up by that. */
  #letGo(): void {
    this.#liveness?.stop()
    this.#listening.abort()
    this.#socket?.close()
    this.#socket = undefined
  }

  /** The next socket is there, and asks for the seat. */
  #change(): void {
    this.#letGo()
    setTimeout(() => {
      if (this.#socket === undefined && this.#state === 'open') this.#setState('reconnecting')
    }, changeMs)
  }

  #loseSeat(): void {
    this.#seat = undefined
    if (!this.#isSeated) return
    this.#isSeated = false
    this.#setState('reconnecting')
    this.emit('lost', undefined)
  }

  #use({ socket, answer }: Entry): void {
    this.#listening = new AbortController()
    const { signal } = this.#listening
    this.#socket = socket
    this.#isSeated = true
    socket.on('frame', (frame) => this.#receive(socket, frame), { signal })
    socket.on('error', (error) => this.emit('error', error), { signal })
    socket.on('close', (close) => this.#onClose(close), { signal })
    const stableTimer = setTimeout(() => {
      this.#backOff = new BackOff()
    }, stableAfterMs)
    signal.addEventListener('abort', () => clearTimeout(stableTimer))
    if (answer.type === 'joined') this.#seat = ResumableSeat.of(answer)
    if (this.#seat !== undefined) this.#goOn(this.#seat, socket, answer)
    this.#setState('open')
    if (answer.type === 'joined') this.emit('joined', answer)
    else if (answer.type === 'resync') this.emit('resync', answer)
  }

  #goOn(seat: ResumableSeat, socket: SignalingSocket, answer: Entry['answer']): void {
    const { pingIntervalMs, pongTimeoutMs } = seat.session
    const liveness = new Liveness({
      maxSilenceMs: pingIntervalMs + pongTimeoutMs,
      onDead: () => this.#onDead(),
    })
    this.#liveness = liveness
    if (answer.type === 'joined') {
      socket.send(seat.receipt())
      return
    }
    seat.acknowledge(answer.n)
    if (answer.type === 'resync') seat.skipTo(answer.seq)
    for (const message of seat.unacknowledged) {
      socket.send(message)
      liveness.sent()
    }
  }

  #receive(socket: SignalingSocket, { message, link }: IncomingFrame): void {
    this.#liveness?.heard()
    const seat = this.#seat
    if (seat !== undefined && link !== undefined) {
      if (!seat.admit(link)) {
        this.#onDead()
        return
      }
      this.#acknowledge(socket, seat.acknowledgement())
    }
    if (message === undefined) return
    switch (message.type) {
      case 'joined':
      case 'full':
      case 'knocking':
      case 'resumed':
        break
      case 'resync':
        // The store that the service has its rooms in has lost something.
        if (seat !== undefined) this.#skip(seat, message)
        break
      case 'ping':
        socket.send({ type: 'pong' })
        // In a quiet call the service would keep the last few for as long as it is quiet.
        if (seat !== undefined) this.#acknowledge(socket, seat.lastAcknowledgement())
        break
      case 'ack':
        seat?.acknowledge(message.n)
        this.#liveness?.acknowledged(seat?.unacknowledged.length === 0)
        break
      case 'draining':
        void this.#comeBack(message.retryMs)
        break
      case 'error':
        // What was said before it is missing there.
        if (message.code === 'out-of-order') this.#onDead()
        else this.emit('message', message)
        break
      default:
        this.emit('message', message)
    }
  }

  #skip(seat: ResumableSeat, resync: Resync): void {
    seat.acknowledge(resync.n)
    seat.skipTo(resync.seq)
    this.emit('resync', resync)
  }

  #acknowledge(socket: SignalingSocket, acknowledgement: ClientMessage<'ack'> | undefined): void {
    if (acknowledgement !== undefined) socket.send(acknowledgement)
  }

  /** The socket is of no use, whatever it says of itself. */
  #onDead(): void {
    this.#letGo()
    void this.#comeBack()
  }

  #onClose({ code, reason, mayReturn }: SignalingSocketEvents['close']): void {
    this.#letGo()
    if (mayReturn) {
      void this.#comeBack(retryMsOf(reason))
    } else {
      // It is given up with such a close, or another page has it.
      this.#seat = undefined
      this.#end(new CallError(finalCodes[code] ?? 'rejected', `${code} ${reason}`.trim()))
    }
  }

  #onLost(): void {
    // The service still holds it.
    this.#replace = this.#seat?.farewell?.replace
    this.#letGo()
    this.#loseSeat()
    void this.#comeBack()
  }

  /**
   * Goes on until there is a new socket in the room, the service refuses, or the session is closed. A socket that there still
   * is is used until the next one is open. Never rejects.
   *
   * @param firstDelayMs  of the next try; without it, and of the later ones, a random one that grows
   */
  async #comeBack(firstDelayMs?: number): Promise<void> {
    if (this.#socket === undefined && this.#seat === undefined) this.#loseSeat()
    if (this.#socket === undefined) this.#setState('reconnecting')
    if (this.#isEntering) {
      if (firstDelayMs === undefined) return
      // For the pause that it is in, or, when that is over, for the next one.
      this.#nextDelayMs = firstDelayMs
      this.#hurry.abort(firstDelayMs)
      return
    }
    this.#isEntering = true
    let delayMs = firstDelayMs
    do {
      await this.#tryToEnter(delayMs)
      delayMs = undefined
      // A listener of `joined` may have lost the seat again.
    } while (this.#socket === undefined && !this.#closing.signal.aborted)
    this.#isEntering = false
  }

  async #tryToEnter(firstDelayMs: number | undefined): Promise<void> {
    // Short steps find the seat soon after it is free.
    const fullBackOff = new BackOff({ maxMs: 2000 })
    let fullSinceMs: number | undefined
    let delayMs = firstDelayMs
    while (!this.#closing.signal.aborted) {
      const backOff = fullSinceMs === undefined ? this.#backOff : fullBackOff
      delayMs = await this.#pause(delayMs ?? this.#nextDelayMs ?? backOff.nextMs())
      if (delayMs !== undefined) continue
      if (this.#closing.signal.aborted) return
      try {
        await this.#enter()
        // It was said by who is not there any more.
        this.#nextDelayMs = undefined
        return
      } catch (error) {
        if (this.#socket === undefined) this.#setState('reconnecting')
        if (this.#givingUp.signal.aborted && !this.#closing.signal.aborted) {
          delayMs = 0
          continue
        }
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

  /** @returns undefined when it is over; else how long it is to be from now on, as the service has said meanwhile */
  async #pause(delayMs: number): Promise<number | undefined> {
    this.#hurry = new AbortController()
    this.#nextDelayMs = undefined
    const { signal } = this.#hurry
    await pauseUntilWoken(delayMs, AbortSignal.any([this.#closing.signal, signal]))
    if (!signal.aborted) return undefined
    this.#nextDelayMs = undefined
    this.#backOff = new BackOff()
    return signal.reason
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
