import { CallError } from './call-error.js'
import { Emitter } from './emitter.js'
import { fieldsOf, isCount } from './json-fields.js'

/** What one message may have once it is serialised, in bytes of UTF-8. */
export const maxMessageBytes = 65_536
const maxBacklogMessages = 1000
const maxBacklogBytes = 4 * 1024 * 1024

/** The longest frame worth reading: a message of the permitted size and what is written around it. */
const maxFrameLength = maxMessageBytes + 64

/** Held back above it, so that Chromium, whose queue ends at 16 MiB, never refuses and Firefox never hoards. */
const highWaterBytes = 256 * 1024
const lowWaterBytes = 64 * 1024

/** An acknowledgement goes out at once for so many messages, and after this time for fewer. */
const acknowledgedTogether = 50
const acknowledgeAfterMs = 20

/** What a `MessageLink` tells. */
export interface MessageLinkEvents {
  /** A message of the peer, as JSON carries it. The peer is not trusted: look at its shape before using it. */
  message: unknown
}

interface Unacknowledged {
  readonly json: string
  readonly bytes: number
}

/**
 * Application messages to one peer and from it: in order, each exactly once, over any number of data channels that follow
 * one another. A rebuilt connection loses what was under way in the old one; here it is sent again, and what had arrived
 * does not come twice.
 *
 * On each channel both sides first say how many messages they have had, and go on from what the other says:
 *
 * ```text
 * {"type":"hello","received":N}           once, when the channel opens
 * {"type":"message","n":1,"data":…}       numbered from 1, through all channels
 * {"type":"ack","n":N}                    every message up to N has come
 * ```
 *
 * What does not fit in this is ignored: a peer that says nonsense harms what it gets and is told, and nothing else.
 */
export class MessageLink extends Emitter<MessageLinkEvents> {
  /** The first of them has the number `#acknowledged + 1`. */
  readonly #backlog: Unacknowledged[] = []
  #backlogBytes = 0
  #acknowledged = 0
  /** The highest number that has been put into any channel. */
  #sent = 0
  #received = 0
  #channel: ChannelInUse | undefined
  #isClosed = false

  /**
   * Goes on over the channel of the present connection, and forgets the one before it.
   *
   * @param channel  `signalbox.messages`, ordered and reliable, connecting or open. Give it in the task in which it was made
   *                 or heard of: the other side speaks first thing, and what came before the listening is lost.
   */
  use(channel: RTCDataChannel): void {
    if (this.#isClosed) return
    this.#channel?.forget()
    this.#channel = new ChannelInUse(channel, {
      received: () => this.#received,
      hear: (data) => this.#hear(data),
      fill: () => this.#fill(),
    })
  }

  /**
   * Sends a message, now or when there is a channel for it.
   *
   * @param data  a JSON value of at most 65,536 bytes of UTF-8; what JSON leaves out (`undefined` in objects) is left out
   * @throws      TypeError: not a JSON value. CallError `message-too-big`; `backlog-full`: 1000 messages or 4 MiB are not
   *              acknowledged yet; `channel-closed`: the link was closed. What throws is not sent.
   */
  send(data: unknown): void {
    if (this.#isClosed) throw new CallError('channel-closed')
    const json: string | undefined = JSON.stringify(data)
    if (json === undefined) throw new TypeError('not a JSON value')
    const bytes = new TextEncoder().encode(json).byteLength
    if (bytes > maxMessageBytes) {
      throw new CallError('message-too-big', `a message of ${bytes} bytes; ${maxMessageBytes} are permitted`)
    }
    if (this.#backlog.length === maxBacklogMessages || this.#backlogBytes + bytes > maxBacklogBytes) {
      throw new CallError('backlog-full')
    }
    this.#backlog.push({ json, bytes })
    this.#backlogBytes += bytes
    this.#fill()
  }

  /**
   * Sends and hears nothing any more. The channel stays open; it is its maker's to close.
   *
   * @returns how many messages the other side has not said to have had
   */
  close(): number {
    const unacknowledged = this.#backlog.length
    this.#isClosed = true
    this.#channel?.forget()
    this.#channel = undefined
    this.#backlog.length = 0
    this.#backlogBytes = 0
    return unacknowledged
  }

  /** Puts as many messages into the channel as it should hold. */
  #fill(): void {
    const channel = this.#channel
    if (channel?.next === undefined) return
    for (;;) {
      const message = this.#backlog[channel.next - this.#acknowledged - 1]
      if (message === undefined) return
      if (!channel.put(`{"type":"message","n":${channel.next},"data":${message.json}}`, message.bytes)) return
      this.#sent = Math.max(this.#sent, channel.next)
      channel.next += 1
    }
  }

  #hear(data: unknown): void {
    const fields = fieldsOf(data, maxFrameLength)
    const channel = this.#channel
    if (fields === undefined || channel === undefined) return
    if (fields['type'] === 'message') this.#take(channel, fields['n'], fields['data'])
    else if (fields['type'] === 'ack') this.#acknowledge(fields['n'])
    // Only the first: each further one could make this side send everything again.
    else if (fields['type'] === 'hello' && channel.next === undefined && this.#acknowledge(fields['received'])) {
      channel.next = this.#acknowledged + 1
      this.#fill()
    }
  }

  #take(channel: ChannelInUse, n: unknown, data: unknown): void {
    if (n !== this.#received + 1 || data === undefined) return
    this.#received += 1
    channel.acknowledgeSoon()
    this.emit('message', data)
  }

  /** @returns whether it was possible: not fewer than before, and not more than were ever sent */
  #acknowledge(n: unknown): boolean {
    if (!isCount(n) || n < this.#acknowledged || n > this.#sent) return false
    for (const { bytes } of this.#backlog.splice(0, n - this.#acknowledged)) this.#backlogBytes -= bytes
    this.#acknowledged = n
    const channel = this.#channel
    if (channel?.next !== undefined) channel.next = Math.max(channel.next, n + 1)
    return true
  }
}

