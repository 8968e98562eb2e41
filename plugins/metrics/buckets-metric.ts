import { Histogram } from 'prom-client'
import type { Buckets } from './buckets.js'

/** By the value of the label; without a label one, by the empty text. */
export type BucketsByLabel = ReadonlyMap<string, Buckets>

type Told = ReturnType<Histogram['get']>

/** A histogram of Prometheus that is counted elsewhere, and read when it is asked for. */
export class BucketsMetric extends Histogram {
  readonly #name: string
  readonly #label: string | undefined
  readonly #series: BucketsByLabel
  /** Says what a histogram says besides its values. `super.get` would ask this one for the values. */
  readonly #form: Histogram

  /** @param label  its name, if there is one */
  constructor(name: string, help: string, label: string | undefined, series: BucketsByLabel) {
    super({ name, help, registers: [] })
    this.#form = new Histogram({ name, help, registers: [] })
    this.#name = name
    this.#label = label
    this.#series = series
  }

  override async get(): Told {
    const values = [...this.#series].flatMap(([value, buckets]) =>
      this.#valuesOf(this.#label === undefined ? {} : { [this.#label]: value }, buckets),
    )
    return { ...(await this.#form.get()), values }
  }

  /** What a registry asks in the place of `get`; the types do not tell. */
  getForPromString(): Told {
    return this.get()
  }

  #valuesOf(labels: Readonly<Record<string, string>>, buckets: Buckets): Awaited<Told>['values'] {
    const counts = buckets.cumulative
    const whole = (metricName: string, value: number) => ({ metricName, labels, value, exemplar: null })
    return [
      ...counts.map((value, place) => ({
        ...whole(`${this.#name}_bucket`, value),
        labels: { le: buckets.bounds[place] ?? '+Inf', ...labels },
      })),
      whole(`${this.#name}_sum`, buckets.sum),
      whole(`${this.#name}_count`, counts.at(-1) ?? 0),
    ]
  }
}
