import { CallError } from './call-error.js'
import { decodeFileMessage, minChunkBytes, say, windowBytes } from './file-message.js'

/** Written bytes are acknowledged when nothing more waits to be written, and at the latest after so many. */
const acknowledgedTogetherBytes = 512 * 1024

/** Above it nothing is acknowledged: a peer that does not read its acknowledgements fills no memory here. */
const highWaterBytes = 64 * 1024

/** What a `FileReceiver` is told. */
export interface FileReceiverOptions {
  readonly size: number
  readonly to: WritableStream<Uint8Array>
  readonly signal?: AbortSignal | undefined
  readonly onprogress?: ((receivedBytes: number, totalBytes: number) => void) | undefined
}

/**
 * Accepts the file that was offered on a channel and writes it to a stream, piece by piece. It holds at most the 4 MiB that
 * the sender may have sent without an acknowledgement; a sender that goes beyond that, or beyond the size, is cut off.
 *
 * @returns resolves when the stream has taken everything and is closed
 * @throws  CallError `aborted`: by the signal; `file-failed`: everything else. The stream is aborted then.
 */
export function receiveBytes(channel: RTCDataChannel, options: FileReceiverOptions): Promise<void> {
  return new Promise((resolve, reject) => new FileReceiver(channel, options, resolve, reject))
}

class FileReceiver {
  readonly #channel: RTCDataChannel
  readonly #options: FileReceiverOptions
  readonly #resolve: () => void
  readonly #reject: (error: CallError) => void
  readonly #listening = new AbortController()
  readonly #waiting: Uint8Array<ArrayBuffer>[] = []
  #writer: WritableStreamDefaultWriter<Uint8Array> | undefined
  #receivedBytes = 0
  #writtenBytes = 0
  #acknowledgedBytes = 0
  #isWriting = false
  #state: 'receiving' | 'ended' | 'over' = 'receiving'

  constructor(
    channel: RTCDataChannel,
    options: FileReceiverOptions,
    resolve: () => void,
    reject: (error: CallError) => void,
  ) {
    this.#channel = channel
    this.#options = options
    this.#resolve = resolve
    this.#reject = reject
    const { signal } = this.#listening
    channel.addEventListener('message', ({ data }) => this.#hear(data), { signal })
    channel.addEventListener('close', () => this.#fail('the channel was closed'), { signal })
    channel.addEventListener('bufferedamountlow', () => this.#acknowledge(), { signal })
    options.signal?.addEventListener('abort', () => this.#abort(), { signal })
    if (options.signal?.aborted) this.#abort()
    else this.#accept()
  }

  #accept(): void {
    try {
      this.#writer = this.#options.to.getWriter()
    } catch (cause) {
      this.#fail('the stream has another writer', cause)
      return
    }
    this.#writer.closed.catch((cause) => this.#fail('the stream failed', cause))
    say(this.#channel, { type: 'accept' })
  }

  #hear(data: unknown): void {
    if (data instanceof ArrayBuffer) {
      this.#take(new Uint8Array(data))
      return
    }
    const message = decodeFileMessage(data)
    if (message?.type === 'end' && this.#state === 'receiving' && this.#receivedBytes === this.#options.size) {
      this.#state = 'ended'
      void this.#write()
    } else if (message?.type === 'cancel') this.#fail('the other side gave up')
    else if (message?.type === 'end') this.#fail(`${this.#receivedBytes} of ${this.#options.size} bytes came`)
    else this.#fail('the other side said what cannot be said now')
  }

  #take(chunk: Uint8Array<ArrayBuffer>): void {
    const receivedBytes = this.#receivedBytes + chunk.byteLength
    const { size } = this.#options
    if (receivedBytes > size) this.#fail(`more than the ${size} bytes that were announced came`)
    else if (chunk.byteLength < minChunkBytes && receivedBytes < size) this.#fail('a chunk was too short')
    else if (receivedBytes - this.#acknowledgedBytes > windowBytes) this.#fail('more came than was acknowledged')
    else {
      this.#receivedBytes = receivedBytes
      this.#waiting.push(chunk)
      void this.#write()
    }
  }

  async #write(): Promise<void> {
    const writer = this.#writer
    if (this.#isWriting || writer === undefined) return
    this.#isWriting = true
    try {
      for (let chunk = this.#waiting.shift(); chunk !== undefined; chunk = this.#waiting.shift()) {
        await writer.write(chunk)
        if (this.#isOver()) return
        this.#progress(chunk.byteLength)
      }
      if (this.#state === 'ended') {
        await writer.close()
        this.#end()
      }
    } catch (cause) {
      this.#fail('the stream failed', cause)
    } finally {
      this.#isWriting = false
    }
  }

  /** Asked after a wait, during which everything can have happened. */
  #isOver(): boolean {
    return this.#state === 'over'
  }

  #progress(bytes: number): void {
    this.#writtenBytes += bytes
    const { onprogress, size } = this.#options
    const writtenBytes = this.#writtenBytes
    // In a task of its own, so that what it throws is reported to the page and stops nothing here.
    queueMicrotask(() => onprogress?.(writtenBytes, size))
    if (this.#waiting.length === 0 || writtenBytes - this.#acknowledgedBytes >= acknowledgedTogetherBytes) {
      this.#acknowledge()
    }
  }

  #acknowledge(): void {
    if (this.#writtenBytes === this.#acknowledgedBytes || this.#channel.bufferedAmount > highWaterBytes) return
    this.#acknowledgedBytes = this.#writtenBytes
    say(this.#channel, { type: 'ack', bytes: this.#acknowledgedBytes })
  }

  #abort(): void {
    const cause = this.#options.signal?.reason
    this.#end(new CallError('aborted', 'the AbortSignal given to accept aborted', { cause }))
  }

  #fail(reason: string, cause?: unknown): void {
    this.#end(new CallError('file-failed', reason, { cause }))
  }

  #end(error?: CallError): void {
    if (this.#state === 'over') return
    this.#state = 'over'
    this.#listening.abort()
    this.#waiting.length = 0
    if (error === undefined) {
      say(this.#channel, { type: 'done' })
      this.#resolve()
      return
    }
    say(this.#channel, { type: 'cancel' })
    this.#channel.close()
    // A stream that cannot even be aborted has failed already, and the caller is told why.
    this.#writer?.abort(error).catch(() => {})
    this.#reject(error)
  }
}
