import type { Quality } from '../sdk/index.js'
import type { QualityCause } from './texts/quality.js'
import type { Texts } from './texts.js'

/** What the sentence needs to know of a `Quality`. */
export type ShownQuality = Pick<Quality, 'level' | 'reason' | 'side' | 'direction'>

/** The quality in words: how good, and where it is not best, at whose end and why. @param name  of the peer */
export function describe(quality: ShownQuality, name: string | undefined, texts: Texts): string {
  const cause = causeOf(quality)
  const sentence = texts.qualityLevels[quality.level]
  return cause === undefined ? sentence : `${sentence} ${texts.qualityCauses[cause](name)}`
}

function causeOf({ level, reason, side, direction }: ShownQuality): QualityCause | undefined {
  if (level === 4 || reason === 'good') return undefined
  if (reason === 'relay') return reason
  return `${side ?? 'unknown'}-${reason === 'network' ? (direction ?? 'delay') : reason}`
}
