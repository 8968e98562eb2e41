import { isDeepStrictEqual } from 'node:util'
import { Mismatch, shown } from './mismatch.js'

/** A message in either direction; a server under test may put anything into it. */
export type Message = Readonly<Record<string, unknown>> & { readonly type: string }

/** The types that have been there from the beginning. */
export const baseTypes: ReadonlySet<string> = new Set([
  'joined',
  'full',
  'ready',
  'offer',
  'answer',
  'ice',
  'peer-left',
  'left',
  'error',
  // The other answer to a join: it says why somebody does not come in.
  'knocking',
])

export function isMessage(value: unknown): value is Message {
  return isRecord(value) && typeof value['type'] === 'string'
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** @throws Mismatch  where something in `wanted` is not in the message as well; that may have more */
export function requireMatch(wanted: object, got: object): void {
  const differs = Object.entries(wanted).some(([key, value]) => !isDeepStrictEqual(Reflect.get(got, key), value))
  if (differs) throw new Mismatch(shown(wanted), shown(got))
}

/** @throws Mismatch  where one of the fields is there */
export function requireNone(got: Message, ...fields: readonly string[]): void {
  for (const field of fields) if (field in got) throw new Mismatch(`no ${field}`, shown(got))
}

/** @throws Mismatch  where the field is no text with something in it */
export function textIn(got: Readonly<Record<string, unknown>>, field: string): string {
  const value = got[field]
  if (typeof value !== 'string' || value === '') throw new Mismatch(`a text in ${field}`, shown(got))
  return value
}
