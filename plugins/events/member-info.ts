import type { MemberInfo } from '../../schemas/index.js'
import type { Occupant } from '../rooms/room-event.js'

/** What whoever runs the service is told of a member: not by which token it has come. */
export function memberInfoOf({ member, identity, joinedAtMs }: Occupant): MemberInfo {
  const { subject } = identity
  return { ...member, ...(subject !== undefined && { subject }), joinedAt: new Date(joinedAtMs).toISOString() }
}
