import { randomBytes } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { type AccessConfig, type AuthorizeRequest, SettingError } from '../../schemas/index.js'
import type { JoinAttempt, Question } from './authorize-hook.js'
import { type Answer, FetchFailure, fetchWithin } from './bounded-fetch.js'
import { checkAddress } from './setting-address.js'
import { signatureHeaders, signingKeysOf } from './webhook-signature.js'

const maxAnswerBytes = 16_384

type WebhookSettings = Pick<AccessConfig, 'authorizeUrl' | 'authorizeSecrets' | 'authorizeTimeoutMs'>

/**
 * Asks another server who may come in: a POST, signed as the Standard Webhooks specification has it. Status 200 with a
 * grant lets in; 403, or 200 with `{"allow":false}`, refuses.
 *
 * @returns undefined where nobody is to be asked
 * @throws  SettingError
 */
export function webhook(settings: WebhookSettings, now: () => number = Date.now): Question | undefined {
  const { authorizeUrl, authorizeSecrets, authorizeTimeoutMs: timeoutMs } = settings
  if (authorizeUrl === '') return undefined
  checkAddress('authorizeUrl', authorizeUrl)
  if (authorizeSecrets.length === 0)
    throw new SettingError('{authorizeUrl} needs {authorizeSecrets} beside it, so that who is asked knows by whom.')
  const keys = signingKeysOf('authorizeSecrets', authorizeSecrets)

  return async (request, attempt) => {
    const body = JSON.stringify(bodyOf(request, attempt))
    const content = { id: `msg_${randomBytes(16).toString('base64url')}`, timestamp: Math.floor(now() / 1000), body }
    const headers = { 'content-type': 'application/json', ...signatureHeaders(content, keys) }
    const bounds = { timeoutMs, maxBytes: maxAnswerBytes }
    return read(await fetchWithin(authorizeUrl, { method: 'POST', headers, body }, bounds))
  }
}

function bodyOf({ ip, headers }: FastifyRequest, attempt: JoinAttempt): AuthorizeRequest {
  const { origin, 'user-agent': userAgent } = headers
  return {
    ...attempt,
    address: ip,
    ...(origin !== undefined && { origin }),
    ...(userAgent !== undefined && { userAgent }),
  }
}

/**
 * @returns a grant, as far as is known; null for a refusal
 * @throws  FetchFailure  when it is no answer
 */
function read({ status, text }: Answer): unknown {
  if (status === 403) return null
  if (status !== 200) throw new FetchFailure(`status ${status}`)
  let answer: unknown
  try {
    answer = JSON.parse(text)
  } catch {
    throw new FetchFailure('no JSON')
  }
  const allow: unknown = Reflect.get(Object(answer), 'allow')
  if (allow === false) return null
  if (allow !== undefined && allow !== true) throw new FetchFailure('"allow" is neither true nor false')
  // Null is what the hook refuses with; here it is nothing that anybody means.
  if (answer === null) throw new FetchFailure('no object')
  return answer
}
