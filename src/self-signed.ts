import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { isIP } from 'node:net'
import type { KeyPair } from './key-pair.js'

export interface SelfSignedOptions {
  /** Whom it is for: names and addresses. */
  readonly hosts: readonly string[]
  readonly from: Date
  readonly to: Date
}

/**
 * A certificate that is signed with its own key, on the curve P-256 (RFC 5280, RFC 5758), for development. Node can make the key and
 * the signature; what is between them is written here in DER (X.690), of which it takes little.
 */
export function makeSelfSigned({ hosts, from, to }: SelfSignedOptions): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const name = sequence(der(tags.set, sequence(oid.commonName, text(tags.utf8, 'Signalbox development'))))
  const algorithm = sequence(oid.ecdsaWithSha256)
  const content = sequence(
    der(tags.version, der(tags.integer, Buffer.of(2))),
    // Positive, and without a zero in front.
    der(tags.integer, Buffer.of(0x40), randomBytes(15)),
    algorithm,
    name,
    sequence(time(from), time(to)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(
      tags.extensions,
      sequence(
        extension(oid.subjectAltName, sequence(...hosts.map(generalName))),
        // Of no other certificate: Firefox takes none that could sign others for a server's.
        extension(oid.basicConstraints, sequence(), isCritical),
        extension(oid.keyUsage, der(tags.bitString, digitalSignature), isCritical),
        extension(oid.extendedKeyUsage, sequence(oid.serverAuth)),
      ),
    ),
  )
  const signature = der(tags.bitString, Buffer.of(0), sign('sha256', content, privateKey))
  const lines = sequence(content, algorithm, signature)
    .toString('base64')
    .replace(/.{1,64}/g, '$&\n')
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  utf8: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
  /** Of a `GeneralName`. */
  dnsName: 0x82,
  ipAddress: 0x87,
  /** Of a certificate. */
  version: 0xa0,
  extensions: 0xa3,
}

const oid = {
  commonName: Buffer.from('0603550403', 'hex'),
  ecdsaWithSha256: Buffer.from('06082a8648ce3d040302', 'hex'),
  subjectAltName: Buffer.from('0603551d11', 'hex'),
  basicConstraints: Buffer.from('0603551d13', 'hex'),
  keyUsage: Buffer.from('0603551d0f', 'hex'),
  extendedKeyUsage: Buffer.from('0603551d25', 'hex'),
  serverAuth: Buffer.from('06082b06010505070301', 'hex'),
}

/** The first bit of eight; how many of them are unused stands before it. */
const digitalSignature = Buffer.of(7, 0x80)

const isCritical = der(tags.boolean, Buffer.of(0xff))

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  return Buffer.concat([Buffer.of(tag), lengthOf(content.length), content])
}

/** In one byte, or in as many as the first one says. */
function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length)
  if (length < 0x100) return Buffer.of(0x81, length)
  return Buffer.of(0x82, length >> 8, length & 0xff)
}

function sequence(...parts: readonly Uint8Array[]): Buffer {
  return der(tags.sequence, ...parts)
}

function text(tag: number, characters: string): Buffer {
  return der(tag, Buffer.from(characters))
}

function extension(id: Buffer, value: Buffer, ...critical: readonly Buffer[]): Buffer {
  return sequence(id, ...critical, der(tags.octetString, value))
}

/** RFC 5280, section 4.1.2.5: years in two digits until 2049. */
function time(date: Date): Buffer {
  const digits = `${date.toISOString().replace(/\.\d+|\D/g, '')}Z`
  return date.getUTCFullYear() < 2050 ? text(tags.utcTime, digits.slice(2)) : text(tags.generalizedTime, digits)
}

function generalName(host: string): Buffer {
  const version = isIP(host)
  if (version === 0) return text(tags.dnsName, host)
  return der(tags.ipAddress, version === 4 ? Buffer.from(host.split('.').map(Number)) : bytesOfIpv6(host))
}

function bytesOfIpv6(address: string): Buffer {
  // In its shortest form, and nothing of it as in IPv4.
  const { hostname } = new URL(`http://[${address}]`)
  const [head = [], tail = []] = hostname
    .slice(1, -1)
    .split('::')
    .map((half) => half.split(':').filter((group) => group !== ''))
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0')
  return Buffer.from([...head, ...zeros, ...tail].map((group) => group.padStart(4, '0')).join(''), 'hex')
}
