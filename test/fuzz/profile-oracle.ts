import type { ErrorCode } from '../../schemas/index.js'
import { type Fields, isRecord, levelsOf, own } from './verdict.js'

export interface ModelProfile {
  code?: never
  name?: string
  metadata?: unknown
  media?: Fields
}

const maxLength = 64
const maxMetadataBytes = 1024
const maxMetadataLevels = 8

/** The room that is meant, or what is wrong with it. */
export function roomIdOf(fields: Fields): { roomId: string } | { code: ErrorCode } {
  const given = own(fields, 'roomId')
  const roomId = String(given ?? '').trim()
  if (roomId === '') return { code: 'room-id-required' }
  if (roomId.length > maxLength || /[\p{Cc}\p{Cs}]/u.test(roomId)) return { code: 'room-id-invalid' }
  return { roomId }
}

/** What is to be seen of a member after a `join` or an `update`, or what is wrong with that. */
export function profileAfter(
  old: ModelProfile,
  fields: Fields,
  mayBeNull: boolean,
): ModelProfile | { code: ErrorCode } {
  const profile: ModelProfile = { ...old }
  const name = own(fields, 'name')
  if (name === null) delete profile.name
  else if (typeof name === 'string') {
    const shown = shownName(name)
    if (shown.length > maxLength) return { code: 'name-invalid' }
    if (isBlank(shown)) delete profile.name
    else profile.name = shown
  }
  const metadata = own(fields, 'metadata')
  if (metadata === null && mayBeNull) delete profile.metadata
  else if (metadata !== undefined) {
    if (!isRecord(metadata) || levelsOf(metadata) > maxMetadataLevels) return { code: 'metadata-invalid' }
    const text = JSON.stringify(metadata)
    if (new TextEncoder().encode(text).length > maxMetadataBytes) return { code: 'metadata-invalid' }
    profile.metadata = JSON.parse(text)
  }
  const media = own(fields, 'media')
  if (media === null) delete profile.media
  else if (isRecord(media)) {
    const known = ['mic', 'camera', 'screen'].filter((device) => Object.hasOwn(media, device))
    profile.media = Object.fromEntries(known.map((device) => [device, media[device]]))
  }
  return profile
}

/** Taken out of names, as ranges of code points: control characters, halves of characters, marks of direction, no width. */
const unseen: readonly (readonly [number, number])[] = [
  [0, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x61c, 0x61c],
  [0x200b, 0x200b],
  [0x200e, 0x200f],
  [0x202a, 0x202e],
  [0x2060, 0x2069],
  [0xd800, 0xdfff],
  [0xfeff, 0xfeff],
]

function shownName(name: string): string {
  let shown = ''
  let wasSpace = false
  for (const char of name) {
    const isSpace = char.trim() === ''
    const code = char.codePointAt(0) ?? 0
    if (isSpace) shown += wasSpace ? '' : ' '
    else if (!unseen.some(([first, last]) => code >= first && code <= last)) shown += char
    wasSpace = isSpace
  }
  return shown.normalize('NFC').trim()
}

function isBlank(text: string): boolean {
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0
    const isUnseen = code === 0x200c || code === 0x200d || (code >= 0xe0000 && code <= 0xe007f) || char.trim() === ''
    if (!isUnseen) return false
  }
  return true
}
