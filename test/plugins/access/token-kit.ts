import { createSecretKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { type JWTPayload, SignJWT } from 'jose'

export const secret = 'a-secret-for-tests-0123456789abcdef'
export const otherSecret = 'another-secret-for-tests-0123456789'
export const room = '1001'

/** A pair of keys, and how the public one is written down. */
export interface Pair {
  readonly alg: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  readonly pem: string
  jwk(more?: object): object
}

function pair(alg: string, { privateKey, publicKey }: { privateKey: KeyObject; publicKey: KeyObject }): Pair {
  return {
    alg,
    privateKey,
    publicKey,
    pem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    jwk: (more = {}) => ({ ...publicKey.export({ format: 'jwk' }), ...more }),
  }
}

export const ed25519 = () => pair('EdDSA', generateKeyPairSync('ed25519'))
export const p256 = () => pair('ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' }))
export const p384 = () => pair('ES384', generateKeyPairSync('ec', { namedCurve: 'P-384' }))
export const rsa = (modulusLength = 2048) => pair('RS256', generateKeyPairSync('rsa', { modulusLength }))

export function seconds(): number {
  return Math.floor(Date.now() / 1000)
}

export interface TokenParts {
  /** Undefined: none. Default: good for a minute. */
  readonly claims?: JWTPayload
  readonly header?: { readonly alg?: string; readonly kid?: string; readonly [name: string]: unknown }
}

/** A token for `room`, good for a minute, unless the claims say something else; undefined takes a claim out. */
export async function tokenBy(key: Pair | string, { claims = {}, header = {} }: TokenParts = {}): Promise<string> {
  const alg = typeof key === 'string' ? 'HS256' : key.alg
  const payload = Object.entries({ room, exp: seconds() + 60, ...claims }).filter(([, value]) => value !== undefined)
  return await new SignJWT(Object.fromEntries(payload))
    .setProtectedHeader({ alg, ...header })
    .sign(typeof key === 'string' ? createSecretKey(Buffer.from(key)) : key.privateKey)
}

/** One part of a JWT. */
export function encoded(part: unknown): string {
  return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url')
}
