import type { Cursor, Linked } from '../room-store.js'
import type { Share } from './reply.js'

/** So many records that came by another way may still come by the first. */
const maxRecent = 64
/** Of so many is it known that they were told and not acknowledged; more than a log keeps for anybody. */
const maxTold = 4096

/**
 * The order of what one member is told: each record names the one before it, so that one that comes too early waits, one that
 * comes twice is known, and one that is missing is missed.
 *
 * A member may acknowledge a part of a record: of one with three entries they are `id.1`, `id.2` and `id`.
 */
export class Chain {
  #last: Cursor
  /** The last place that the member knows of. */
  #seq: Cursor
  /** What has come too early, by what it waits for. */
  readonly #early = new Map<Cursor, Share>()
  /** What was taken out of the log, and may yet be published. */
  readonly #recent = new Set<Cursor>()
  /** How many entries each record had that was told and not acknowledged; undefined where nobody acknowledges. */
  readonly #told: Map<Cursor, number> | undefined
  #acknowledged: Cursor
  /** Up to here it is not known any more what was told. */
  #floor: Cursor
  /** Whether something has come that fits nowhere. */
  #isOdd = false

  constructor(at: Cursor, isAcknowledged: boolean) {
    this.#last = at
    this.#seq = at
    this.#acknowledged = at
    this.#floor = at
    this.#told = isAcknowledged ? new Map() : undefined
  }

  /** The last record that was told. */
  get last(): Cursor {
    return this.#last
  }

  /** Up to where nothing need be kept. */
  get acknowledged(): Cursor {
    return this.#told === undefined ? this.#last : this.#acknowledged
  }

  /** Whether something waits for what has not come, or fits nowhere: the log is to be read. */
  get isWaiting(): boolean {
    return this.#isOdd || this.#early.size > 0
  }

  /** @returns what is to be told now */
  take(share: Share): Linked[] {
    if (share.prev === this.#last) return [...this.#follow(share, 0), ...this.#followEarly()]
    if (share.id === this.#last || this.#recent.delete(share.id)) return []
    // Nothing will ever lead to what is older: the store has gone back, or it came twice.
    if (compare(share.id, this.#last) < 0) this.#isOdd = true
    else this.#early.set(share.prev, share)
    return []
  }

  /**
   * Goes on with what was found in the log. What has come by the other way while it was looked for is not told again.
   *
   * @param told  how many entries of the first record were told before
   */
  goOnWith(shares: readonly Share[], told = 0): Linked[] {
    this.#isOdd = false
    const linked: Linked[] = []
    const from = shares.findIndex(({ prev }) => prev === this.#last)
    for (const [index, share] of (from < 0 ? [] : shares.slice(from)).entries()) {
      linked.push(...this.#follow(share, index + from === 0 ? told : 0))
      this.#recent.add(share.id)
      this.#early.delete(share.prev)
    }
    for (const id of this.#recent) {
      if (this.#recent.size <= maxRecent) break
      this.#recent.delete(id)
    }
    return [...linked, ...this.#followEarly()]
  }

  /**
   * What was told before is lost: it goes on from there.
   *
   * @returns what is to be told now, as it has come already
   */
  beginAt(at: Cursor): Linked[] {
    this.#last = at
    this.#seq = at
    this.#acknowledged = at
    this.#floor = at
    this.#isOdd = false
    this.#told?.clear()
    for (const [prev, { id }] of this.#early) if (compare(id, at) <= 0) this.#early.delete(prev)
    return this.#followEarly()
  }

  /**
   * The member has everything up to here.
   *
   * @returns whether it was ever told that
   */
  acknowledge(seq: Cursor): boolean {
    const { id, part } = partOf(seq) ?? {}
    if (id === undefined || this.#told === undefined) return false
    const entries = this.#told.get(id)
    if (entries === undefined) return compare(id, this.#floor) <= 0
    if (part !== undefined && part >= entries) return false
    for (const told of this.#told.keys()) {
      if (told === id && part !== undefined) break
      this.#told.delete(told)
      this.#acknowledged = told
      this.#floor = told
      if (told === id) break
    }
    return true
  }

  #forgetOldest(): void {
    const [oldest] = this.#told !== undefined && this.#told.size > maxTold ? this.#told.keys() : []
    if (oldest === undefined) return
    this.#told?.delete(oldest)
    this.#floor = oldest
  }

  #followEarly(): Linked[] {
    const linked: Linked[] = []
    for (;;) {
      const next = this.#early.get(this.#last)
      if (next === undefined) return linked
      this.#early.delete(this.#last)
      linked.push(...this.#follow(next, 0))
    }
  }

  #follow({ id, entries }: Share, told: number): Linked[] {
    const linked: Linked[] = []
    if (told > 0) this.#seq = `${id}.${told}`
    for (let index = told; index < entries.length; index += 1) {
      const entry = entries[index]
      if (entry === undefined) continue
      const seq = index === entries.length - 1 ? id : `${id}.${index + 1}`
      linked.push({ entry, link: { seq, prev: this.#seq } })
      this.#seq = seq
    }
    this.#last = id
    this.#told?.set(id, entries.length)
    this.#forgetOldest()
    return linked
  }
}

/** A place in the order: a record, and how many of its entries where that is not all of them. */
export function partOf(seq: Cursor): { readonly id: Cursor; readonly part: number | undefined } | undefined {
  const found = /^((?:0|[1-9]\d{0,15})-(?:0|[1-9]\d{0,15}))(?:\.([1-9]\d{0,3}))?$/.exec(seq)
  if (found?.[1] === undefined) return undefined
  return { id: found[1], part: found[2] === undefined ? undefined : Number(found[2]) }
}

function compare(a: Cursor, b: Cursor): number {
  const [aMs = 0, aCount = 0] = a.split('-').map(Number)
  const [bMs = 0, bCount = 0] = b.split('-').map(Number)
  return aMs - bMs || aCount - bCount
}
