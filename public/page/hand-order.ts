/** A number that no call gets to, and from which counting on is safe. */
const maxHand = 999_999

/** Somebody in the call, and the hand if it is raised. */
export interface Raiser {
  readonly id: string
  readonly hand: number | undefined
}

/**
 * The raised hand in somebody's `metadata`: which one it was, counted from 1 by whoever raises one, so that nobody's clock counts.
 *
 * @param metadata  as it came; it is not trusted
 * @returns         undefined while there is none, and for what is no such number
 */
export function handOf(metadata: Readonly<Record<string, unknown>> | undefined): number | undefined {
  const hand = metadata?.['hand']
  return typeof hand === 'number' && Number.isInteger(hand) && hand >= 1 && hand <= maxHand ? hand : undefined
}

/** `metadata` with a hand, or without one; everything else in it stays. */
export function withHand(
  metadata: Readonly<Record<string, unknown>> | undefined,
  hand: number | undefined,
): Readonly<Record<string, unknown>> | undefined {
  const { hand: _, ...others } = metadata ?? {}
  if (hand !== undefined) return { ...others, hand }
  return Object.keys(others).length === 0 ? undefined : others
}

/** The number of a hand that is raised now. */
export function nextHand(hands: readonly (number | undefined)[]): number {
  return Math.min(maxHand, Math.max(0, ...hands.map((hand) => hand ?? 0)) + 1)
}

/** The place of each raised hand by whose it is, from 1 for the first; of two at the same moment everybody sees the same order. */
export function placesOf(people: readonly Raiser[]): ReadonlyMap<string, number> {
  const raised = people.flatMap(({ id, hand }) => (hand === undefined ? [] : [{ id, hand }]))
  raised.sort((a, b) => a.hand - b.hand || (a.id < b.id ? -1 : 1))
  return new Map(raised.map(({ id }, index) => [id, index + 1]))
}
