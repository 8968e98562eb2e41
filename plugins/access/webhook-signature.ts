import { createHmac } from 'node:crypto'
import { SettingError } from '../../schemas/index.js'

const prefix = 'whsec_'
const base64 = /^[A-Za-z0-9+/]+={0,2}$/

/**
 * The bytes of a secret as the Standard Webhooks specification writes it (`whsec_` and base64), or of any other text.
 *
 * @returns undefined for one that begins so and does not go on so
 */
export function signingKeyOf(secret: string): Buffer | undefined {
  if (!secret.startsWith(prefix)) return Buffer.from(secret)
  const text = secret.slice(prefix.length)
  return base64.test(text) ? Buffer.from(text, 'base64') : undefined
}

/**
 * The keys of all secrets of a setting.
 *
 * @throws SettingError
 */
export function signingKeysOf(setting: string, secrets: readonly string[]): Buffer[] {
  return secrets.map((secret) => {
    const key = signingKeyOf(secret)
    if (key !== undefined) return key
    throw new SettingError(`{${setting}} has one that begins with whsec_ and does not go on in base64.`)
  })
}

/** What one request is signed as: neither its `id` nor its `timestamp` may have a full stop in it. */
export interface SignedContent {
  readonly id: string
  /** In seconds since 1970. */
  readonly timestamp: number
  /** Exactly as it is sent. */
  readonly body: string
}

/**
 * The headers of a signed request (Standard Webhooks 1.0.0, *Webhook headers*): a signature for each key.
 */
export function signatureHeaders({ id, timestamp, body }: SignedContent, keys: readonly Buffer[]) {
  const signatures = keys.map(
    (key) => `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`,
  )
  return { 'webhook-id': id, 'webhook-timestamp': `${timestamp}`, 'webhook-signature': signatures.join(' ') }
}
