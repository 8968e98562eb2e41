import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * The format of STUN messages: RFC 8489, sections 5 and 14. All numbers are big-endian.
 *
 *      0                   16                  32
 *     | 00 | type (14 bits) | length of the rest |
 *     | magic cookie                             |
 *     | transaction id (12 bytes)                |
 *     | attributes: type, length, value, padding to a multiple of four …
 */
const magicCookie = 0x2112_a442
const headerBytes = 20

/** RFC 8489, section 18.2; RFC 8656, section 17. */
export const methods = { binding: 0x001, allocate: 0x003, refresh: 0x004, createPermission: 0x008 } as const

/** RFC 8489, section 18.3; RFC 8656, section 18. */
export const attributeTypes = {
  username: 0x0006,
  messageIntegrity: 0x0008,
  errorCode: 0x0009,
  lifetime: 0x000d,
  xorPeerAddress: 0x0012,
  realm: 0x0014,
  nonce: 0x0015,
  xorRelayedAddress: 0x0016,
  requestedAddressFamily: 0x0017,
  requestedTransport: 0x0019,
  xorMappedAddress: 0x0020,
  alternateServer: 0x8023,
  fingerprint: 0x8028,
} as const

/** The two bits of the class, where they are in the type. */
const classes = { request: 0x000, indication: 0x010, success: 0x100, error: 0x110 } as const
export type StunClass = keyof typeof classes

export interface StunAttribute {
  readonly type: number
  readonly value: Buffer
}

export interface StunMessage {
  readonly class: StunClass
  readonly method: number
  /** Twelve random bytes; the answer has those of the request. */
  readonly transactionId: Buffer
  /** Up to `messageIntegrity`: what comes after it is protected by nothing. */
  readonly attributes: readonly StunAttribute[]
}

/** A message as it came. */
export interface ReceivedMessage extends StunMessage {
  readonly bytes: Buffer
  /** Where in `bytes` the MESSAGE-INTEGRITY is, if there is one. */
  readonly integrityAt: number | undefined
}

export function newTransactionId(): Buffer {
  return randomBytes(12)
}

/**
 * The key of the long-term mechanism (RFC 8489, section 9.2.2) with MD5, which every TURN server knows.
 * All three are taken as they are; what we mint is ASCII, which SASLprep would not change.
 */
export function longTermKey(username: string, realm: string, password: string): Buffer {
  return createHash('md5').update(`${username}:${realm}:${password}`).digest()
}

/**
 * @param key  adds a MESSAGE-INTEGRITY (HMAC-SHA1) when given
 * @returns    the message, with a FINGERPRINT at its end
 */
export function encodeMessage(message: StunMessage, key?: Buffer): Buffer {
  const header = Buffer.alloc(headerBytes)
  header.writeUInt16BE(typeOf(message))
  header.writeUInt32BE(magicCookie, 4)
  message.transactionId.copy(header, 8)
  let bytes = Buffer.concat([header, ...message.attributes.map(encodeAttribute)])
  if (key !== undefined) {
    const value = integrityOf(bytes, key)
    bytes = Buffer.concat([bytes, encodeAttribute({ type: attributeTypes.messageIntegrity, value })])
  }
  const value = fingerprintOf(bytes)
  return withLength(Buffer.concat([bytes, encodeAttribute({ type: attributeTypes.fingerprint, value })]))
}

/** @returns  undefined when it is no STUN message, or has a wrong FINGERPRINT */
export function decodeMessage(bytes: Buffer): ReceivedMessage | undefined {
  if (bytes.length < headerBytes || lengthOf(bytes) !== bytes.length) return undefined
  const attributes: StunAttribute[] = []
  let integrityAt: number | undefined
  for (let at = headerBytes; at < bytes.length; ) {
    if (at + 4 > bytes.length) return undefined
    const type = bytes.readUInt16BE(at)
    const end = at + 4 + bytes.readUInt16BE(at + 2)
    if (end > bytes.length) return undefined
    const value = bytes.subarray(at + 4, end)
    if (type === attributeTypes.fingerprint && !value.equals(fingerprintOf(bytes.subarray(0, at)))) return undefined
    if (integrityAt === undefined) attributes.push({ type, value })
    if (type === attributeTypes.messageIntegrity) integrityAt ??= at
    at = end + paddingOf(value.length)
  }
  const type = bytes.readUInt16BE()
  return {
    class: classOf(type),
    method: (type & 0x000f) | ((type & 0x00e0) >> 1) | ((type & 0x3e00) >> 2),
    transactionId: bytes.subarray(8, headerBytes),
    attributes,
    bytes,
    integrityAt,
  }
}

