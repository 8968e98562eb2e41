import { BlobSink } from './blob-sink.js'
import { CallError } from './call-error.js'
import { Emitter } from './emitter.js'
import { decodeFileMessage, say } from './file-message.js'
import { safeFileName } from './file-name.js'
import { receiveBytes } from './file-receiver.js'

/** The largest file that is received into memory, in bytes. */
export const maxBlobBytes = 512 * 1024 * 1024

const offerWithinMs = 10_000

/** What `IncomingFile.accept` can be told. */
export interface AcceptOptions {
  /** Takes the bytes and is closed or aborted at the end. Without it they become a Blob. */
  readonly to?: WritableStream<Uint8Array>
  /** Ends the transfer when it aborts. */
  readonly signal?: AbortSignal
  /**
   * Is told how far it is.
   *
   * @param receivedBytes  so many are written
   */
  onprogress?(receivedBytes: number, totalBytes: number): void
}

/** What an `IncomingFile` tells. */
export interface IncomingFileEvents {
  /** The offer is no more, unanswered: the peer took it back, or the connection is gone. */
  withdrawn: undefined
}

/** A file that a peer offers. Nothing of it comes before `accept`. */
export class IncomingFile extends Emitter<IncomingFileEvents> {
  /** What the peer says the name is, without what does not belong in one; at most 255 UTF-16 code units. */
  readonly name: string
  /** In bytes; no more are taken, and fewer are an error. */
  readonly size: number
  /**
   * The media type as the peer says it, perhaps empty. It is not trusted: a Blob of `text/html` that is opened instead of
   * downloaded runs as a part of this page.
   */
  readonly type: string
  readonly #channel: RTCDataChannel
  readonly #listening = new AbortController()
  #state: 'offered' | 'answered' | 'withdrawn' = 'offered'

  /** @internal */
  constructor(channel: RTCDataChannel, offer: { readonly name: string; readonly size: number; readonly mime: string }) {
    super()
    this.#channel = channel
    this.name = safeFileName(offer.name)
    this.size = offer.size
    this.type = /^[\x20-\x7e]{0,255}$/.test(offer.mime) ? offer.mime : ''
    const { signal } = this.#listening
    // Whatever it is: nothing can be said between an offer and its answer but that the offer is off.
    channel.addEventListener('message', () => this.#withdraw(), { signal })
    channel.addEventListener('close', () => this.#withdraw(), { signal })
  }

  /**
   * Receives the file.
   *
   * @returns the file, of type `type`, if no `to` was given; `undefined` if it was written to that. The peer is told that the
   *          file is there when everything is written and the stream closed.
   * @throws  CallError `aborted`: by the signal; `file-failed`: the offer was withdrawn, the peer gave up or did not keep to
   *          its offer, the channel was closed, or `to` failed (`cause` says how), or there is none and the file has more than
   *          512 MiB, which is refused to the peer. TypeError: the offer has been answered before.
   */
  async accept({ to, signal, onprogress }: AcceptOptions = {}): Promise<Blob | undefined> {
    if (this.#state === 'answered') throw new TypeError('the offer has been answered')
    if (this.#state === 'withdrawn') throw new CallError('file-failed', 'the offer was withdrawn')
    if (to === undefined && this.size > maxBlobBytes) {
      this.refuse()
      throw new CallError('file-failed', `${this.size} bytes do not go into memory; give a stream in \`to\``)
    }
    this.#answer()
    const { size } = this
    if (to !== undefined) {
      await receiveBytes(this.#channel, { size, to, signal, onprogress })
      return undefined
    }
    const sink = new BlobSink()
    await receiveBytes(this.#channel, { size, to: sink.writable, signal, onprogress })
    return sink.blob(this.type)
  }

  /** Tells the peer that the file is not wanted. Does nothing when the offer has been answered or withdrawn. */
  refuse(): void {
    if (this.#state !== 'offered') return
    this.#answer()
    // The sender closes the channel when it has heard it.
    say(this.#channel, { type: 'refuse' })
  }

  #answer(): void {
    this.#state = 'answered'
    this.#listening.abort()
  }

  #withdraw(): void {
    this.#state = 'withdrawn'
    this.#listening.abort()
    this.#channel.close()
    this.emit('withdrawn', undefined)
  }
}

/**
 * Reads the offer of a file from a channel that the peer has opened.
 *
 * @param channel  `signalbox.file`; give it in the task of its `datachannel` event, or the offer may be missed
 * @returns        `undefined` when the first thing that comes is no offer, nothing comes for 10 s or the channel is closed;
 *                 the channel is closed then
 */
export function receiveFile(channel: RTCDataChannel): Promise<IncomingFile | undefined> {
  channel.binaryType = 'arraybuffer'
  return new Promise((resolve) => {
    const listening = new AbortController()
    const { signal } = listening
    const settle = (data?: unknown): void => {
      listening.abort()
      clearTimeout(timer)
      const offer = decodeFileMessage(data)
      if (offer?.type === 'file') resolve(new IncomingFile(channel, offer))
      else {
        channel.close()
        resolve(undefined)
      }
    }
    const timer = setTimeout(settle, offerWithinMs)
    channel.addEventListener('message', ({ data }) => settle(data), { signal })
    channel.addEventListener('close', () => settle(), { signal })
    if (channel.readyState === 'closed') settle()
  })
}
