import { randomBytes } from 'node:crypto'
import { Value } from '@sinclair/typebox/value'
import { SignJWT } from 'jose'
import {
  type AccessConfig,
  defaultsOf,
  Limits,
  type RoomId,
  SignalingError,
  TokenRequest,
} from '../../schemas/index.js'
import { readName } from '../naming/name.js'
import { readRoomId } from '../naming/room-id.js'
import { maxTokenLength } from './room-tokens.js'
import { keyFromSecret } from './token-key.js'

const defaultTtlSeconds = 3600

/** With what tokens are made: the settings of the service that is to take them. */
export interface MintOptions
  extends Pick<AccessConfig, 'tokenSecrets'>,
    Partial<Pick<AccessConfig, 'tokenIssuer' | 'tokenAudience'>>,
    Partial<Pick<Limits, 'maxRoomIdLength' | 'maxNameLength'>> {}

export interface MintedToken {
  readonly token: string
  /** As it is in the token. */
  readonly room: RoomId
  readonly expiresAt: Date
}

/**
 * Makes a room token, signed with the first of the secrets by HS256.
 *
 * @param now  milliseconds since 1970
 * @throws     SignalingError `bad-message`, `room-id-required`, `room-id-invalid`, `name-invalid`: no such token would be taken
 * @throws     TypeError  without a secret
 */
export async function mintToken(
  request: TokenRequest,
  { tokenSecrets: [secret], tokenIssuer = '', tokenAudience = '', ...bounds }: MintOptions,
  now: () => number = Date.now,
): Promise<MintedToken> {
  if (secret === undefined) throw new TypeError('a token needs a secret to be signed with')
  const { role, subject, capacity, ttlSeconds = defaultTtlSeconds, name } = readTokenRequest(request)
  const limits = { ...defaultsOf(Limits), ...bounds }
  const room = readRoomId(request.room, limits)
  const shownName = name === undefined ? undefined : readName(name, limits)
  const claims = {
    room,
    ...(role !== undefined && { role }),
    ...(shownName !== undefined && { name: shownName }),
    ...(capacity !== undefined && { capacity }),
    ...(subject !== undefined && { sub: subject }),
    ...(tokenIssuer !== '' && { iss: tokenIssuer }),
    ...(tokenAudience !== '' && { aud: tokenAudience }),
  }
  const issuedAt = Math.floor(now() / 1000)
  const expiresAt = issuedAt + ttlSeconds
  const { algorithm, key } = keyFromSecret(secret)
  const token = await new SignJWT(claims)
    .setProtectedHeader({ alg: algorithm, typ: 'JWT' })
    .setJti(randomBytes(16).toString('base64url'))
    .setIssuedAt(issuedAt)
    .setExpirationTime(expiresAt)
    .sign(key)
  if (token.length > maxTokenLength) throw new SignalingError('bad-message', 'the token would be too long')
  return { token, room, expiresAt: new Date(expiresAt * 1000) }
}

/** @throws SignalingError `bad-message` */
export function readTokenRequest(request: unknown): TokenRequest {
  if (Value.Check(TokenRequest, request)) return request
  const error = Value.Errors(TokenRequest, request).First()
  throw new SignalingError('bad-message', `${error?.path.slice(1) || 'the request'}: ${error?.message}`)
}
