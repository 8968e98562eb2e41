import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { ServerOptions } from 'node:https'
import { createSecureContext } from 'node:tls'
import { environmentName, type TlsConfig } from '../schemas/index.js'
import { ConfigError } from './config.js'

/** A certificate, with those that lead to its authority, and its private key, both in PEM. */
export interface KeyPair {
  readonly cert: string
  readonly key: string
}

/** How long a client may take for its TLS handshake. Node's own is two minutes, which is good for those who hold sockets open. */
const handshakeTimeoutMs = 10_000

const [certName, keyName] = [environmentName('tlsCert'), environmentName('tlsKey')]

/** What `node:https` is to be told. TLS 1.0 and 1.1 are no more (RFC 8996), whatever Node has been started with. */
export function httpsOptions({ cert, key }: KeyPair): ServerOptions {
  return { cert, key, minVersion: 'TLSv1.2', handshakeTimeout: handshakeTimeoutMs }
}

/**
 * The files as they are, without a look at what is in them.
 *
 * @throws ConfigError
 */
export async function readFiles({ tlsCert, tlsKey }: TlsConfig): Promise<KeyPair> {
  const read = (name: string, path: string) =>
    readFile(path, 'utf8').catch((error: unknown) => {
      throw new ConfigError(`${name} cannot be read: ${messageOf(error)}.`)
    })
  const [cert, key] = await Promise.all([read(certName, tlsCert), read(keyName, tlsKey)])
  return { cert, key }
}

/**
 * Makes sure that a server can take them: both are what they should be, and belong together.
 *
 * @returns  the certificate itself, the first one in its file
 * @throws   ConfigError
 */
export function checkKeyPair({ cert, key }: KeyPair): X509Certificate {
  const certificate = attempt(() => new X509Certificate(cert), `${certName} names no file with a certificate in PEM.`)
  const privateKey = attempt(
    () => createPrivateKey(key),
    `${keyName} names no file with a private key in PEM that has no passphrase.`,
  )
  if (!certificate.checkPrivateKey(privateKey))
    throw new ConfigError(`${keyName} is not the key of the certificate in ${certName}.`)
  try {
    createSecureContext(httpsOptions({ cert, key }))
  } catch (error) {
    throw new ConfigError(`${certName} and ${keyName} cannot be used: ${messageOf(error)}.`)
  }
  return certificate
}

/** Errors of OpenSSL are about its own insides. */
function attempt<T>(read: () => T, sentence: string): T {
  try {
    return read()
  } catch {
    throw new ConfigError(sentence)
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
