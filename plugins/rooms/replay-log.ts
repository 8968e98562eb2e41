import type { Member } from '../../schemas/index.js'
import { FrameQueue } from './frame-queue.js'
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

/**
 * What one member has been told and has not acknowledged, in its order. Every entry names the one before it, so that the
 * member notices when one is missing. Over its bounds the oldest are forgotten, and then that is known.
 */
export class ReplayLog {
  readonly #bounds: ReplayBounds
  /**
   * Consecutive, and the last of them is number `#last`; undefined for a message, whose bytes are in `#frames`. This and the two
   * lists below are not one of objects: what is kept lives for long, and the collector copies every object of it twice. Measured:
   * of 5,000 messages a second one in a thousand takes 1.6 ms in place of 2.2.
   */
  #entries: (Exclude<Entry, { kind: 'message' }> | undefined)[] = []
  #sizes: number[] = []
  #timesMs: number[] = []
  readonly #frames = new FrameQueue()
  #bytes = 0
  #last = 0
  #cursor: Cursor = '0'

  constructor(bounds: ReplayBounds) {
    this.#bounds = bounds
  }

  /** Where the chain ends now. */
  get cursor(): Cursor {
    return this.#cursor
  }

  /** How much is kept. */
  get size(): { readonly messages: number; readonly bytes: number } {
    return { messages: this.#entries.length, bytes: this.#bytes }
  }

  append(entry: Entry, nowMs: number): Link {
    const prev = this.#cursor
    this.#last += 1
    this.#cursor = String(this.#last)
    const bytes = bytesOf(entry)
    const isMessage = entry.kind === 'message'
    if (isMessage) this.#frames.push(entry.frame)
    const other = isMessage ? undefined : entry
    if (this.#entries.length === 0) {
      // Of their own length, as those who say nothing have one: a list that is pushed to has room for sixteen more.
      this.#entries = [other]
      this.#sizes = [bytes]
      this.#timesMs = [nowMs]
    } else {
      this.#entries.push(other)
      this.#sizes.push(bytes)
      this.#timesMs.push(nowMs)
    }
    this.#bytes += bytes
    this.#trim(nowMs)
    return { seq: this.#cursor, prev }
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

  /** Nobody comes back for it: what it is kept in is of use to others. */
  end(): void {
    this.#forget(this.#entries.length)
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
    const linked: Linked[] = []
    let offset = 0
    for (const [index, other] of this.#entries.entries()) {
      const length = (this.#sizes[index] ?? 0) - entryBytes
      const prev = this.#first + index
      if (prev >= n) {
        const entry = other ?? { kind: 'message', frame: this.#frames.read(offset, length) }
        linked.push({ entry, link: { seq: String(prev + 1), prev: String(prev) } })
      }
      if (other === undefined) offset += length
    }
    return linked
  }

  /** The number before the oldest entry kept. */
  get #first(): number {
    return this.#last - this.#entries.length
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
    for (const size of this.#sizes) {
      const isYoung = nowMs - (this.#timesMs[count] ?? 0) <= maxAgeMs
      if (this.#entries.length - count <= maxMessages && bytes <= maxBytes && isYoung) break
      bytes -= size
      count += 1
    }
    this.#forget(count)
  }

  #forget(count: number): void {
    if (count <= 0) return
    let frameBytes = 0
    for (let index = 0; index < count; index += 1) {
      const size = this.#sizes[index] ?? 0
      this.#bytes -= size
      if (this.#entries[index] === undefined) frameBytes += size - entryBytes
    }
    for (const list of [this.#entries, this.#sizes, this.#timesMs]) list.splice(0, count)
    this.#frames.drop(frameBytes)
  }
}
