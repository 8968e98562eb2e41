import {
  type Join,
  type Limits,
  type Media,
  type Metadata,
  type Name,
  type Profile,
  SignalingError,
  type Update,
} from '../../schemas/index.js'
import { readName } from '../naming/name.js'

/** How many levels of objects and lists `metadata` may have, itself included. */
const maxMetadataDepth = 8

/**
 * What a `join` says about its sender.
 *
 * @throws SignalingError `name-invalid`, `metadata-invalid`
 */
export function readProfile({ name, metadata, media }: Join, limits: Limits): Profile {
  return profileOf(
    name === undefined ? undefined : readName(name, limits),
    metadata === undefined ? undefined : readMetadata(metadata, limits),
    media && readMedia(media),
  )
}

/**
 * What is to be seen of a member after its `update`: null takes a field away, an absent one leaves it as it was.
 *
 * @throws SignalingError `name-invalid`, `metadata-invalid`
 */
export function changeProfile(old: Profile, { name, metadata, media }: Update, limits: Limits): Profile {
  return profileOf(
    changed(old.name, name, (text) => readName(text, limits)),
    changed(old.metadata, metadata, (value) => readMetadata(value, limits)),
    changed(old.media, media, readMedia),
  )
}

function changed<Value, Field>(
  old: Value | undefined,
  field: Field | null | undefined,
  read: (field: Field) => Value | undefined,
): Value | undefined {
  if (field === undefined) return old
  return field === null ? undefined : read(field)
}

function profileOf(name: Name | undefined, metadata: Metadata | undefined, media: Media | undefined): Profile {
  return { ...(name !== undefined && { name }), ...(metadata && { metadata }), ...(media && { media }) }
}

function readMetadata(value: unknown, limits: Limits): Metadata {
  // The depth first: whatever walks the value after that, JSON.stringify to begin with, does so on the stack.
  if (!isObject(value) || !isWithinDepth(value, maxMetadataDepth)) throw new SignalingError('metadata-invalid')
  if (Buffer.byteLength(JSON.stringify(value)) > limits.maxMetadataBytes) throw new SignalingError('metadata-invalid')
  return value
}

function isObject(value: unknown): value is Metadata {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isWithinDepth(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return depth > 0 && Object.values(value).every((inner) => isWithinDepth(inner, depth - 1))
}

/** Only what there is a meaning for. */
function readMedia({ mic, camera, screen }: Media): Media {
  return {
    ...(mic !== undefined && { mic }),
    ...(camera !== undefined && { camera }),
    ...(screen !== undefined && { screen }),
  }
}
