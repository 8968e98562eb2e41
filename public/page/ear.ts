/** Hears a track in the page, for as long as it is open. What it hears goes nowhere. */
export class Ear {
  readonly #audio = new AudioContext()
  readonly #analyser: AnalyserNode
  readonly #samples: Float32Array<ArrayBuffer>
  readonly #closing = new AbortController()

  /** @param sampleCount  how many of the last samples are looked at: a power of 2 */
  constructor(track: MediaStreamTrack, sampleCount: number) {
    this.#analyser = new AnalyserNode(this.#audio, { fftSize: sampleCount })
    this.#samples = new Float32Array(sampleCount)
    this.#audio.createMediaStreamSource(new MediaStream([track])).connect(this.#analyser)
    // Browsers start audio only after the person has done something; it hears from then on.
    for (const type of ['pointerdown', 'keydown']) {
      document.addEventListener(type, () => void this.#audio.resume(), { signal: this.#closing.signal })
    }
  }

  /** Whether it hears: not before the person has done something, and never without anything that plays sound, in Firefox. */
  get isRunning(): boolean {
    return this.#audio.state === 'running'
  }

  /** How loud the last samples are, as their effective value: from 0 to 1, as `audioLevel` of what comes from others. */
  get amplitude(): number {
    this.#analyser.getFloatTimeDomainData(this.#samples)
    const power = this.#samples.reduce((sum, sample) => sum + sample * sample, 0) / this.#samples.length
    return Math.sqrt(power)
  }

  /** Frees the audio device; the track goes on. */
  close(): void {
    this.#closing.abort()
    void this.#audio.close()
  }
}
