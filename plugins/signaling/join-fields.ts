import { type Join, type Limits, type Name, type RoomId, SignalingError } from '../../schemas/index.js'

const unprintable = /[\p{Cc}\p{Cs}]/u
/** Control characters, halves of characters, and the marks that turn the direction of the text around them. */
const unwantedInNames = /[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/gu

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

/**
 * A name as the others may see it: NFC, one line, no white space at its ends; undefined when nothing is left.
 *
 * @throws SignalingError `name-invalid`
 */
export function readName(name: Join['name'], limits: Limits): Name | undefined {
  if (name === undefined) return undefined
  const text = name.replace(/\s+/g, ' ').replace(unwantedInNames, '').normalize('NFC').trim()
  // Measured now, as normalising can make a text longer.
  if (text.length > limits.maxNameLength) throw new SignalingError('name-invalid')
  return text === '' ? undefined : text
}
