import type { Member } from '../../../schemas/index.js'
import type { Cursor, Missed } from '../room-store.js'
import { decodeOthers, type Share } from './reply.js'

/**
 * Who was there when a seat was taken, oldest first, by the first that it is told.
 *
 * @param cursor  after which that comes
 */
export function presentIn(shares: readonly Share[], cursor: Cursor): Member[] {
  const first = shares.find(({ prev }) => prev === cursor)
  return (first?.entries ?? []).flatMap((entry) => (entry?.kind === 'peer-present' ? [entry.peer] : []))
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
