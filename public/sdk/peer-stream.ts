import { type Slot, type StreamKind, streamKindOf } from './slots.js'

/**
 * The `MediaStream`s of a peer. The objects stay the same when the connection is made anew, and a peer that replaces
 * another after a reconnect goes on with the objects of that one; only the tracks in them change.
 */
export class PeerStream {
  #media: Record<StreamKind, MediaStream> = { user: new MediaStream(), screen: new MediaStream() }
  readonly #tracks = new Map<Slot, MediaStreamTrack>()
  #isHandedOver = false

  media(kind: StreamKind): MediaStream {
    return this.#media[kind]
  }

  /** Puts a track in, in the place of the one of its slot. */
  show(slot: Slot, track: MediaStreamTrack): void {
    const former = this.#tracks.get(slot)
    this.#tracks.set(slot, track)
    // It belongs to the successor now; a late track would put this one's dead picture in the place of its live one.
    if (this.#isHandedOver || former === track) return
    const media = this.#media[streamKindOf(slot)]
    if (former !== undefined) media.removeTrack(former)
    media.addTrack(track)
  }

  /** Takes the objects of another, with the tracks of this one alone in them. */
  takeOver(other: PeerStream): void {
    this.#media = other.#handOver()
    for (const media of Object.values(this.#media)) {
      for (const track of media.getTracks()) media.removeTrack(track)
    }
    for (const [slot, track] of this.#tracks) this.#media[streamKindOf(slot)].addTrack(track)
  }

  #handOver(): Record<StreamKind, MediaStream> {
    this.#isHandedOver = true
    return this.#media
  }
}
