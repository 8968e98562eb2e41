import { Value } from '@sinclair/typebox/value'
import { Grant, type Limits, SignalingError } from '../../schemas/index.js'
import { readName } from '../naming/name.js'

export type { Grant }

/** What was to be a grant and is none; the message names the field. */
export class InvalidGrant extends Error {
  override name = 'InvalidGrant'
}

/**
 * Checks what somebody else has said that a person may do. Fields that have no meaning here are left out.
 *
 * @throws InvalidGrant
 */
export function readGrant(value: unknown, limits: Limits): Grant {
  if (!Value.Check(Grant, value)) {
    const error = Value.Errors(Grant, value).First()
    throw new InvalidGrant(`${error?.path.slice(1) || 'a grant'}: ${error?.message}`)
  }
  if (!isMeant(value)) throw new InvalidGrant('a grant: nothing of it is known here')
  const { role, subject, tokenId, capacity } = value
  const name = readGrantedName(value, limits)
  return {
    ...(role !== undefined && { role }),
    ...(subject !== undefined && { subject }),
    ...(tokenId !== undefined && { tokenId }),
    ...(name !== undefined && { name }),
    ...(capacity !== undefined && { capacity }),
  }
}

function readGrantedName({ name }: Grant, limits: Limits): string | undefined {
  try {
    return name === undefined ? undefined : readName(name, limits)
  } catch (error) {
    if (error instanceof SignalingError) throw new InvalidGrant(`name: ${error.message}`)
    throw error
  }
}

/** An answer of another kind that happens to be an object lets nobody in: a response that was not read, say, or an error. */
function isMeant(value: Grant): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return false
  const keys = Object.keys(value)
  return keys.length === 0 || keys.some((key) => key === 'allow' || Object.hasOwn(Grant.properties, key))
}
