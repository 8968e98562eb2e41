import type { Member } from '../../schemas/index.js'
import type { Cursor, Entry, Link, Linked } from './room-store.js'

/** What a log may hold. */
export interface ReplayBounds {
  readonly maxMessages: number
  readonly maxBytes: number
  readonly maxAgeMs: number
}

/** What an entry takes besides what it carries, about: its place in the chain, and the names of its fields. */
const entryBytes = 128

/** How large members are when they are told: each is told to all, and so measured once. */
const memberBytes = new WeakMap<Member, number>()

function bytesOf(entry: Entry): number {
  if (entry.kind === 'message') return entryBytes + entry.frame.length
  if (!('peer' in entry)) return entryBytes
  const known = memberBytes.get(entry.peer)
  if (known !== undefined) return entryBytes + known
  const bytes = Buffer.byteLength(JSON.stringify(entry.peer))
  memberBytes.set(entry.peer, bytes)
  return entryBytes + bytes
}

interface Kept {
  readonly entry: Entry
  readonly bytes: number
  readonly atMs: number
}

/**
 * What one member has been told and has not acknowledged, in its order. Every entry names the one before it, so that the
 * member notices when one is missing. Over its bounds the oldest are forgotten, and then that is known.
 */
export class ReplayLog {
  readonly #bounds: ReplayBounds
  /** Consecutive, and the last of them is number `#last`. */
  #kept: Kept[] = []
  #bytes = 0
  #last = 0

  constructor(bounds: ReplayBounds) {
    this.#bounds = bounds
  }

  /** Where the chain ends now. */
  get cursor(): Cursor {
    return String(this.#last)
  }

  /** How much is kept. */
  get size(): { readonly messages: number; readonly bytes: number } {
    return { messages: this.#kept.length, bytes: this.#bytes }
  }

  append(entry: Entry, nowMs: number): Link {
    const prev = this.cursor
    this.#last += 1
    const bytes = bytesOf(entry)
    this.#kept.push({ entry, bytes, atMs: nowMs })
    this.#bytes += bytes
    this.#trim(nowMs)
    return { seq: this.cursor, prev }
  }

  /**
   * The member has everything up to here.
   *
   * @returns whether there was ever such an entry
   */
  acknowledge(seq: Cursor): boolean {
    const n = this.#numberOf(seq)
    if (n === undefined) return false
    this.#forget(n - this.#first)
    return true
  }

  /**
   * What is too old by now goes first, also when nothing has come since.
   *
   * @returns what came after that, in its order; undefined when not all of it is there any more, or there never was such an
   *          entry
   */
  since(seq: Cursor, nowMs: number): Linked[] | undefined {
    this.#trim(nowMs)
    const n = this.#numberOf(seq)
    if (n === undefined || n < this.#first) return undefined
    return this.#kept.slice(n - this.#first).map(({ entry }, index) => {
      const prev = n + index
      return { entry, link: { seq: String(prev + 1), prev: String(prev) } }
    })
  }

  /** The number before the oldest entry kept. */
  get #first(): number {
    return this.#last - this.#kept.length
  }

  #numberOf(seq: Cursor): number | undefined {
    if (!/^(0|[1-9]\d{0,15})$/.test(seq)) return undefined
    const n = Number(seq)
    return n <= this.#last ? n : undefined
  }

  #trim(nowMs: number): void {
    const { maxMessages, maxBytes, maxAgeMs } = this.#bounds
    let count = 0
    let bytes = this.#bytes
    for (const kept of this.#kept) {
      const fits = this.#kept.length - count <= maxMessages && bytes <= maxBytes && nowMs - kept.atMs <= maxAgeMs
      if (fits) break
      bytes -= kept.bytes
      count += 1
    }
    this.#forget(count)
  }

  #forget(count: number): void {
    if (count <= 0) return
    for (const { bytes } of this.#kept.splice(0, count)) this.#bytes -= bytes
  }
}
