import { type Join, type Limits, type RoomId, SignalingError } from '../../schemas/index.js'

const unprintable = /[\p{Cc}\p{Cs}]/u

/**
 * The room that a `join` means.
 *
 * @throws SignalingError `room-id-required`, `room-id-invalid`
 */
export function readRoomId(roomId: Join['roomId'], limits: Limits): RoomId {
  const text = String(roomId ?? '').trim()
  if (text === '') throw new SignalingError('room-id-required')
  if (text.length > limits.maxRoomIdLength || unprintable.test(text)) throw new SignalingError('room-id-invalid')
  return text
}
