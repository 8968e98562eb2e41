import type { Duplex } from 'node:stream'
import type { AdmissionLimits, HttpRefusalCode } from '../../schemas/index.js'
import { AddressBook } from './address-book.js'
import type { AddressRecord } from './address-record.js'

export interface AdmissionControlOptions {
  readonly limits: AdmissionLimits
  /** Whether the process is late with its work. */
  readonly isBusy: () => boolean
}

/** Says who may open a socket here, and remembers what each address does. Times in milliseconds on one monotonic clock. */
export class AdmissionControl {
  readonly #limits: AdmissionLimits
  readonly #isBusy: () => boolean
  readonly #book: AddressBook
  readonly #counted = new WeakMap<Duplex, AddressRecord>()
  /** One for all sockets: it is one more thing that every socket would keep. */
  readonly #forget: (this: Duplex) => void

  constructor({ limits, isBusy }: AdmissionControlOptions) {
    this.#limits = limits
    this.#isBusy = isBusy
    this.#book = new AddressBook(limits)
    const [book, counted] = [this.#book, this.#counted]
    this.#forget = function () {
      const record = counted.get(this)
      if (record !== undefined) book.leave(record)
    }
  }

  /** How many sockets were let in and are open, and of how many addresses something is remembered. */
  get size(): { readonly sockets: number; readonly addresses: number } {
    return { sockets: this.#book.sockets, addresses: this.#book.size }
  }

  /**
   * Lets a socket in, which counts until it is closed, or says why not.
   *
   * @param socket  the one below the WebSocket, before the upgrade
   */
  refusalOf(ip: string, socket: Duplex, nowMs: number): HttpRefusalCode | undefined {
    if (this.#isBusy()) return 'overloaded'
    // One on which something else was asked for before is in already.
    const isNew = !this.#counted.has(socket)
    const record = this.recordOf(ip, socket, nowMs)
    if (isNew && this.#book.sockets >= this.#limits.maxSockets) return 'service-full'
    if (isNew && record.sockets >= this.#limits.maxSocketsPerAddress) return 'too-many-sockets'
    if (!record.mayUpgrade(nowMs)) return 'too-many-upgrades'
    if (!isNew) return undefined
    this.#book.enter(record)
    this.#counted.set(socket, record)
    socket.on('close', this.#forget)
    return undefined
  }

  /** What is known of the address that a socket came from. */
  recordOf(ip: string, socket: Duplex, nowMs: number): AddressRecord {
    return this.#counted.get(socket) ?? this.#book.of(ip, nowMs)
  }

  /** Forgets of whom there is nothing to remember. Call it every few seconds. */
  sweep(nowMs: number): void {
    this.#book.sweep(nowMs)
  }
}
