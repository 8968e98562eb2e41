import { isFields } from './decode-message.js'

/**
 * Reads a JSON object out of the `data` of a data channel's message event. The other side is not trusted.
 *
 * @param maxLength  of the text, in UTF-16 code units; a longer one is not looked into
 * @returns          `undefined` for what is not a text, too long, not JSON or not an object
 */
export function fieldsOf(data: unknown, maxLength: number): Readonly<Record<string, unknown>> | undefined {
  if (typeof data !== 'string' || data.length > maxLength) return undefined
  let value: unknown
  try {
    value = JSON.parse(data)
  } catch {
    // The peer's fault; the caller decides what follows from it.
    return undefined
  }
  return isFields(value) ? value : undefined
}

/** Whether a value is a number of messages or bytes: an integer from 0 to `Number.MAX_SAFE_INTEGER`. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}
