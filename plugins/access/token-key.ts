import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto'
import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'

/** What tokens may be signed with (RFC 7518, section 3.1; RFC 8037). */
export type TokenAlgorithm = 'HS256' | 'EdDSA' | 'ES256' | 'RS256'

/** A key, with the one algorithm that it is good for (RFC 8725, section 3.1). */
export interface TokenKey {
  readonly algorithm: TokenAlgorithm
  /** What a JWK is called in its set. */
  readonly kid?: string
  readonly key: KeyObject
}

/** Why a key cannot be used, in words that follow its name: `is …`, `cannot …`. */
export class UnusableKey extends Error {
  override name = 'UnusableKey'
}

/** RFC 7518, section 3.3. */
const leastRsaBits = 2048

const algorithms = new Map<unknown, TokenAlgorithm>([
  ['HS256', 'HS256'],
  ['EdDSA', 'EdDSA'],
  // EdDSA over this curve has had a name of its own since RFC 9864.
  ['Ed25519', 'EdDSA'],
  ['ES256', 'ES256'],
  ['RS256', 'RS256'],
])

/** The algorithm of this name in a header or a JWK; undefined for one that is not used here. */
export function algorithmOf(name: unknown): TokenAlgorithm | undefined {
  return algorithms.get(name)
}

/** What an algorithm may be called in a header. */
export function namesOf(algorithm: TokenAlgorithm): string[] {
  return algorithm === 'EdDSA' ? ['EdDSA', 'Ed25519'] : [algorithm]
}

export function keyFromSecret(secret: string): TokenKey {
  return { algorithm: 'HS256', key: createSecretKey(secret, 'utf8') }
}

/**
 * @param pem  one block
 * @throws UnusableKey
 */
export function keyFromPem(pem: string): TokenKey {
  // Node would make a public key out of it, and the operator would never hear that it lies where it need not.
  if (/PRIVATE KEY-----/.test(pem)) throw new UnusableKey('is a private key; the public one is enough')
  return keyOf(() => createPublicKey(pem))
}

const text = Type.Optional(Type.String())

/** What is looked at of a public key in JSON (RFC 7517, section 4; RFC 7518, section 6; RFC 8037, section 2). */
const Jwk = Type.Object({
  kty: Type.String(),
  kid: text,
  alg: text,
  use: text,
  key_ops: Type.Optional(Type.Array(Type.String())),
  crv: text,
  x: text,
  y: text,
  n: text,
  e: text,
})

/**
 * @param jwk  one member of a JWK Set
 * @returns    undefined for one that is there for something else than signatures
 * @throws UnusableKey
 */
export function keyFromJwk(jwk: unknown): TokenKey | undefined {
  if (!Value.Check(Jwk, jwk)) throw new UnusableKey('is no JWK')
  const { kty, kid, alg, use, key_ops: operations } = jwk
  if (use !== undefined && use !== 'sig') return undefined
  if (operations !== undefined && !operations.includes('verify')) return undefined
  // A secret in a set that is there for all to see is known to all.
  if (kty === 'oct') throw new UnusableKey('is a shared secret')
  if ('d' in jwk) throw new UnusableKey('is a private key; the public one is enough')
  const { algorithm, key } = keyOf(() => createPublicKey({ key: jwk, format: 'jwk' }))
  if (alg !== undefined && algorithmOf(alg) !== algorithm)
    throw new UnusableKey(`is for ${alg}, which is not used here`)
  return { algorithm, key, ...(kid !== undefined && { kid }) }
}

function keyOf(read: () => KeyObject): TokenKey {
  let key: KeyObject
  try {
    key = read()
  } catch {
    // What OpenSSL says of it helps nobody, and might repeat it.
    throw new UnusableKey('cannot be read')
  }
  return { algorithm: algorithmFor(key), key }
}

function algorithmFor({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): TokenAlgorithm {
  if (asymmetricKeyType === 'ed25519') return 'EdDSA'
  if (asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === 'prime256v1') return 'ES256'
  if (asymmetricKeyType !== 'rsa') throw new UnusableKey('is neither Ed25519 nor P-256 nor RSA')
  const bits = asymmetricKeyDetails?.modulusLength ?? 0
  if (bits < leastRsaBits) throw new UnusableKey(`is RSA with ${bits} bits; it must have ${leastRsaBits} or more`)
  return 'RS256'
}
