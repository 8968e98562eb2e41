import fc from 'fast-check'
import t from 'tap'
import { decodeXorAddress } from '../../../plugins/ice-servers/stun-address.js'
import {
  attributeTypes,
  decodeMessage,
  encodeMessage,
  errorOf,
  findAttribute,
  isAuthentic,
  lengthOf,
  longTermKey,
  methods,
  newTransactionId,
  type ReceivedMessage,
  type StunClass,
} from '../../../plugins/ice-servers/stun-message.js'

const bytesOf = (hex: string): Buffer => Buffer.from(hex.replace(/\s+/g, ''), 'hex')

/** The test vectors of RFC 5769, sections 2.1 to 2.4. */
const sampleRequest = bytesOf(`
  00010058 2112a442 b7e7a701 bc34d686 fa87dfae 80220010 5354554e 20746573 7420636c 69656e74 00240004 6e0001ff
  80290008 932ff9b1 51263b36 00060009 6576746a 3a683676 59202020 00080014 9aeaa70c bfd8cb56 781ef2b5 b2d3f249
  c1b571a2 80280004 e57a3bcf`)
const sampleIPv4Response = bytesOf(`
  0101003c 2112a442 b7e7a701 bc34d686 fa87dfae 8022000b 74657374 20766563 746f7220 00200008 0001a147 e112a643
  00080014 2b91f599 fd9e90c3 8c7489f9 2af9ba53 f06be7d7 80280004 c07d4c96`)
const sampleIPv6Response = bytesOf(`
  01010048 2112a442 b7e7a701 bc34d686 fa87dfae 8022000b 74657374 20766563 746f7220 00200014 0002a147 0113a9fa
  a5d3f179 bc25f4b5 bed2b9d9 00080014 a382954e 4be67bf1 1784c97c 8292c275 bfe3ed41 80280004 c8fb0b4c`)
const sampleLongTerm = bytesOf(`
  00010060 2112a442 78ad3433 c6ad72c0 29da412e 00060012 e3839ee3 8388e383 aae38383 e382afe3 82b90000 0015001c
  662f2f34 39396b39 35346436 4f4c3334 6f4c3946 53547679 36347341 0014000b 6578616d 706c652e 6f726700 00080014
  f6702465 6dd64a3e 02b8e071 2e85c9a2 8ca89666`)
const shortTermKey = Buffer.from('VOkJxbRl1RmTxUk/WvJxBt')

function decode(bytes: Buffer): ReceivedMessage {
  const message = decodeMessage(bytes)
  if (message === undefined) throw new Error('not decoded')
  return message
}

t.test('the vectors of RFC 5769 are read, and believed with their keys alone', async (t) => {
  for (const [bytes, kind] of [
    [sampleRequest, 'request'],
    [sampleIPv4Response, 'success'],
    [sampleIPv6Response, 'success'],
  ] as const) {
    const message = decode(bytes)
    t.match(message, { class: kind, method: methods.binding })
    t.ok(isAuthentic(message, shortTermKey))
    t.notOk(isAuthentic(message, Buffer.from('another')))
  }
  t.equal(findAttribute(decode(sampleRequest), 'username')?.toString(), 'evtj:h6vY')
})

t.test('their addresses are those that the RFC names', async (t) => {
  for (const [bytes, address] of [
    [sampleIPv4Response, '192.0.2.1'],
    [sampleIPv6Response, '2001:db8:1234:5678:11:2233:4455:6677'],
  ] as const) {
    const message = decode(bytes)
    const value = findAttribute(message, 'xorMappedAddress') ?? Buffer.alloc(0)
    t.strictSame(decodeXorAddress(value, message.transactionId), { address, port: 32_853 })
  }
})

t.test('the long-term vector is made byte for byte, but for the FINGERPRINT that comes after it', async (t) => {
  const message = decode(sampleLongTerm)
  // The password, as the RFC has it after SASLprep.
  const key = longTermKey('\u30de\u30c8\u30ea\u30c3\u30af\u30b9', 'example.org', 'TheMatrIX')
  t.ok(isAuthentic(message, key))
  const attributes = message.attributes.filter(({ type }) => type !== attributeTypes.messageIntegrity)
  const made = encodeMessage({ ...message, attributes }, key)
  t.equal(made.length, sampleLongTerm.length + 8)
  t.same(made.subarray(4, sampleLongTerm.length), sampleLongTerm.subarray(4))
  t.equal(made.readUInt16BE(2), sampleLongTerm.readUInt16BE(2) + 8)
})

t.test('one wrong bit anywhere before the FINGERPRINT, and it is no message or not believed', async (t) => {
  for (let bit = 0; bit < (sampleIPv4Response.length - 8) * 8; bit += 1) {
    const bytes = Buffer.from(sampleIPv4Response)
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    const message = decodeMessage(bytes)
    t.ok(message === undefined || !isAuthentic(message, shortTermKey), `bit ${bit}`)
  }
})

t.test('what is added after the MESSAGE-INTEGRITY is not looked at', async (t) => {
  const transactionId = newTransactionId()
  const key = longTermKey('ada', 'a realm', 'a password')
  const signed = encodeMessage({ class: 'success', method: methods.allocate, transactionId, attributes: [] }, key)
  // In the place of the FINGERPRINT.
  const forged = Buffer.concat([signed.subarray(0, -8), bytesOf('0014 0004 65766572')])
  const message = decode(forged)
  t.ok(isAuthentic(message, key))
  t.equal(findAttribute(message, 'realm'), undefined)
})

t.test('every message is read as it was written', async () => {
  const classes: StunClass[] = ['request', 'indication', 'success', 'error']
  const bytes = (maxLength: number): fc.Arbitrary<Buffer> =>
    fc.uint8Array({ maxLength }).map((array) => Buffer.from(array))
  fc.assert(
    fc.property(
      fc.constantFrom(...classes),
      fc.integer({ min: 0, max: 0xfff }),
      fc.array(fc.record({ type: fc.integer({ min: 0x8030, max: 0xffff }), value: bytes(40) }), { maxLength: 5 }),
      fc.option(bytes(20), { nil: undefined }),
      (kind, method, attributes, key) => {
        const transactionId = newTransactionId()
        const written = encodeMessage({ class: kind, method, transactionId, attributes }, key)
        const read = decode(written)
        if (read.class !== kind || read.method !== method) return false
        if (lengthOf(written) !== written.length || !read.transactionId.equals(transactionId)) return false
        if (key !== undefined && !isAuthentic(read, key)) return false
        return attributes.every(({ type, value }, at) => {
          const attribute = read.attributes[at]
          return attribute?.type === type && attribute.value.equals(value)
        })
      },
    ),
  )
})

t.test('nothing that somebody sends makes the reader fail', async (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (array, isStunLike) => {
      const bytes = Buffer.from(array)
      if (isStunLike && bytes.length >= 20) {
        bytes.writeUInt8(bytes.readUInt8() & 0x3f)
        bytes.writeUInt16BE(bytes.length - 20, 2)
        bytes.writeUInt32BE(0x2112_a442, 4)
      }
      const message = decodeMessage(bytes)
      if (message !== undefined) errorOf(message)
      lengthOf(bytes)
    }),
    { numRuns: 2000 },
  )
  t.equal(decodeMessage(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')), undefined)
})
