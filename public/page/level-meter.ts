/**
 * Shows how loud a microphone is, in the custom property `--level` (0 to 1) of an element, for as long as it runs.
 *
 * @returns stops it and frees the audio device
 */
export function showLevel(track: MediaStreamTrack, element: HTMLElement): () => void {
  const audio = new AudioContext()
  const analyser = new AnalyserNode(audio, { fftSize: 512 })
  const source = audio.createMediaStreamSource(new MediaStream([track]))
  source.connect(analyser)
  const samples = new Float32Array(analyser.fftSize)
  const done = new AbortController()
  // Browsers start audio only after the person has done something; the meter begins then.
  for (const type of ['pointerdown', 'keydown']) {
    document.addEventListener(type, () => void audio.resume(), { signal: done.signal })
  }
  let level = 0
  const draw = (): void => {
    if (done.signal.aborted) return
    analyser.getFloatTimeDomainData(samples)
    // Falls slower than it rises, as the eye wants it.
    level = Math.max(loudness(samples), level * 0.88)
    element.style.setProperty('--level', level.toFixed(3))
    requestAnimationFrame(draw)
  }
  draw()
  return () => {
    done.abort()
    element.style.setProperty('--level', '0')
    void audio.close()
  }
}

/** How loud samples (-1 to 1) sound, from 0 to 1: speech is about in the middle. */
export function loudness(samples: Float32Array): number {
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length
  const decibels = 10 * Math.log10(power + 1e-10)
  return Math.min(1, Math.max(0, (decibels + 60) / 50))
}
