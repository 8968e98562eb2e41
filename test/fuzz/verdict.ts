import type { TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { clientMessages, type ErrorCode, errorCodes } from '../../schemas/index.js'

/** How a socket stands when a message comes. */
export interface Standing {
  readonly place: 'roomless' | 'seated' | 'knocking'
  /** The last number that was taken, of who numbers its messages. */
  readonly received: number | undefined
}

export type Fields = Readonly<Record<string, unknown>>

/** What must become of a frame by docs/protocol.md, before anybody else is looked at. */
export type Verdict =
  /** @property n  the number that counts as taken by it */
  | {
      readonly kind: 'refused'
      readonly code: ErrorCode
      readonly id?: unknown
      readonly n?: number
      readonly counts: boolean
    }
  /** It was taken before. */
  | { readonly kind: 'repeated' }
  | {
      readonly kind: 'taken'
      readonly type: string
      readonly fields: Fields
      readonly id?: unknown
      readonly n?: number
    }

const schemas = new Map<string, TSchema>(Object.entries(clientMessages))
const outside = ['join', 'resume', 'pong', 'ice-servers']
const unnumbered = ['join', 'resume', 'ack', 'pong', 'ice-servers']
const passedOn = ['offer', 'answer', 'ice', 'restart', 'keep']
const maxFields = 32
const maxLevels = 16

/** "A message is looked at in this order: JSON, object, `type`, in a room, known type, shape." */
export function judge(text: string, { place, received }: Standing): Verdict {
  const refused = (code: ErrorCode, from?: Fields, n?: number): Verdict => ({
    kind: 'refused',
    code,
    counts: errorCodes[code].malformed,
    ...idOf(from),
    ...(n !== undefined && { n }),
  })
  const fields = read(text)
  if (fields === 'not-json' || fields === 'not-object') return refused(fields)
  const type = own(fields, 'type')
  if (typeof type !== 'string') return refused('not-object', fields)
  const schema = schemas.get(type)
  const isAllowedOutside = outside.includes(type) || (place === 'knocking' && type === 'leave')
  if (place !== 'seated' && !isAllowedOutside) {
    return { kind: 'refused', code: 'not-joined', counts: schema === undefined, ...idOf(fields) }
  }

  const hasNumber = Object.hasOwn(fields, 'n')
  const n = own(fields, 'n')
  let taken: number | undefined
  if (received !== undefined && !unnumbered.includes(type) && (hasNumber || type !== 'leave')) {
    if (typeof n !== 'number' || !Number.isSafeInteger(n) || n < 1) return refused('bad-message', fields)
    if (n > received + 1) return refused('out-of-order', fields)
    if (n <= received) return { kind: 'repeated' }
    taken = n
  }
  if (schema === undefined) return refused('unknown-type', fields, taken)
  if (Object.keys(fields).length > maxFields) return refused('bad-message', fields, taken)
  if (passedOn.includes(type) && levelsOf(fields) > maxLevels) return refused('bad-message', fields, taken)
  if (!Value.Check(schema, fields)) return refused('bad-message', fields, taken)
  return { kind: 'taken', type, fields, ...idOf(fields), ...(taken !== undefined && { n: taken }) }
}

export function own(fields: Fields, name: string): unknown {
  return Object.hasOwn(fields, name) ? fields[name] : undefined
}

function read(text: string): Fields | 'not-json' | 'not-object' {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return 'not-json'
  }
  return isRecord(value) ? value : 'not-object'
}

export function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** "A text (up to 128 characters) or number comes back as `id`." */
function idOf(fields: Fields | undefined): { id?: unknown } {
  const id = fields && own(fields, 'id')
  const comesBack = typeof id === 'string' ? id.length <= 128 : Number.isFinite(id)
  // JSON has no -0.
  return comesBack ? { id: id === 0 ? 0 : id } : {}
}

/** Level by level, and not on the stack. */
export function levelsOf(value: unknown): number {
  let levels = 0
  let level = [value].filter((inner) => typeof inner === 'object' && inner !== null)
  while (level.length > 0) {
    levels += 1
    level = level
      .flatMap((inner) => Object.values(Object(inner)))
      .filter((inner) => typeof inner === 'object' && inner !== null)
  }
  return levels
}
