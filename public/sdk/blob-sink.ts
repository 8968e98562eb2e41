/** So many bytes are made a Blob at a time: a browser can keep a Blob outside the page's own memory. */
const foldBytes = 16 * 1024 * 1024

/** A `WritableStream` whose bytes become a Blob. */
export class BlobSink {
  readonly writable: WritableStream<Uint8Array<ArrayBuffer>>
  #folded: Blob[] = []
  #chunks: Uint8Array<ArrayBuffer>[] = []
  #chunksBytes = 0

  constructor() {
    this.writable = new WritableStream({
      write: (chunk) => {
        this.#chunks.push(chunk)
        this.#chunksBytes += chunk.byteLength
        if (this.#chunksBytes >= foldBytes) this.#fold()
      },
      abort: () => {
        this.#folded = []
        this.#chunks = []
      },
    })
  }

  /** @returns all that was written, as one Blob of this media type */
  blob(type: string): Blob {
    this.#fold()
    return new Blob(this.#folded, { type })
  }

  #fold(): void {
    this.#folded.push(new Blob(this.#chunks))
    this.#chunks = []
    this.#chunksBytes = 0
  }
}
