import type { RawData, WebSocket } from 'ws'
import { type CloseName, closeCodes, errorCodes, SignalingError } from '../../schemas/index.js'
import { isKnownType, parseEnvelope, typeOf, validate } from './decode.js'
import { handle } from './handlers/table.js'
import { type OutgoingFrame, Session, type SignalingContext } from './session.js'

/**
 * One socket: reads its frames in order, bounds what it may do, and keeps it honest with pings.
 * Times are in milliseconds on one monotonic clock, handed in by whoever owns it.
 */
export class Connection {
  readonly #socket: WebSocket
  readonly #context: SignalingContext
  readonly #session: Session

  /** Frames that wait while a handler is not done; the socket is paused, so they are what was read already. */
  readonly #waiting: Buffer[] = []
  #isBusy = false
  #malformed = 0
  readonly #joinBy: number
  #pingAt: number
  #pongBy = Number.POSITIVE_INFINITY
  #cutAt = Number.POSITIVE_INFINITY
  #isClosing = false

  constructor(socket: WebSocket, context: SignalingContext, now: number) {
    this.#socket = socket
    this.#context = context
    this.#session = new Session(context, (frame) => this.#write(frame))
    this.#joinBy = now + context.limits.joinTimeoutMs
    this.#pingAt = now + context.limits.pingIntervalMs

    socket.on('message', (data, isBinary) => this.#onMessage(data, isBinary))
    socket.on('pong', () => {
      this.#pongBy = Number.POSITIVE_INFINITY
    })
    // ws closes the socket itself after an error of the other side's, with the code of RFC 6455 that fits it.
    socket.on('error', (error) =>
      this.#context.log.debug({ code: 'code' in error ? error.code : error.name }, 'socket error'),
    )
    socket.on('close', (code) => this.#onClose(code))
  }

  /** Pings when it is time, and closes what has run out of time. */
  tick(now: number): void {
    const { limits } = this.#context
    if (this.#isClosing) {
      if (this.#cutAt === Number.POSITIVE_INFINITY) this.#cutAt = now + limits.closeTimeoutMs
      if (now >= this.#cutAt) this.#socket.terminate()
    } else if (now >= this.#pongBy) {
      this.#isClosing = true
      this.#socket.terminate()
    } else if (now >= this.#joinBy && !this.#session.hasAskedToJoin) {
      this.close('joinTimeout')
    } else if (now >= this.#pingAt && this.#pongBy === Number.POSITIVE_INFINITY) {
      this.#pingAt = now + limits.pingIntervalMs
      this.#pongBy = now + limits.pongTimeoutMs
      this.#socket.ping()
    }
  }

  /** Says why, and takes and sends nothing from here on; the seat is given up when the socket is gone. */
  close(name: CloseName): void {
    if (this.#isClosing) return
    this.#isClosing = true
    const { code, reason } = closeCodes[name]
    this.#socket.close(code, reason)
    // A paused socket would never read the answer to the close frame.
    this.#socket.resume()
  }

  #write(frame: OutgoingFrame): void {
    if (this.#isClosing || this.#socket.readyState !== this.#socket.OPEN) return
    this.#socket.send(frame, { binary: false })
    const queuedBytes = this.#socket.bufferedAmount
    if (queuedBytes > this.#context.limits.maxQueuedBytes) {
      this.#context.log.warn({ peerId: this.#session.seat?.peerId, queuedBytes }, 'peer reads too slowly')
      this.close('tryAgainLater')
    }
  }

  #onMessage(data: RawData, isBinary: boolean): void {
    if (this.#isClosing) return
    if (isBinary || !Buffer.isBuffer(data)) {
      this.close('unsupportedData')
    } else if (data.length > this.#context.limits.maxFrameBytes) {
      this.close('messageTooBig')
    } else if (this.#isBusy) {
      this.#waiting.push(data)
    } else {
      this.#process(data)
    }
  }

  #process(frame: Buffer): void {
    let id: unknown
    try {
      const envelope = parseEnvelope(frame)
      id = envelope.id
      const type = typeOf(envelope)
      if (type !== 'join') this.#requireSeat(type)
      const done = handle(this.#session, validate(envelope, type), frame)
      if (done instanceof Promise) this.#waitFor(done, id)
    } catch (error) {
      this.#refuse(error, id)
    }
  }

  /** Outside a room the protocol has one error for everything; a type that there is not is malformed all the same. */
  #requireSeat(type: string): void {
    if (this.#session.seat === undefined && !isKnownType(type)) this.#malformed += 1
    this.#session.requireSeat()
  }

  /** Keeps the order of messages: nothing more is read until this one is done. */
  #waitFor(done: Promise<void>, id: unknown): void {
    this.#isBusy = true
    this.#socket.pause()
    done
      .catch((error: unknown) => this.#refuse(error, id))
      .finally(() => {
        this.#isBusy = false
        this.#processWaiting()
      })
  }

  #processWaiting(): void {
    while (!this.#isBusy && !this.#isClosing) {
      const frame = this.#waiting.shift()
      if (frame === undefined) {
        this.#socket.resume()
        return
      }
      this.#process(frame)
    }
  }

  #refuse(error: unknown, id: unknown): void {
    if (!(error instanceof SignalingError)) {
      this.#context.log.error({ err: error, peerId: this.#session.seat?.peerId }, 'message handler failed')
      this.close('internalError')
      return
    }
    if (errorCodes[error.code].malformed) this.#malformed += 1
    this.#session.tellError(error, id)
    if (this.#malformed > this.#context.limits.maxMalformedMessages) this.close('policyViolation')
  }

  #onClose(code: number): void {
    this.#isClosing = true
    this.#waiting.length = 0
    this.#session
      .end(code === 1000 ? 'left' : 'disconnected')
      .catch((error: unknown) => this.#context.log.error({ err: error }, 'leaving failed'))
  }
}
