import { fieldsOf } from './json-fields.js'

/** A close frame has room for no more. */
const maxReasonLength = 123
const maxRetryMs = 60_000

/**
 * When to come back, by the word of the service that has closed the socket: the reason of the close frame is
 * `{"retryMs":…}` then.
 *
 * @returns in milliseconds; undefined where it does not say
 */
export function retryMsOf(reason: string): number | undefined {
  const retryMs = fieldsOf(reason, maxReasonLength)?.['retryMs']
  return typeof retryMs === 'number' && retryMs >= 0 ? Math.min(retryMs, maxRetryMs) : undefined
}
