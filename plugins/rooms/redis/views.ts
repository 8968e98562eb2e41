import type { Member } from '../../../schemas/index.js'
import type { Cursor, Missed } from '../room-store.js'
import { decodeOthers, type Share } from './reply.js'

/** Who was there when a seat was taken, oldest first, by the first that it is told. */
export function presentIn(shares: readonly Share[]): Member[] {
  return (shares[0]?.entries ?? []).flatMap((entry) => (entry.kind === 'peer-present' ? [entry.peer] : []))
}

/**
 * How things are now, for one that has lost track.
 *
 * @param others  as the script lists them
 */
export function resyncOf({ order }: { readonly order: number }, others: unknown, at: Cursor): Missed {
  return {
    kind: 'resync',
    others: decodeOthers(others).map((other) => ({ member: other.member, isInitiator: other.order < order })),
    at,
  }
}
