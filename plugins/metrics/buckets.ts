/** A histogram: how many values were no larger than each bound. Adding allocates nothing. */
export class Buckets {
  readonly bounds: readonly number[]
  readonly #counts: Float64Array
  #sum = 0

  /** @param bounds  ascending */
  constructor(bounds: readonly number[]) {
    this.bounds = bounds
    this.#counts = new Float64Array(bounds.length + 1)
  }

  add(value: number): void {
    let place = 0
    while (place < this.bounds.length && value > (this.bounds[place] ?? 0)) place += 1
    this.#counts[place] = (this.#counts[place] ?? 0) + 1
    this.#sum += value
  }

  /** Of all values. */
  get sum(): number {
    return this.#sum
  }

  /** How many values there were up to each bound, and at last, above the largest, in all. */
  get cumulative(): number[] {
    let all = 0
    return Array.from(this.#counts, (count) => {
      all += count
      return all
    })
  }
}
