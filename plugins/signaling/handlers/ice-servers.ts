import { readRoomId } from '../../naming/room-id.js'
import type { Handler } from './handler.js'

/** Gives STUN and TURN servers: fresh ones to a member, and to whoever might join what it would get. */
export const iceServers: Handler<'ice-servers'> = async (session, message) => {
  const { limits } = session.context
  if (session.seat === undefined) {
    const roomId = readRoomId(message.roomId, limits)
    const { subject, role } = await session.authorize({ roomId, profile: {}, token: message.token })
    const given = await session.ice.prepare({
      roomId,
      ...(subject !== undefined && { subject }),
      ...(role && { role }),
    })
    session.tell({ type: 'ice-servers', ...given })
    return
  }
  await session.tellIceServers()
}
