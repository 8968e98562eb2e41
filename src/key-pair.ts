import { constants, createPrivateKey, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { ServerOptions } from 'node:https'
import { createSecureContext } from 'node:tls'
import { environmentName, type TlsConfig } from '../schemas/index.js'
import { ConfigError, reasonOf } from './config.js'

/** A certificate, with those that lead to its authority, and its private key, both in PEM. */
export interface KeyPair {
  readonly cert: string
  readonly key: string
}

/** How long a client may take for its TLS handshake. Node's own is two minutes, which is good for those who hold sockets open. */
const handshakeTimeoutMs = 10_000

const [certName, keyName] = [environmentName('tlsCert'), environmentName('tlsKey')]

/**
 * What may be spoken: with a key for each connection, so that nobody who gets the private one can read what was recorded, and with
 * ciphers that also find out what was changed (RFC 9325, section 4.2). Every browser since 2016 has one of them.
 */
const ciphers = [
  // TLS 1.3
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  // TLS 1.2
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':')

/**
 * What `node:https` is to be told. TLS 1.0 and 1.1 are no more (RFC 8996), and shaking hands again and again over one connection, which
 * costs the server more than the client, no browser does; both whatever Node has been started with.
 */
export function httpsOptions({ cert, key }: KeyPair): ServerOptions {
  return {
    cert,
    key,
    ciphers,
    minVersion: 'TLSv1.2',
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    handshakeTimeout: handshakeTimeoutMs,
  }
}

/**
 * The files as they are, without a look at what is in them.
 *
 * @throws ConfigError
 */
export async function readFiles({ tlsCert, tlsKey }: TlsConfig): Promise<KeyPair> {
  const read = (name: string, path: string) =>
    readFile(path, 'utf8').catch((error: unknown) => {
      throw new ConfigError(`${name} cannot be read: ${reasonOf(error)}.`)
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
