import type { Member, PeerId, Profile } from '../../schemas/index.js'

/** A copy that nobody can change: every other member is handed the same one, and none has to be careful with it. */
export function snapshotOf(peerId: PeerId, { name, metadata, media }: Profile, isHost: boolean): Member {
  return deepFreeze({
    peerId,
    ...(isHost && { role: 'host' as const }),
    ...(name !== undefined && { name }),
    ...(metadata !== undefined && { metadata: structuredClone(metadata) }),
    ...(media !== undefined && { media: structuredClone(media) }),
  })
}

/** Makes it, and all that is in it, what nobody can change any more. */
export function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) {
    if (typeof inner === 'object' && inner !== null) deepFreeze(inner)
  }
  return Object.freeze(value)
}
