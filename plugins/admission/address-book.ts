import { isIPv4 } from 'node:net'
import { normalizeIP } from '@fastify/rate-limit'
import type { AdmissionLimits } from '../../schemas/index.js'
import { AddressRecord } from './address-record.js'

/** Of those who have no socket so many are remembered; an IPv6 network has more addresses than any memory. */
const maxPast = 50_000

/** One network is one address: whoever has an IPv6 address has 2⁶⁴ of them (RFC 4291, section 2.5.4). */
const addressBits = 64

const mapped = '::ffff:'

function addressOf(ip: string): string {
  // Nearly all are IPv4, of which nothing is to be changed, or IPv4 within IPv6.
  const plain = ip.startsWith(mapped) ? ip.slice(mapped.length) : ip
  // Without the name of the network card that a link-local one has.
  return isIPv4(plain) ? plain : normalizeIP(ip.replace(/%.*/, ''), addressBits)
}

/** A record for each address. */
export class AddressBook {
  readonly #limits: AdmissionLimits
  readonly #present = new Map<string, AddressRecord>()
  /** Those without a socket, who left last at the end. */
  readonly #past = new Map<string, AddressRecord>()
  #sockets = 0

  constructor(limits: AdmissionLimits) {
    this.#limits = limits
  }

  /** How many sockets are open, from all addresses. */
  get sockets(): number {
    return this.#sockets
  }

  /** How many addresses are remembered. */
  get size(): number {
    return this.#present.size + this.#past.size
  }

  /** @param ip  in any notation; IPv4 within IPv6 is IPv4 */
  of(ip: string, nowMs: number): AddressRecord {
    const address = addressOf(ip)
    const known = this.#present.get(address) ?? this.#past.get(address)
    if (known !== undefined) return known
    const record = new AddressRecord(address, this.#limits, nowMs)
    this.#remember(record)
    return record
  }

  /** Counts one more socket. */
  enter(record: AddressRecord): void {
    record.sockets += 1
    this.#sockets += 1
    this.#past.delete(record.address)
    this.#present.set(record.address, record)
  }

  leave(record: AddressRecord): void {
    record.sockets -= 1
    this.#sockets -= 1
    if (record.sockets > 0) return
    this.#present.delete(record.address)
    this.#remember(record)
  }

  /** Forgets of whom there is nothing to remember. */
  sweep(nowMs: number): void {
    for (const [address, record] of this.#past) if (record.isBlank(nowMs)) this.#past.delete(address)
  }

  #remember(record: AddressRecord): void {
    this.#past.set(record.address, record)
    const [oldest] = this.#past.keys()
    if (this.#past.size > maxPast && oldest !== undefined) this.#past.delete(oldest)
  }
}