/** What a channel in use asks of its link. */
interface Link {
  /** How many messages have come. */
  received(): number
  hear(data: unknown): void
  /** There is room in the channel. */
  fill(): void
}

/** One data channel, while it is the one in use. */
class ChannelInUse {
  /** The number of the next message to send; `undefined` until the other side has said how many it has had. */
  next: number | undefined
  readonly #channel: RTCDataChannel
  readonly #link: Link
  readonly #listening = new AbortController()
  /** The number of messages last told to the other side; `undefined` before the hello. */
  #told: number | undefined
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(channel: RTCDataChannel, link: Link) {
    this.#channel = channel
    this.#link = link
    const { signal } = this.#listening
    channel.bufferedAmountLowThreshold = lowWaterBytes
    channel.addEventListener('open', () => this.#sayHello(), { signal })
    channel.addEventListener('message', ({ data }) => link.hear(data), { signal })
    channel.addEventListener('close', () => this.forget(), { signal })
    channel.addEventListener('bufferedamountlow', () => this.#refill(), { signal })
    if (channel.readyState === 'open') this.#sayHello()
  }

  /** Listens and acknowledges no more. */
  forget(): void {
    this.#listening.abort()
    clearTimeout(this.#timer)
  }

  /**
   * Sends a frame if there is room for it.
   *
   * @param bytes  about how many it has
   * @returns      whether it was sent; if not, `fill` is called when there is room
   */
  put(frame: string, bytes: number): boolean {
    if (this.#channel.readyState !== 'open' || this.#channel.bufferedAmount + bytes > highWaterBytes) return false
    try {
      this.#channel.send(frame)
      return true
    } catch {
      // The other side's description permits only shorter messages (RFC 8841, section 6). What is not acknowledged stays with
      // the link, for a channel that can carry it.
      this.forget()
      return false
    }
  }

  /** Tells the other side how far its messages have come: once for those that come together. */
  acknowledgeSoon(): void {
    if (this.#link.received() - (this.#told ?? 0) >= acknowledgedTogether) this.#acknowledge()
    else this.#timer ??= setTimeout(() => this.#acknowledge(), acknowledgeAfterMs)
  }

  #sayHello(): void {
    this.#told = this.#link.received()
    this.put(`{"type":"hello","received":${this.#told}}`, 0)
  }

  #acknowledge(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const received = this.#link.received()
    // Without room it is made up for when there is some: a peer that does not read its acknowledgements fills no memory here.
    if (received !== this.#told && this.put(`{"type":"ack","n":${received}}`, 0)) this.#told = received
  }

  #refill(): void {
    this.#acknowledge()
    this.#link.fill()
  }
}
