/** How much loss costs half of what it can cost, in percent (Bpl of G.107): Opus with its error correction, a judgement. */
const lossRobustness = 20

/** 4 is best, 0 hardly of use. */
export type Level = 0 | 1 | 2 | 3 | 4

/**
 * The transmission rating of the simplified E-model: 93.2 at best, less for delay and loss.
 *
 * @param delayMs      from mouth to ear
 * @param lossPercent  0 to 100
 * @returns            0 to 93.2
 */
export function ratingOf(delayMs: number, lossPercent: number): number {
  const delay = clamp(delayMs, 0, 10_000)
  const loss = clamp(lossPercent, 0, 100)
  const r = 93.2 - 0.024 * delay - 0.11 * Math.max(0, delay - 177.3) - (95 * loss) / (loss + lossRobustness)
  return clamp(r, 0, 93.2)
}

/** The mean opinion score of a transmission rating (ITU-T G.107, annex B), 1 to 4.5. */
export function mosOf(r: number): number {
  const rating = clamp(r, 0, 100)
  // The polynomial dips below 1 for ratings under 6.5.
  return clamp(1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6, 1, 4.5)
}

/** The level of a transmission rating: 4 from 80, 3 from 70, 2 from 60, 1 from 50, as ITU-T G.109 divides them. */
export function levelOf(r: number): Level {
  if (r >= 80) return 4
  if (r >= 70) return 3
  if (r >= 60) return 2
  return r >= 50 ? 1 : 0
}

/** The transmission rating from which on it is this level, and not the one below. */
export function leastOf(level: Level): number {
  return 40 + 10 * level
}

/** Bounds a number. NaN becomes the least. */
export function clamp(value: number, least: number, most: number): number {
  return value > least ? Math.min(value, most) : least
}
