import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'

/** What a client offers when it shakes hands in TLS 1.2 or before (RFC 5246, section 7.4.1.2). */
export interface ClientHello {
  /** As it is on the wire: 0x0303 is TLS 1.2, 0x0300 SSL 3. */
  readonly version: number
  /** Numbers of the IANA registry. */
  readonly suites: readonly number[]
  /** 0: none, 1: DEFLATE. Default: none. */
  readonly compressions?: readonly number[]
}

/** What the server says to it first. */
export type Answer =
  /** It will not; the number is that of the alert (RFC 5246, section 7.2). */
  { readonly alert: number } | { readonly version: number; readonly suite: number; readonly compression: number }

/** Says hello by hand, as OpenSSL would offer nothing that it does not know itself. */
export async function sayHello(url: string, hello: ClientHello): Promise<Answer> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  try {
    socket.write(recordOf(hello))
    let received = Buffer.alloc(0)
    for await (const chunk of socket) {
      received = Buffer.concat([received, chunk])
      if (received.length >= 5 && received.length >= 5 + received.readUInt16BE(3)) return read(received)
    }
    throw new Error(`the connection ended after ${received.length} bytes`)
  } finally {
    socket.destroy()
  }
}

function recordOf({ version, suites, compressions = [0] }: ClientHello): Buffer {
  const body = Buffer.concat([
    uint16(version),
    randomBytes(32),
    Buffer.of(0),
    withLength(Buffer.concat(suites.map(uint16))),
    Buffer.of(compressions.length, ...compressions),
    withLength(extensions),
  ])
  const message = Buffer.concat([Buffer.of(1, 0), withLength(body)])
  return Buffer.concat([Buffer.of(0x16), uint16(Math.min(version, 0x0301)), withLength(message)])
}

/** Without these no server takes a suite that needs a curve. */
const extensions = Buffer.concat([
  // supported_groups: X25519, P-256
  extension(10, withLength(Buffer.concat([uint16(0x001d), uint16(0x0017)]))),
  // ec_point_formats: uncompressed
  extension(11, Buffer.of(1, 0)),
  // signature_algorithms: ECDSA, RSA-PSS and PKCS #1 with SHA-256
  extension(13, withLength(Buffer.concat([uint16(0x0403), uint16(0x0804), uint16(0x0401)]))),
])

function extension(type: number, content: Buffer): Buffer {
  return Buffer.concat([uint16(type), withLength(content)])
}

function read(bytes: Buffer): Answer {
  if (bytes[0] === 0x15) return { alert: bytes.readUInt8(6) }
  if (bytes[0] !== 0x16 || bytes[5] !== 2)
    throw new Error(`neither an alert nor a ServerHello: ${bytes.toString('hex')}`)
  // Behind the version and the 32 random bytes stands the id of a session, with its length.
  const at = 9 + 34 + 1 + bytes.readUInt8(9 + 34)
  return { version: bytes.readUInt16BE(9), suite: bytes.readUInt16BE(at), compression: bytes.readUInt8(at + 2) }
}

function withLength(bytes: Buffer): Buffer {
  return Buffer.concat([uint16(bytes.length), bytes])
}

function uint16(number: number): Buffer {
  return Buffer.of(number >> 8, number & 0xff)
}
