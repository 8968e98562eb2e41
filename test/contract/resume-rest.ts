import { check } from './check.js'
import type { ResumableMember } from './resumable-member.js'
import { capacity, resume, type Seen, type World } from './resume-steps.js'

/** Whoever is away comes back, and everything that is on its way arrives. */
export async function comeToRest(world: World): Promise<void> {
  for (const [index, member] of world.members.entries()) {
    if (member.peerId !== undefined && !member.isAttached) await resume(world, index, false)
  }
  for (const member of world.members) member.take()
}

/** @throws  when anything was lost, doubled, out of order or in two minds, or the room holds too many */
export function checkRest({ members, seen }: World): void {
  const present = members.filter(({ isAttached }) => isAttached)
  check(present.length <= capacity, 'more members than places')
  for (const member of members) {
    check(member.faults.length === 0, member.faults.join(', '))
    seen.resyncs += member.resyncs
  }
  for (const member of present) {
    const others = present.filter((other) => other !== member)
    check(
      member.known.size === others.length && others.every(({ peerId = '' }) => member.known.has(peerId)),
      'a member is missing, or one too many is listed',
    )
    check(member.away.size === 0, 'somebody who is there is said to be away')
  }
  for (const member of present) {
    for (const other of present) if (other !== member) checkPair(member, other, seen)
  }
}

function checkPair(member: ResumableMember, other: ResumableMember, seen: Seen): void {
  const { peerId: mine = '' } = member
  const { peerId: theirs = '' } = other
  const views = [member.known.get(theirs), other.known.get(mine)]
  check(views.includes(true) && views.includes(false), 'not exactly one initiator')
  check(member.names.get(theirs) === other.name, `called ${member.names.get(theirs)} and not ${other.name}`)
  const taken = member.taken.get(theirs)
  seen.taken += taken ?? 0
  if (other.name !== undefined) seen.named += 1
  if (member.resyncs === 0)
    check((taken ?? 0) === (other.said.get(mine) ?? 0), `${taken} of ${other.said.get(mine)} came`)
}
