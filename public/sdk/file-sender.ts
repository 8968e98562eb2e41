import { CallError } from './call-error.js'
import { decodeFileMessage, minChunkBytes, say, windowBytes } from './file-message.js'
import { safeFileName } from './file-name.js'

/** Chromium refuses longer messages. */
const maxChunkBytes = 256 * 1024
const defaultChunkBytes = 64 * 1024

/** Chromium's queue ends at 16 MiB and Firefox's never. */
const highWaterBytes = 1024 * 1024
const lowWaterBytes = 256 * 1024

/** About how much of the file is read into memory at a time. */
const blockBytes = 1024 * 1024

/** What `sendFile` can be told. */
export interface SendFileOptions {
  /** Ends the transfer when it aborts. */
  readonly signal?: AbortSignal
  /** Bytes of one message: 1 KiB to 256 KiB, at most the connection's `sctp.maxMessageSize`; 64 KiB unless told otherwise. */
  readonly chunkBytes?: number
  /**
   * Is told how far it is.
   *
   * @param sentBytes  so many the other side has received and written
   */
  onprogress?(sentBytes: number, totalBytes: number): void
}

/**
 * Offers a file to the peer at the other end of a channel, sends it when it is accepted, and closes the channel.
 *
 * The file is read piece by piece, and no faster than the other side writes it.
 *
 * @param channel  made for this file alone: `signalbox.file`, ordered and reliable, connecting or open
 * @param file     its `name` is told to the peer, without what does not belong in a name
 * @returns        resolves when the other side has the whole file and has closed what it wrote it to. Nothing limits how long
 *                 it may think about the offer; `signal` can.
 * @throws         CallError `file-refused`; `aborted`: by the signal; `file-failed`: the file cannot be read, the other side
 *                 gave up, or the channel was closed. RangeError: `chunkBytes` is not what it may be.
 */
export async function sendFile(
  channel: RTCDataChannel,
  file: Blob & { readonly name?: string },
  options: SendFileOptions = {},
): Promise<void> {
  const { chunkBytes = defaultChunkBytes } = options
  if (!Number.isInteger(chunkBytes) || chunkBytes < minChunkBytes || chunkBytes > maxChunkBytes) {
    throw new RangeError(`chunkBytes is ${chunkBytes}; ${minChunkBytes} to ${maxChunkBytes} are possible`)
  }
  return new Promise((resolve, reject) => new FileSender(channel, file, { ...options, chunkBytes }, resolve, reject))
}

class FileSender {
  readonly #channel: RTCDataChannel
  readonly #file: Blob & { readonly name?: string }
  readonly #options: SendFileOptions & { readonly chunkBytes: number }
  readonly #resolve: () => void
  readonly #reject: (error: CallError) => void
  readonly #listening = new AbortController()
  #state: 'opening' | 'offered' | 'sending' | 'ended' | 'over' = 'opening'
  #sentBytes = 0
  #acknowledgedBytes = 0
  /** Wakes the sending when there may be room. */
  #wake: () => void = () => {}

  constructor(
    channel: RTCDataChannel,
    file: Blob & { readonly name?: string },
    options: SendFileOptions & { readonly chunkBytes: number },
    resolve: () => void,
    reject: (error: CallError) => void,
  ) {
    this.#channel = channel
    this.#file = file
    this.#options = options
    this.#resolve = resolve
    this.#reject = reject
    const { signal } = this.#listening
    channel.bufferedAmountLowThreshold = lowWaterBytes
    channel.addEventListener('open', () => this.#offer(), { signal })
    channel.addEventListener('message', ({ data }) => this.#hear(data), { signal })
    channel.addEventListener('bufferedamountlow', () => this.#wake(), { signal })
    channel.addEventListener('close', () => this.#fail('the channel was closed'), { signal })
    options.signal?.addEventListener('abort', () => this.#abort(), { signal })
    if (options.signal?.aborted) this.#abort()
    else if (channel.readyState === 'open') this.#offer()
    else if (channel.readyState !== 'connecting') this.#fail('the channel was closed')
  }

  #offer(): void {
    this.#state = 'offered'
    const { name = '', size, type } = this.#file
    say(this.#channel, { type: 'file', name: safeFileName(name), size, mime: type.slice(0, 255) })
  }

  #hear(data: unknown): void {
    const message = decodeFileMessage(data)
    if (message?.type === 'accept' && this.#state === 'offered') {
      this.#state = 'sending'
      void this.#send()
    } else if (message?.type === 'refuse' && this.#state === 'offered') this.#end(new CallError('file-refused'))
    else if (message?.type === 'ack' && this.#isPossible(message.bytes)) this.#acknowledge(message.bytes)
    else if (message?.type === 'done' && this.#state === 'ended') {
      this.#acknowledge(this.#sentBytes)
      this.#end()
    } else if (message?.type === 'cancel') this.#fail('the other side gave up')
    else this.#fail('the other side said what cannot be said now')
  }

  #isPossible(acknowledgedBytes: number): boolean {
    return acknowledgedBytes >= this.#acknowledgedBytes && acknowledgedBytes <= this.#sentBytes
  }

  #acknowledge(bytes: number): void {
    if (bytes === this.#acknowledgedBytes) return
    this.#acknowledgedBytes = bytes
    // In a task of its own, so that what it throws is reported to the page and stops nothing here.
    queueMicrotask(() => this.#options.onprogress?.(bytes, this.#file.size))
    this.#wake()
  }

  async #send(): Promise<void> {
    const { chunkBytes } = this.#options
    // Whole chunks, so that only the last of the file is shorter.
    const stepBytes = Math.max(1, Math.floor(blockBytes / chunkBytes)) * chunkBytes
    try {
      for (let offset = 0; offset < this.#file.size; offset += stepBytes) {
        const block = await this.#file.slice(offset, offset + stepBytes).arrayBuffer()
        for (let start = 0; start < block.byteLength; start += chunkBytes) {
          const chunk = new Uint8Array(block, start, Math.min(chunkBytes, block.byteLength - start))
          await this.#roomFor(chunk.byteLength)
          if (this.#state !== 'sending') return
          this.#channel.send(chunk)
          this.#sentBytes += chunk.byteLength
        }
      }
      if (this.#state !== 'sending') return
      this.#state = 'ended'
      say(this.#channel, { type: 'end' })
    } catch (cause) {
      this.#fail('the file could not be read or sent', cause)
    }
  }

  /** Resolves when so many bytes may be sent, or the transfer is over. */
  async #roomFor(bytes: number): Promise<void> {
    while (
      this.#state === 'sending' &&
      (this.#channel.bufferedAmount + bytes > highWaterBytes ||
        this.#sentBytes + bytes - this.#acknowledgedBytes > windowBytes)
    ) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  #abort(): void {
    say(this.#channel, { type: 'cancel' })
    const cause = this.#options.signal?.reason
    this.#end(new CallError('aborted', 'the AbortSignal given to sendFile aborted', { cause }))
  }

  #fail(reason: string, cause?: unknown): void {
    if (this.#state === 'over') return
    say(this.#channel, { type: 'cancel' })
    this.#end(new CallError('file-failed', reason, { cause }))
  }

  #end(error?: CallError): void {
    if (this.#state === 'over') return
    this.#state = 'over'
    this.#listening.abort()
    this.#wake()
    this.#channel.close()
    if (error === undefined) this.#resolve()
    else this.#reject(error)
  }
}
