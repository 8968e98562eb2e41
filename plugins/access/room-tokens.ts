import { createHash } from 'node:crypto'
import { Value } from '@sinclair/typebox/value'
import { decodeProtectedHeader, errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose'
import { type AccessConfig, type Limits, type RoomId, TokenClaims } from '../../schemas/index.js'
import { trimRoomId } from '../naming/room-id.js'
import { type Grant, InvalidGrant, readGrant } from './grant.js'
import { Refused } from './refused.js'
import { algorithmOf, namesOf, type TokenKey } from './token-key.js'
import type { TokenKeys } from './token-keys.js'

/** Longest token that is looked at, in characters. */
export const maxTokenLength = 4096

/** How far the clocks of who makes tokens and of this machine may be apart. */
const leewaySeconds = 30

/** RFC 7515, section 7.1. */
const compactForm = /^[\w-]+\.[\w-]+\.[\w-]+$/

export interface RoomTokensOptions {
  readonly keys: TokenKeys
  readonly config: Pick<AccessConfig, 'tokenIssuer' | 'tokenAudience'>
  readonly limits: Limits
  /** Milliseconds since 1970. Default: the machine's. */
  readonly now?: () => number
}

/** Reads room tokens: JWTs (RFC 7519) that say who may come into which room, and what it may do there. */
export class RoomTokens {
  readonly #keys: TokenKeys
  readonly #limits: Limits
  readonly #now: () => number
  readonly #expected: JWTVerifyOptions

  constructor({ keys, config, limits, now = Date.now }: RoomTokensOptions) {
    this.#keys = keys
    this.#limits = limits
    this.#now = now
    const { tokenIssuer: issuer, tokenAudience: audience } = config
    this.#expected = {
      requiredClaims: ['exp'],
      clockTolerance: leewaySeconds,
      ...(issuer !== '' && { issuer }),
      ...(audience !== '' && { audience }),
    }
  }

  /**
   * What a token lets its owner do in this room.
   *
   * @param token  as it came from the client
   * @throws       Refused `token-…`, `access-unavailable`
   */
  async read(token: unknown, roomId: RoomId): Promise<Grant> {
    if (token === undefined || token === null || token === '') throw new Refused('token-required', 'no token')
    if (typeof token !== 'string' || token.length > maxTokenLength || !compactForm.test(token))
      throw new Refused('token-invalid', 'no JWT')
    const claims = readClaims(await this.#verify(token))
    if (trimRoomId(claims.room) !== roomId) throw new Refused('token-wrong-room', 'room')
    const { role, sub: subject, jti: tokenId = idOf(token), name, capacity } = claims
    try {
      return readGrant({ role, subject, tokenId, name, capacity }, this.#limits)
    } catch (error) {
      if (error instanceof InvalidGrant) throw new Refused('token-invalid', error.message)
      throw error
    }
  }

  async #verify(token: string): Promise<JWTPayload> {
    const { alg, kid } = headerOf(token)
    const algorithm = algorithmOf(alg)
    if (algorithm === undefined) throw new Refused('token-invalid', 'alg')
    for await (const key of this.#keys.candidates(algorithm, kid)) {
      const payload = await this.#verifyWith(key, token)
      if (payload !== undefined) return payload
    }
    throw new Refused('token-invalid', 'signature')
  }

  /** @returns undefined when it is not this key that the token is signed with */
  async #verifyWith({ algorithm, key }: TokenKey, token: string): Promise<JWTPayload | undefined> {
    try {
      const { payload } = await jwtVerify(token, key, {
        ...this.#expected,
        algorithms: namesOf(algorithm),
        currentDate: new Date(this.#now()),
      })
      return payload
    } catch (error) {
      if (error instanceof errors.JWSSignatureVerificationFailed) return undefined
      throw error instanceof errors.JOSEError ? refusalFor(error) : error
    }
  }
}

/** Nothing of it is known to be true yet: it serves to choose among keys that are trusted (RFC 7515, section 4.1). */
function headerOf(token: string): { alg: unknown; kid: string | undefined } {
  try {
    const { alg, kid } = decodeProtectedHeader(token)
    if (kid !== undefined && typeof kid !== 'string') throw new Refused('token-invalid', 'kid')
    return { alg, kid }
  } catch (error) {
    throw error instanceof Refused ? error : new Refused('token-invalid', 'header')
  }
}

/** The signature is right, so whoever is told this may know it. */
function refusalFor(error: errors.JOSEError): Refused {
  if (error instanceof errors.JWTExpired) return new Refused('token-expired', 'exp')
  if (!(error instanceof errors.JWTClaimValidationFailed)) return new Refused('token-invalid', error.code)
  const isTooEarly = error.claim === 'nbf' && error.reason === 'check_failed'
  return new Refused(isTooEarly ? 'token-not-yet-valid' : 'token-invalid', error.claim)
}

function readClaims(payload: JWTPayload): TokenClaims {
  const claims: unknown = payload
  if (Value.Check(TokenClaims, claims)) return claims
  throw new Refused('token-invalid', Value.Errors(TokenClaims, claims).First()?.path.slice(1) ?? 'claims')
}

/**
 * For a token without a `jti`. Of what is signed alone: the same signature can be written in several ways, and an ES256 one
 * made into another, and a person who was put out must not come back by that.
 */
function idOf(token: string): string {
  return createHash('sha256')
    .update(token.slice(0, token.lastIndexOf('.')))
    .digest('base64url')
}
