import { createHmac, randomBytes } from 'node:crypto'

/** A name and a password for a TURN server. */
export interface TurnCredential {
  readonly username: string
  readonly credential: string
}

/**
 * Makes a password that a TURN server with the same secret accepts for a while, without being told: the form of coturn's
 * `use-auth-secret` (draft-uberti-behave-turn-rest-00, section 2.2). The username is `<expiry in seconds since 1970>:<user>`,
 * the password its HMAC-SHA1 in base64.
 *
 * @param user         opaque; with coturn, what its `user-quota` is counted for
 * @param expiresAtMs  milliseconds since 1970
 */
export function mintCredential(secret: string, user: string, expiresAtMs: number): TurnCredential {
  const username = `${Math.floor(expiresAtMs / 1000)}:${user}`
  return { username, credential: createHmac('sha1', secret).update(username).digest('base64') }
}

/**
 * A name for a member that tells neither the TURN server nor its log who it is: the same for one subject as long as the key
 * is, so that quotas count for the person however often it comes; for somebody unknown another each time.
 *
 * @param key  known to nobody else: whoever has it can tell whether a user is a certain subject
 */
export function opaqueUser(key: Buffer, subject?: string): string {
  if (subject === undefined) return randomBytes(15).toString('base64url')
  return createHmac('sha256', key).update(subject).digest().subarray(0, 15).toString('base64url')
}
