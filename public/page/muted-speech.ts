import { SpeakingGate } from './speaking.js'

const lookEveryMs = 200
/** A cough is no speech. */
const talksForMs = 600
/** Who goes on talking with the microphone off means to. */
const silentForMs = 30_000

/**
 * Notices that somebody talks whose microphone is off. What is heard for that is measured here, in the page, and goes nowhere.
 */
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
    const ear = track.clone()
    ear.enabled = true
    const audio = new AudioContext()
    const analyser = new AnalyserNode(audio, { fftSize: 8192 })
    audio.createMediaStreamSource(new MediaStream([ear])).connect(analyser)
    const samples = new Float32Array(analyser.fftSize)
    const gate = new SpeakingGate()
    let sinceMs: number | undefined
    const timer = setInterval(() => {
      const nowMs = performance.now()
      analyser.getFloatTimeDomainData(samples)
      if (!gate.next(amplitude(samples), nowMs)) sinceMs = undefined
      else sinceMs ??= nowMs
      if (sinceMs === undefined || nowMs - sinceMs < talksForMs || nowMs - this.#saidAtMs < silentForMs) return
      this.#saidAtMs = nowMs
      this.#onTalk()
    }, lookEveryMs)
    return () => {
      clearInterval(timer)
      ear.stop()
      void audio.close()
    }
  }
}

/** The same measure as the `audioLevel` of what comes from others. */
function amplitude(samples: Float32Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length)
}
