import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import { endOnce } from './end-once.js'
import { type Insides, type Sender, writer } from './ws-insides.js'

/** A message on its way out: text for what we say ourselves, bytes in UTF-8 for what is passed on, or what puts itself there. */
export type OutgoingFrame = string | Buffer | SelfWritten

/** A text that never is in one piece by itself. */
export interface SelfWritten {
  /** In bytes. */
  readonly length: number
  /** Writes all of it in UTF-8. */
  put(out: Buffer, at: number): void
}

interface Queued {
  readonly frame: OutgoingFrame
  /** In bytes, without its header. */
  readonly length: number
}

/** The first byte of a text frame that is a whole message (RFC 6455, section 5.2). */
const wholeText = 0x81
/** More is not gathered, as nothing would be gained. */
const maxGathered = 65_536
const smallBytes = 1024

/**
 * Writes the frames that one socket is sent in one turn of the event loop with one system call.
 * Nothing overtakes them: what ws sends by itself (pongs, close frames) goes out after them.
 *
 * Measured: with ten candidates under way half of what each costs, in a room of 8 a quarter.
 */
export class FrameWriter {
  readonly #socket: WebSocket
  readonly #sender: Sender | undefined
  readonly #stream: Socket | undefined
  #queue: Queued[] | undefined
  /** How many bytes they take, headers included. */
  #bytes = 0

  readonly #sendFrame: Sender['sendFrame'] | undefined

  constructor(socket: WebSocket, insides: Insides | undefined) {
    this.#socket = socket
    this.#sender = insides?.sender
    this.#stream = insides?.stream
    this.#sendFrame = insides?.sender.sendFrame
    if (insides === undefined) return
    insides.sender[writer] = this
    insides.sender.sendFrame = sendByWriter
    // ws answers the end of the other side with an end.
    insides.stream[writer] = this
    endOnce(insides.stream)
  }

  /** What ws sends by itself, header and body as one where they are small: by the profile 1 % of what a call costs. */
  send(list: readonly (Buffer | string)[], done?: (error?: Error) => void): void {
    this.flush()
    const [header, body] = list
    const isSmall = Buffer.isBuffer(header) && Buffer.isBuffer(body) && body.length < smallBytes
    this.#sendFrame?.call(this.#sender, isSmall ? [Buffer.concat([header, body])] : list, done)
  }

  /** Nothing is written to a socket that is not open any more. */
  write(frame: OutgoingFrame): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return
    if (this.#stream === undefined) {
      this.#socket.send(wholeOf(frame), { binary: false })
      return
    }
    const length = lengthOf(frame)
    if (this.#queue !== undefined) {
      this.#queue.push({ frame, length })
    } else {
      // A list of one, as one that is pushed to has room for sixteen more.
      this.#queue = [{ frame, length }]
      schedule(this)
    }
    this.#bytes += headerBytes(length) + length
    if (this.#bytes > maxGathered) this.flush()
  }

  /** Hands over to the kernel what has been gathered. */
  flush(): void {
    const queue = this.#queue
    const stream = this.#stream
    if (queue === undefined || stream === undefined) return
    const bytes = this.#bytes
    this.#queue = undefined
    this.#bytes = 0
    if (!stream.writable) return
    const scratch = stream.writableLength === 0 ? scratches.find(({ length }) => length >= bytes) : undefined
    const out = scratch?.subarray(0, bytes) ?? Buffer.allocUnsafe(bytes)
    let at = 0
    for (const queued of queue) at = put(queued, out, at)
    stream.write(out)
    // What the kernel has not taken lies there for a while.
    if (scratch !== undefined && stream.writableLength > 0)
      scratches[scratches.indexOf(scratch)] = Buffer.allocUnsafeSlow(scratch.length)
  }

  /** Whether more than this waits, when the kernel has taken what it can. */
  exceeds(maxBytes: number): boolean {
    if (this.queuedBytes <= maxBytes) return false
    this.flush()
    return this.queuedBytes > maxBytes
  }

  /** How much has not been handed over to the kernel. */
  get queuedBytes(): number {
    return this.#bytes + (this.#stream?.writableLength ?? this.#socket.bufferedAmount)
  }
}

/**
 * Where frames are put together for the kernel, which mostly takes them at once: nothing is allocated then, which is 3 % of what
 * an SDP of 3 KB costs; of messages of 16 KB it keeps half the garbage away. A client that reads slowly holds on to one, so
 * what is small has one of its own.
 */
const scratches = [4096, maxGathered].map((bytes) => Buffer.allocUnsafeSlow(bytes))

function headerBytes(length: number): number {
  if (length < 126) return 2
  return length < 65_536 ? 4 : 10
}

function lengthOf(frame: OutgoingFrame): number {
  return typeof frame === 'string' ? Buffer.byteLength(frame) : frame.length
}

function wholeOf(frame: OutgoingFrame): string | Buffer {
  if (typeof frame === 'string' || Buffer.isBuffer(frame)) return frame
  const whole = Buffer.allocUnsafe(frame.length)
  frame.put(whole, 0)
  return whole
}

/** @returns where it is over */
function put({ frame, length }: Queued, out: Buffer, at: number): number {
  out[at] = wholeText
  if (length < 126) {
    out[at + 1] = length
    at += 2
  } else if (length < 65_536) {
    out[at + 1] = 126
    out[at + 2] = length >> 8
    out[at + 3] = length
    at += 4
  } else {
    out[at + 1] = 127
    out.writeUInt32BE(0, at + 2)
    out.writeUInt32BE(length, at + 6)
    at += 10
  }
  if (typeof frame === 'string') out.write(frame, at)
  else if (Buffer.isBuffer(frame)) out.set(frame, at)
  else frame.put(out, at)
  return at + length
}

function sendByWriter(this: Sender, list: readonly (Buffer | string)[], done?: (error?: Error) => void): void {
  this[writer]?.send(list, done)
}

let due: FrameWriter[] = []

function schedule(writer: FrameWriter): void {
  if (due.length === 0) setImmediate(flushAll)
  due.push(writer)
}

function flushAll(): void {
  const writers = due
  due = []
  for (const writer of writers) writer.flush()
}
