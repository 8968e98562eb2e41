import { Ear } from './ear.js'
import { SpeakingGate } from './speaking.js'

const lookEveryMs = 200
/** A cough is no speech. */
const talksForMs = 600
/** Who goes on talking with the microphone off means to. */
const silentForMs = 30_000

/** Notices that somebody talks whose microphone is off. */
export class MutedSpeech {
  readonly #onTalk: () => void
  #track: MediaStreamTrack | null = null
  #stop: (() => void) | undefined
  #saidAtMs = Number.NEGATIVE_INFINITY

  constructor(onTalk: () => void) {
    this.#onTalk = onTalk
  }

  /** @param track  of a microphone that is off; null: there is nothing to notice */
  listen(track: MediaStreamTrack | null): void {
    if (track === this.#track) return
    this.#stop?.()
    this.#track = track
    this.#stop = track === null ? undefined : this.#hear(track)
  }

  #hear(track: MediaStreamTrack): () => void {
    // The one that is off gives silence.
    const heard = track.clone()
    heard.enabled = true
    // All that was said since the last look.
    const ear = new Ear(heard, 8192)
    const gate = new SpeakingGate()
    let sinceMs: number | undefined
    const timer = setInterval(() => {
      const nowMs = performance.now()
      if (!gate.next(ear.amplitude, nowMs)) sinceMs = undefined
      else sinceMs ??= nowMs
      if (sinceMs === undefined || nowMs - sinceMs < talksForMs || nowMs - this.#saidAtMs < silentForMs) return
      this.#saidAtMs = nowMs
      this.#onTalk()
    }, lookEveryMs)
    return () => {
      clearInterval(timer)
      ear.close()
      heard.stop()
    }
  }
}
