import { BlockList, isIPv4, isIPv6 } from 'node:net'

/** An address and a port, as attributes have them. */
export interface TransportAddress {
  readonly address: string
  readonly port: number
}

const families = { IPv4: 1, IPv6: 2 } as const
const magicCookie = Buffer.from([0x21, 0x12, 0xa4, 0x42])

/**
 * Reads the value of an XOR-…-ADDRESS (RFC 8489, section 14.2): family, port and address, the latter two mixed with the magic
 * cookie and the transaction id, so that no router on the way takes them for addresses to rewrite.
 *
 * @returns  undefined when it is none
 */
export function decodeXorAddress(value: Buffer, transactionId: Buffer): TransportAddress | undefined {
  const plain = mixed(value, transactionId)
  return decodeAddress(plain)
}

/** Reads the value of a plain …-ADDRESS or of ALTERNATE-SERVER (RFC 8489, sections 14.1 and 14.15). */
export function decodeAddress(value: Buffer): TransportAddress | undefined {
  const family = value[1]
  if (family === families.IPv4 && value.length === 8)
    return { port: value.readUInt16BE(2), address: value.subarray(4).join('.') }
  if (family !== families.IPv6 || value.length !== 20) return undefined
  const groups = Array.from({ length: 8 }, (_, n) => value.readUInt16BE(4 + 2 * n).toString(16))
  return { port: value.readUInt16BE(2), address: shortest(groups.join(':')) }
}

/** @throws TypeError  when the address is none */
export function encodeXorAddress({ address, port }: TransportAddress, transactionId: Buffer): Buffer {
  const host = isIPv4(address) ? address.split('.').map(Number) : bytesOfIPv6(address)
  const family = host.length === 4 ? families.IPv4 : families.IPv6
  return mixed(Buffer.from([0, family, port >> 8, port & 0xff, ...host]), transactionId)
}

/** The value of a REQUESTED-ADDRESS-FAMILY (RFC 8656, section 18.8). */
export function addressFamily(family: keyof typeof families): Buffer {
  return Buffer.from([families[family], 0, 0, 0])
}

function mixed(value: Buffer, transactionId: Buffer): Buffer {
  const key = Buffer.concat([Buffer.from([0, 0]), magicCookie.subarray(0, 2), magicCookie, transactionId])
  return Buffer.from(value.map((byte, at) => byte ^ (key[at] ?? 0)))
}

function bytesOfIPv6(address: string): number[] {
  if (!isIPv6(address)) throw new TypeError(`${address} is no address`)
  const [head = '', tail] = shortest(address).split('::')
  const before = head.split(':').filter(Boolean)
  const after = tail?.split(':').filter(Boolean) ?? []
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0')
  return [...before, ...zeros, ...after].flatMap((group) => {
    const number = Number.parseInt(group, 16)
    return [number >> 8, number & 0xff]
  })
}

/** RFC 5952, as URLs have it: no IPv4 in dots, the longest zeros left out. */
function shortest(address: string): string {
  return new URL(`http://[${address}]`).hostname.slice(1, -1)
}

const inside = new BlockList()
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  inside.addSubnet(network, bits, 'ipv4')
for (const [network, bits] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
] as const)
  inside.addSubnet(network, bits, 'ipv6')

/** Whether an address means something on one machine or in one network only: private, shared (CGNAT), link-local, loopback. */
export function isInside(address: string): boolean {
  return inside.check(address, isIPv4(address) ? 'ipv4' : 'ipv6')
}
