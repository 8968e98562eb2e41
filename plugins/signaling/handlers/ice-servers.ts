import { readRoomId } from '../../naming/room-id.js'
import { iceMemberOf } from '../ice-handout.js'
import type { Handler } from './handler.js'

/** Gives STUN and TURN servers: fresh ones to a member, and to whoever might join what it would get. */
export const iceServers: Handler<'ice-servers'> = async (session, message) => {
  const { limits } = session.context
  if (session.seat === undefined) {
    const roomId = readRoomId(message.roomId, limits)
    const grant = await session.guest.authorize({ roomId, profile: {}, token: message.token })
    await session.tellStranger(iceMemberOf(roomId, grant, grant.role === 'host'))
    return
  }
  await session.tellIceServers()
}
