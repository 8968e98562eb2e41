import type { RawData, WebSocket } from 'ws'
import { type CloseName, closeCodes, errorCodes, type Limits, SignalingError } from '../../schemas/index.js'
import type { FrameWriter, OutgoingFrame } from '../frames/frame-writer.js'
import { quicken } from '../frames/quicken.js'
import { type Fenced, StoreUnavailable } from '../rooms/room-store.js'
import { type Envelope, isKnownType, parseEnvelope, typeOf, validate } from './decode.js'
import type { Guest } from './guest.js'
import { relay } from './handlers/relay.js'
import { handle } from './handlers/table.js'
import { type Hearer, hear } from './hearer.js'
import { outlineOf } from './outline.js'
import { Pace, type Paced } from './pace.js'
import { type Outlet, Session, type SignalingContext } from './session.js'

/** What can be said without being in a room. */
const roomless: ReadonlySet<string> = new Set(['join', 'resume', 'pong', 'ice-servers'])
/** What a client that numbers its messages sends without a number: it may be said twice, or not at all. */
const numberless: ReadonlySet<string> = new Set(['join', 'resume', 'ack', 'pong', 'ice-servers'])

/** As what a socket is closed whose seat is not its own any more. */
const closeNames = {
  taken: 'replaced',
  kicked: 'kicked',
  closed: 'roomClosed',
  lost: 'roomsUnavailable',
} as const satisfies Record<Fenced, CloseName>

/** As what ws closes a socket itself, where it is not for breaking the protocol. */
const faults: ReadonlyMap<string, CloseName> = new Map([
  ['WS_ERR_INVALID_UTF8', 'invalidPayload'],
  ['WS_ERR_UNSUPPORTED_MESSAGE_LENGTH', 'messageTooBig'],
  ['WS_ERR_TOO_MANY_BUFFERED_PARTS', 'policyViolation'],
])
/** What stands for it in the API (RFC 6455, section 7.1.5). */
const noCloseFrame = 1006

/** When those come again whose room could not be reached: not all at once. */
const leastRetryMs = 1000
const retrySpreadMs = 4000

/** For so many messages at once the client is told that they were taken; for fewer at the next tick. */
const acknowledgedTogether = 16

/** How often a connection is to look at the time: what has run out is seen up to so much later. */
export function tickMsOf(limits: Limits): number {
  const { joinTimeoutMs, pingIntervalMs, pongTimeoutMs, closeTimeoutMs } = limits
  return Math.max(10, Math.min(1000, joinTimeoutMs, pingIntervalMs, pongTimeoutMs, closeTimeoutMs) / 4)
}

/**
 * One socket: reads its frames in order, bounds what it may do, and keeps it honest with pings.
 * Times are in milliseconds on one monotonic clock, handed in by whoever owns it.
 */
export class Connection implements Hearer, Outlet, Paced {
  readonly #socket: WebSocket
  readonly #context: SignalingContext
  readonly #session: Session
  readonly #writer: FrameWriter
  readonly #onGone: (connection: Connection) => void

  /** Frames that wait for a handler, or for their time; the socket is paused, so they are what was read already. */
  #waiting: Buffer[] | undefined
  #isBusy = false
  readonly #pace: Pace
  #malformed = 0
  readonly #joinBy: number
  /** When it was looked at last. */
  #tickedAt: number
  #pingAt: number
  #pongBy = Number.POSITIVE_INFINITY
  #cutAt = Number.POSITIVE_INFINITY
  #closedAs: CloseName | undefined
  /** As what ws closes it, for something that is no WebSocket protocol, or too much. */
  #fault: CloseName | undefined
  #isClosing = false

  /** @param onGone  is called when its socket is closed */
  constructor(
    socket: WebSocket,
    context: SignalingContext,
    guest: Guest,
    now: number,
    onGone: (connection: Connection) => void = () => {},
  ) {
    this.#socket = socket
    this.#context = context
    this.#onGone = onGone
    this.#pace = new Pace(context.limits, now, this)
    this.#session = new Session(context, guest, this)
    this.#tickedAt = now
    this.#joinBy = now + context.limits.joinTimeoutMs
    this.#pingAt = now + context.limits.pingIntervalMs

    this.#writer = quicken(socket, this.#pace)
    hear(socket, this)
  }

  seated(capacity: number): void {
    this.#pace.seated(capacity)
  }

  fenced(why: Fenced): void {
    this.close(closeNames[why])
  }

  /** How many bytes wait for the client to read. */
  get queuedBytes(): number {
    return this.#writer.queuedBytes
  }

  pause(): void {
    this.#context.counts.slowed += 1
    this.#socket.pause()
  }

