/** The one `MediaStream` of a peer. A peer that replaces another after a reconnect goes on with the object of that one. */
export class PeerStream {
  #media = new MediaStream()
  #isHandedOver = false

  get media(): MediaStream {
    return this.#media
  }

  /** Puts a track in, in the place of the one of its kind. */
  show(track: MediaStreamTrack): void {
    // It belongs to the successor now; a late track would put this one's dead picture in the place of its live one.
    if (this.#isHandedOver) return
    for (const other of this.#media.getTracks()) {
      if (other.kind === track.kind && other !== track) this.#media.removeTrack(other)
    }
    this.#media.addTrack(track)
  }

  /** Takes the object of another, with the tracks of this one alone in it. */
  takeOver(other: PeerStream): void {
    const own = this.#media
    this.#media = other.#handOver()
    for (const track of this.#media.getTracks()) this.#media.removeTrack(track)
    for (const track of own.getTracks()) this.#media.addTrack(track)
  }

  #handOver(): MediaStream {
    this.#isHandedOver = true
    return this.#media
  }
}
