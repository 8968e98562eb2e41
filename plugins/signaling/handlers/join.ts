import { readName, readRoomId } from '../join-fields.js'
import type { Handler } from './handler.js'

const defaultCapacity = 2

/** Leaves the present room, then takes a seat in the other one, or says that it is full. */
export const join: Handler<'join'> = async (session, message) => {
  const { rooms, limits } = session.context
  const roomId = readRoomId(message.roomId, limits)
  const name = readName(message.name, limits)
  const capacity = Math.min(message.capacity ?? defaultCapacity, limits.maxRoomCapacity)
  session.hasAskedToJoin = true

  await session.leave('left')
  const outcome = await rooms.join(roomId, { name, capacity }, session)
  if (outcome === 'full') session.tell({ type: 'full', roomId })
}
