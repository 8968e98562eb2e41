import { type Limits, type RoomId, SignalingError } from '../../schemas/index.js'

const unprintable = /[\p{Cc}\p{Cs}]/u

/** The room that somebody means, whatever it is called: the text of it, without white space at its ends. */
export function trimRoomId(roomId: string | number): RoomId {
  return String(roomId).trim()
}

/**
 * The room that somebody asks for, as it may be called here.
 *
 * @throws SignalingError `room-id-required`, `room-id-invalid`
 */
export function readRoomId(
  roomId: string | number | null | undefined,
  limits: Pick<Limits, 'maxRoomIdLength'>,
): RoomId {
  const text = trimRoomId(roomId ?? '')
  if (text === '') throw new SignalingError('room-id-required')
  if (text.length > limits.maxRoomIdLength || unprintable.test(text)) throw new SignalingError('room-id-invalid')
  return text
}