  pauseIfBusy(): void {
    if (this.#isBusy && !this.#isClosing) this.#socket.pause()
  }

  goOn(): void {
    this.#processWaiting()
  }

  /** Pings when it is time, and closes what has run out of time. */
  tick(now: number): void {
    const { limits } = this.#context
    this.#tickedAt = now
    if (this.#isClosing) {
      if (this.#cutAt === Number.POSITIVE_INFINITY) this.#cutAt = now + limits.closeTimeoutMs
      if (now >= this.#cutAt) this.cut()
    } else if (this.#pace.isOver(now)) {
      this.#context.log.info({ peerId: this.#session.seat?.peerId }, 'peer sends too much')
      this.close('tooManyMessages')
    } else if (this.#isBusy || this.#pace.isStopped) {
      // The socket is not read meanwhile: its pong cannot be seen, and its join may be what takes so long.
      this.#pongBy = Number.POSITIVE_INFINITY
    } else if (now >= this.#pongBy) {
      this.cut()
    } else if (this.#isJoinOverdue) {
      this.close('joinTimeout')
    } else if (now >= this.#pingAt && this.#pongBy === Number.POSITIVE_INFINITY) {
      this.#pingAt = now + limits.pingIntervalMs
      this.#pongBy = now + limits.pongTimeoutMs
      // A page cannot see the other kind, and whoever can resume wants to know early that its socket is dead.
      if (this.#session.hearsPing) this.#session.tell({ type: 'ping' })
      else this.#socket.ping()
    }
    if (this.#isClosing) return
    this.#session.acknowledge()
    this.#session.renewIceServers()
  }

  /** Asks the client to go on over another socket, if it is one that can. @returns whether it is */
  drain(retryMs: number): boolean {
    if (this.#isClosing || !this.#session.isResumable) return false
    this.#session.tell({ type: 'draining', retryMs })
    return true
  }

  /**
   * Says why, and takes and sends nothing from here on; what becomes of the seat is seen when the socket is gone.
   *
   * @param reason  in place of the one that the list of close codes has
   */
  close(name: CloseName, reason: string = closeCodes[name].reason): void {
    if (this.#isClosing) return
    this.#isClosing = true
    this.#closedAs = name
    this.#socket.close(closeCodes[name].code, reason)
    this.#resumeClosing()
  }

  /** Waits for no answer any more. */
  cut(): void {
    this.#isClosing = true
    this.#writer.flush()
    this.#socket.terminate()
  }

  write(frame: OutgoingFrame): void {
    if (this.#isClosing) return
    this.#writer.write(frame)
    if (this.#writer.exceeds(this.#context.limits.maxQueuedBytes)) {
      const { queuedBytes } = this.#writer
      this.#context.log.warn({ peerId: this.#session.seat?.peerId, queuedBytes }, 'peer reads too slowly')
      this.close('tryAgainLater')
    }
  }

  /**
   * A paused socket would never read the answer to the close frame. But what stands before it is read no faster than ever: of
   * who sends too much that may be megabytes, which have come already. Then it is cut in time without an answer.
   */
  #resumeClosing(): void {
    if (!this.#pace.isStopped) this.#socket.resume()
  }

  onMessage(data: RawData, isBinary: boolean, isPlain = false): void {
    this.#pongBy = Number.POSITIVE_INFINITY
    if (this.#isClosing) {
      this.#pace.take(Buffer.isBuffer(data) ? data.length : 0)
    } else if (isBinary || !Buffer.isBuffer(data)) {
      this.close('unsupportedData')
    } else if (data.length > this.#context.limits.maxFrameBytes) {
      this.close('messageTooBig')
    } else if (this.#isBusy || this.#pace.isStopped) {
      // The memory that it lies in is the reader's.
      this.#waiting ??= []
      this.#waiting.push(Buffer.from(data))
    } else {
      this.#process(data, isPlain)
    }
  }

  /** ws has answered it already. */
  onPing(data: Buffer): void {
    this.#pace.take(data.length)
  }

  onPong(data: Buffer): void {
    this.#pongBy = Number.POSITIVE_INFINITY
    this.#pace.take(data.length)
  }

  /** ws closes the socket itself after an error of the other side's, with the code of RFC 6455 that fits it. */
  onError(error: Error): void {
    const code = 'code' in error ? String(error.code) : error.name
    if (code.startsWith('WS_ERR_')) this.#fault ??= faults.get(code) ?? 'protocolError'
    this.#context.log.debug({ code }, 'socket error')
  }

  #process(frame: Buffer, isPlain = false): void {
    const { counts } = this.#context
    this.#pace.take(frame.length)
    this.#session.heard()
    let id: unknown
    let n: number | undefined
    try {
      const outline = outlineOf(frame, isPlain)
      const envelope: Envelope = outline ?? parseEnvelope(frame)
      id = envelope.id
      const type = typeOf(envelope)
      counts.messages.add(type)
      const isGivingUp = type === 'leave' && this.#session.isKnocking
      if (!roomless.has(type) && !isGivingUp) this.#requireSeat(type)
      // Whoever was let in while it gave up waiting does not know yet that it is to count.
      const isUncounted = numberless.has(type) || (type === 'leave' && envelope.n === undefined)
      if (this.#session.isResumable && !isUncounted) {
        n = this.#numberOf(envelope)
        if (n === undefined) return
      }
      const done =
        outline === undefined
          ? handle(this.#session, validate(envelope, type), frame, n)
          : relay(this.#session, outline, frame, n)
      if (outline !== undefined && counts.relays.isDue()) counts.relays.time(this.#pace.atMs, done)
      if (done instanceof Promise) this.#waitFor(done, id, n)
      else this.#acknowledgeMany()
    } catch (error) {
      const told = this.#refuse(error, id, n)
      if (told instanceof Promise) this.#waitFor(told, id, undefined)
    }
  }

  /**
   * @returns the number of the message; undefined for one that has been taken before
   * @throws  SignalingError `bad-message`, `out-of-order`
   */
  #numberOf({ n }: Envelope): number | undefined {
    if (typeof n !== 'number' || !Number.isSafeInteger(n) || n < 1)
      throw new SignalingError('bad-message', 'n: 1, 2, 3, … from who joined with "resume"')
    const next = (this.#session.seat?.received ?? 0) + 1
    if (n > next) throw new SignalingError('out-of-order', `${next} is the next`)
    return n === next ? n : undefined
  }

  #acknowledgeMany(): void {
    if (this.#session.unacknowledged >= acknowledgedTogether) this.#session.acknowledge()
  }

  /** Outside a room the protocol has one error for everything; a type that there is not is malformed all the same. */
  #requireSeat(type: string): void {
    if (this.#session.seat === undefined && !isKnownType(type)) this.#malformed += 1
    this.#session.requireSeat()
  }

  /** While it waits for an answer this is no reason yet to close it: that may be the one. */
  get #isJoinOverdue(): boolean {
    return this.#tickedAt >= this.#joinBy && !this.#session.isExpected
  }

  /** Keeps the order of messages: nothing more is read until this one is done. */
  #waitFor(done: Promise<void>, id: unknown, n: number | undefined): void {
    this.#isBusy = true
    pauseLater(this)
    done
      .catch((error: unknown) => this.#refuse(error, id, n))
      .finally(() => {
        this.#isBusy = false
        // At once, and not at the next tick: it may wait for the next answer by then.
        if (this.#isJoinOverdue) this.close('joinTimeout')
        this.#acknowledgeMany()
        this.#processWaiting()
      })
  }

  #processWaiting(): void {
    if (this.#isClosing) this.#resumeClosing()
    while (!this.#isBusy && !this.#pace.isStopped && !this.#isClosing) {
      const frame = this.#waiting?.shift()
      if (frame === undefined) {
        if (this.#socket.isPaused) this.#socket.resume()
        return
      }
      this.#process(frame)
    }
  }

  #refuse(error: unknown, id: unknown, n: number | undefined): void | Promise<void> {
    if (error instanceof StoreUnavailable) {
      const retryMs = Math.floor(leastRetryMs + Math.random() * retrySpreadMs)
      this.close('roomsUnavailable', JSON.stringify({ retryMs }))
      return
    }
    if (!(error instanceof SignalingError)) {
      this.#context.log.error({ err: error, peerId: this.#session.seat?.peerId }, 'message handler failed')
      this.close('internalError')
      return
    }
    if (errorCodes[error.code].malformed) this.#malformed += 1
    const told = this.#session.tellError(error, id, n)
    if (this.#malformed > this.#context.limits.maxMalformedMessages) this.close('policyViolation')
    return told
  }

  onClose(code: number): void {
    this.#isClosing = true
    this.#waiting = undefined
    // Whoever is not to come back by itself needs no seat either.
    const as = this.#closedAs ?? this.#fault
    this.#context.counts.closes.add(as ?? (code === noCloseFrame ? 'lost' : 'client'))
    const isForGood = as !== undefined && !closeCodes[as].retry
    const mayComeBack = code !== 1000 && !isForGood
    this.#session
      .end(code === 1000 ? 'left' : 'disconnected', mayComeBack)
      .catch((error: unknown) => this.#context.log.error({ err: error }, 'leaving failed'))
    this.#onGone(this)
  }
}

/**
 * Most handlers are done before anything else is read, as nobody has to be asked. Until the end of this turn of the event loop
 * what comes is only put by: to pause a socket and to let it go on is 1 to 2 % of what a call costs by the profile, with its two
 * joins and leaves.
 */
let busy: Connection[] = []

function pauseLater(connection: Connection): void {
  if (busy.length === 0) setImmediate(pauseBusy)
  busy.push(connection)
}

function pauseBusy(): void {
  const connections = busy
  busy = []
  for (const connection of connections) connection.pauseIfBusy()
}
