import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { keyFromJwk, keyFromPem, type TokenKey, UnusableKey } from './token-key.js'

const pemBlock = /-----BEGIN ([A-Z0-9 ]+)-----[^-]+-----END \1-----/g

/** RFC 7517, section 5. */
const JwkSet = Type.Object({ keys: Type.Array(Type.Unknown()) })

/**
 * The keys that an operator has written down: PEM blocks one after the other, or a JWK Set. All of them must be of use.
 *
 * @throws UnusableKey  its message says of which key what is wrong with it
 */
export function readPublicKeys(text: string): TokenKey[] {
  const keys = text.trimStart().startsWith('{') ? readWholeSet(parse(text)) : readPemBlocks(text)
  if (keys.length === 0) throw new UnusableKey('there is no key for signatures in it')
  return keys
}

/**
 * The keys of a set that is served for others besides: those that are of no use here are passed over.
 *
 * @throws UnusableKey  when it is no JWK Set
 */
export function readUsableKeys(set: unknown): TokenKey[] {
  return membersOf(set).flatMap((jwk) => {
    try {
      return keyFromJwk(jwk) ?? []
    } catch (error) {
      if (error instanceof UnusableKey) return []
      throw error
    }
  })
}

function readWholeSet(set: unknown): TokenKey[] {
  return membersOf(set).flatMap((jwk, index) => naming(index, () => keyFromJwk(jwk)) ?? [])
}

function readPemBlocks(text: string): TokenKey[] {
  // Where a variable can have one line only, line ends are written so.
  const lines = text.replaceAll('\\n', '\n')
  if (lines.replace(pemBlock, '').trim() !== '') throw new UnusableKey('it is neither PEM blocks nor a JWK Set')
  return Array.from(lines.matchAll(pemBlock), ([block], index) => naming(index, () => keyFromPem(block)))
}

function membersOf(set: unknown): unknown[] {
  if (!Value.Check(JwkSet, set)) throw new UnusableKey('it is no JWK Set')
  return set.keys
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new UnusableKey('it is no JSON')
  }
}

/** Says which key it is about, counted from 1. */
function naming<Key>(index: number, read: () => Key): Key {
  try {
    return read()
  } catch (error) {
    if (error instanceof UnusableKey) throw new UnusableKey(`key ${index + 1} ${error.message}`)
    throw error
  }
}
