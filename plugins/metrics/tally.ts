/**
 * Counts by name, of a closed list. Adding allocates nothing.
 */
export class Tally<Name extends string> {
  readonly #places: ReadonlyMap<string, number>
  readonly #counts: Float64Array

  constructor(names: readonly Name[]) {
    this.#places = new Map(names.map((name, place) => [name, place]))
    this.#counts = new Float64Array(names.length)
  }

  /** @returns whether the name is one of the list; else nothing is counted */
  add(name: string): boolean {
    const place = this.#places.get(name)
    if (place === undefined) return false
    this.#counts[place] = (this.#counts[place] ?? 0) + 1
    return true
  }

  /** Each name with its count, in the order of the list. */
  *[Symbol.iterator](): Iterator<readonly [name: string, count: number]> {
    for (const [name, place] of this.#places) yield [name, this.#counts[place] ?? 0]
  }
}
