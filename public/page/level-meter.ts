import { Ear } from './ear.js'

/** How loud somebody talks at least. */
const heardFrom = 0.45

/** What a meter shows and tells. */
export interface LevelMeterOptions {
  /** Each gets the level in its custom property `--level`, from 0 to 1. */
  readonly elements: readonly HTMLElement[]
  /** It hears from now on: not before the person has done something, and in some browsers never. */
  readonly onRunning: () => void
  /** Something as loud as speech has come, for the first time. */
  readonly onHeard: () => void
}

/**
 * Shows how loud a microphone is, for as long as it runs.
 *
 * @returns stops it and frees the audio device
 */
export function showLevel(track: MediaStreamTrack, { elements, onRunning, onHeard }: LevelMeterOptions): () => void {
  const ear = new Ear(track, 512)
  let isDone = false
  let isRunning = false
  let isHeard = false
  let level = 0
  const write = (value: string): void => {
    for (const element of elements) element.style.setProperty('--level', value)
  }
  const draw = (): void => {
    if (isDone) return
    // Falls slower than it rises, as the eye wants it.
    level = Math.max(loudness(ear.amplitude), level * 0.88)
    write(level.toFixed(3))
    if (!isRunning && ear.isRunning) {
      isRunning = true
      onRunning()
    }
    if (!isHeard && level >= heardFrom) {
      isHeard = true
      onHeard()
    }
    requestAnimationFrame(draw)
  }
  draw()
  return () => {
    isDone = true
    write('0')
    ear.close()
  }
}

/** How loud an amplitude (0 to 1) sounds, from 0 to 1: speech is about in the middle. */
export function loudness(amplitude: number): number {
  const decibels = 20 * Math.log10(amplitude + 1e-5)
  return Math.min(1, Math.max(0, (decibels + 60) / 50))
}
