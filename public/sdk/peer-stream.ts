/** How long a track of a predecessor may stay after the connection is live: the other camera may be off by now. */
const settleAfterMs = 1500

/** What a `PeerStream` takes over from. */
export interface Predecessor {
  stream(): MediaStream
  close(): void
}

/**
 * The one `MediaStream` of a peer. When a peer replaces another after a reconnect it goes on with the stream of its
 * predecessor, whose connection still runs: each track is exchanged when the new one has data, so the picture on the page
 * does not even flicker. When all is exchanged the predecessor is closed.
 */
export class PeerStream {
  readonly media: MediaStream
  readonly #waiting = new Map<MediaStreamTrack, AbortController>()
  #predecessor: Predecessor | undefined
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(predecessor?: Predecessor) {
    this.#predecessor = predecessor
    this.media = predecessor?.stream() ?? new MediaStream()
  }

  /** Puts a track in, in the place of the one of its kind. */
  show(track: MediaStreamTrack): void {
    if (this.#predecessor === undefined || !track.muted) {
      this.#exchange(track)
      return
    }
    if (this.#waiting.has(track)) return
    const waiting = new AbortController()
    this.#waiting.set(track, waiting)
    track.addEventListener('unmute', () => this.#exchange(track), { once: true, signal: waiting.signal })
  }

  /** The connection is live: what has no data after a moment will not have any soon. */
  settleSoon(): void {
    if (this.#predecessor === undefined) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.settle(), settleAfterMs)
  }

  /** Exchanges what is left, and closes the predecessor. */
  settle(): void {
    clearTimeout(this.#timer)
    for (const track of [...this.#waiting.keys()]) this.#exchange(track)
    this.#predecessor?.close()
    this.#predecessor = undefined
  }

  #exchange(track: MediaStreamTrack): void {
    this.#waiting.get(track)?.abort()
    this.#waiting.delete(track)
    for (const other of this.media.getTracks()) {
      if (other.kind === track.kind && other !== track) this.media.removeTrack(other)
    }
    this.media.addTrack(track)
  }
}
