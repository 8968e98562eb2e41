export interface LanesOptions<Item> {
  /** Does one. What it rejects with is nobody's: it is to see to that itself. */
  readonly work: (item: Item) => Promise<void>
  /** How many may wait, those that are being done included. */
  readonly maxWaiting: number
  /** How many are done at once. Default: one in each lane. */
  readonly maxAtOnce?: number
}

/** Work in lanes: in each lane one after the other, in the order in which it came; the lanes beside each other. */
export class Lanes<Item> {
  readonly #options: LanesOptions<Item>
  readonly #lanes = new Map<string, Item[]>()
  /** Whose next one could be begun. */
  readonly #ready: string[] = []
  #waiting = 0
  #atWork = 0
  #isScheduled = false
  #onIdle: () => void = () => {}

  constructor(options: LanesOptions<Item>) {
    this.#options = options
  }

  /** How many are waiting, those that are being done included. */
  get waiting(): number {
    return this.#waiting
  }

  /** @returns whether there was place for it. It is never begun from within. */
  push(lane: string, item: Item): boolean {
    if (this.#waiting >= this.#options.maxWaiting) return false
    this.#waiting += 1
    const there = this.#lanes.get(lane)
    if (there !== undefined) {
      there.push(item)
      return true
    }
    this.#lanes.set(lane, [item])
    this.#ready.push(lane)
    if (!this.#isScheduled) setImmediate(() => this.#begin())
    this.#isScheduled = true
    return true
  }

  /** Resolves when nothing waits any more, or so much later. */
  async idle(withinMs: number): Promise<void> {
    if (this.#waiting === 0) return
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve
      timer = setTimeout(resolve, withinMs)
    })
    clearTimeout(timer)
  }

  #begin(): void {
    this.#isScheduled = false
    const { maxAtOnce = Number.POSITIVE_INFINITY } = this.#options
    while (this.#atWork < maxAtOnce) {
      const lane = this.#ready.shift()
      if (lane === undefined) return
      void this.#doNext(lane)
    }
  }

  async #doNext(lane: string): Promise<void> {
    const items = this.#lanes.get(lane)
    const item = items?.[0]
    if (items === undefined || item === undefined) return
    this.#atWork += 1
    await this.#options.work(item).catch(() => {})
    this.#atWork -= 1
    this.#waiting -= 1
    items.shift()
    if (items.length > 0) this.#ready.push(lane)
    else this.#lanes.delete(lane)
    if (this.#waiting === 0) this.#onIdle()
    this.#begin()
  }
}