/**
 * How long the message is that begins here; for a stream.
 *
 * @returns  undefined when this is not the beginning of one; 0 when that cannot be told yet
 */
export function lengthOf(bytes: Buffer): number | undefined {
  const [first] = bytes
  if (first === undefined) return 0
  if (first > 0x3f) return undefined
  if (bytes.length < 8) return 0
  const length = bytes.readUInt16BE(2)
  if (bytes.readUInt32BE(4) !== magicCookie || length % 4 !== 0) return undefined
  return headerBytes + length
}

/** Whether the message comes from somebody who has the key. */
export function isAuthentic(message: ReceivedMessage, key: Buffer): boolean {
  const { bytes, integrityAt: at } = message
  const value = findAttribute(message, 'messageIntegrity')
  return at !== undefined && value?.length === 20 && timingSafeEqual(value, integrityOf(bytes.subarray(0, at), key))
}

export function findAttribute(message: StunMessage, name: keyof typeof attributeTypes): Buffer | undefined {
  return message.attributes.find(({ type }) => type === attributeTypes[name])?.value
}

/** The code of an error, 300 to 699, and its reason in words (RFC 8489, section 14.8). */
export function errorOf(message: StunMessage): { readonly code: number; readonly reason: string } | undefined {
  const value = findAttribute(message, 'errorCode')
  if (value === undefined || value.length < 4) return undefined
  return { code: (value.readUInt8(2) & 7) * 100 + value.readUInt8(3), reason: value.toString('utf8', 4) }
}

/** The HMAC is over all before it, with the length as if the message ended with it. */
function integrityOf(before: Buffer, key: Buffer): Buffer {
  return createHmac('sha1', key)
    .update(withLength(before, before.length + 24))
    .digest()
}

/** As the HMAC: over all before it, and the length up to its own end. */
function fingerprintOf(before: Buffer): Buffer {
  const value = Buffer.alloc(4)
  value.writeUInt32BE((crc32(withLength(before, before.length + 8)) ^ 0x5354_554e) >>> 0)
  return value
}

function withLength(bytes: Buffer, total = bytes.length): Buffer {
  const copy = Buffer.from(bytes)
  copy.writeUInt16BE(total - headerBytes, 2)
  return copy
}

function encodeAttribute({ type, value }: StunAttribute): Buffer {
  const bytes = Buffer.alloc(4 + value.length + paddingOf(value.length))
  bytes.writeUInt16BE(type)
  bytes.writeUInt16BE(value.length, 2)
  value.copy(bytes, 4)
  return bytes
}

function paddingOf(length: number): number {
  return (4 - (length % 4)) % 4
}

/** The bits of the method go round those of the class (RFC 8489, figure 3). */
function typeOf({ class: name, method }: StunMessage): number {
  return (method & 0x00f) | ((method & 0x070) << 1) | ((method & 0xf80) << 2) | classes[name]
}

function classOf(type: number): StunClass {
  if ((type & 0x110) === classes.request) return 'request'
  if ((type & 0x110) === classes.indication) return 'indication'
  return (type & 0x110) === classes.success ? 'success' : 'error'
}

/** The CRC-32 of ITU-T V.42. Node's own is in no Node 20 before 20.15. */
function crc32(bytes: Buffer): number {
  let crc = 0xffff_ffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb8_8320 : crc >>> 1
  }
  return (crc ^ 0xffff_ffff) >>> 0
}
