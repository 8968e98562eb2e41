import { type Join, type RoomId, SignalingError } from '../../../schemas/index.js'
import type { Grant } from '../../access/grant.js'
import { readRoomId } from '../../naming/room-id.js'
import type { Identity, JoinRequest } from '../../rooms/room-store.js'
import { iceMemberOf } from '../ice-handout.js'
import { readProfile } from '../profile.js'
import type { ResumeKeys } from '../resume-keys.js'
import type { Session } from '../session.js'
import { countFailure } from './count-failure.js'
import type { Handler } from './handler.js'

const defaultCapacity = 2
const unknown: Identity = {}

/** Leaves the present room, then takes a seat in the other one, or knocks, or says why it is not let in. */
export const join: Handler<'join'> = (session, message) =>
  countFailure(enter(session, message), session.context.counts.joins)

async function enter(session: Session, message: Join): Promise<void> {
  const { rooms, limits, settings, keys } = session.context
  const { guest } = session
  const roomId = readRoomId(message.roomId, limits)
  const profile = readProfile(message, limits)
  const asked = guest.authorize({ roomId, profile, token: message.token })
  // Where everybody may come in, nobody waits.
  const grant = asked instanceof Promise ? await asked : asked
  // Who only changes rooms adds nobody. That somebody takes the place of a seat of its own is not known before it has it.
  if (session.seat === undefined) guest.requirePlace()
  let refusal: ReturnType<typeof guest.refusalOfRoom>
  const request = {
    profile: grant.name === undefined ? profile : { ...profile, name: grant.name },
    capacity: Math.min(grant.capacity ?? message.capacity ?? defaultCapacity, limits.maxRoomCapacity),
    wantsUpdates: message.updates === true,
    isResumable: message.resume === true,
    mayMakeRoom: () => {
      refusal = guest.refusalOfRoom()
      return refusal === undefined
    },
    replaces: readReplace(message, roomId, keys),
    isHost: grant.role === 'host',
    identity: identityOf(grant),
    onDuplicate: settings.duplicateIdentity,
    door: settings.waitingRoom ? ('knock' as const) : ('open' as const),
  }
  const prepared = session.ice.prepare(iceMemberOf(roomId, grant, grant.role === 'host'))
  if (prepared instanceof Promise) await prepared
  session.knowsPing = message.resume === true
  session.isExpected = true
  session.joinId = message.id

  if (session.seat !== undefined || session.isKnocking) await session.leave('left')
  const outcome = await rooms.join(roomId, request, session)
  if (outcome === 'absent') throw guest.refused(refusal ?? 'too-many-rooms')
  if (outcome !== 'seated' && outcome !== 'knocking') session.tellUnseated(roomId, outcome)
}

/** Of nearly everybody nothing is known: then it is one object for all. */
function identityOf({ subject, tokenId, name }: Grant): Identity {
  if (subject === undefined && tokenId === undefined && name === undefined) return unknown
  return {
    ...(subject !== undefined && { subject }),
    ...(tokenId !== undefined && { tokenId }),
    ...(name !== undefined && { name }),
  }
}

function readReplace({ replace }: Join, roomId: RoomId, keys: ResumeKeys): JoinRequest['replaces'] {
  if (replace === undefined) return undefined
  const { peerId, attempt, mac } = replace
  if (!keys.isGenuine('replace', roomId, peerId, [attempt], mac)) throw new SignalingError('resume-gone')
  return { peerId, attempt }
}
