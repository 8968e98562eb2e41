import { readProfile } from '../profile.js'
import { readRoomId } from '../room-id.js'
import type { Handler } from './handler.js'

const defaultCapacity = 2

/** Leaves the present room, then takes a seat in the other one, or says that it is full. */
export const join: Handler<'join'> = async (session, message) => {
  const { rooms, limits } = session.context
  const roomId = readRoomId(message.roomId, limits)
  const profile = readProfile(message, limits)
  const capacity = Math.min(message.capacity ?? defaultCapacity, limits.maxRoomCapacity)
  session.hasAskedToJoin = true

  await session.leave('left')
  session.wantsUpdates = message.updates === true
  const outcome = await rooms.join(roomId, { profile, capacity }, session)
  if (outcome === 'full') session.tell({ type: 'full', roomId })
}
