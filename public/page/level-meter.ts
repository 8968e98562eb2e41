import { Ear } from './ear.js'

/**
 * Shows how loud a microphone is, in the custom property `--level` (0 to 1) of an element, for as long as it runs.
 *
 * @returns stops it and frees the audio device
 */
export function showLevel(track: MediaStreamTrack, element: HTMLElement): () => void {
  const ear = new Ear(track, 512)
  let isDone = false
  let level = 0
  const draw = (): void => {
    if (isDone) return
    // Falls slower than it rises, as the eye wants it.
    level = Math.max(loudness(ear.amplitude), level * 0.88)
    element.style.setProperty('--level', level.toFixed(3))
    requestAnimationFrame(draw)
  }
  draw()
  return () => {
    isDone = true
    element.style.setProperty('--level', '0')
    ear.close()
  }
}

/** How loud an amplitude (0 to 1) sounds, from 0 to 1: speech is about in the middle. */
export function loudness(amplitude: number): number {
  const decibels = 20 * Math.log10(amplitude + 1e-5)
  return Math.min(1, Math.max(0, (decibels + 60) / 50))
}
