import { Counter, Gauge, type Registry } from 'prom-client'
import { type MetricDescription, type MetricName, serviceMetrics } from '../../schemas/index.js'
import type { Buckets } from './buckets.js'
import { type BucketsByLabel, BucketsMetric } from './buckets-metric.js'

/** Where metrics are registered: a `Registry` of prom-client. */
export type MetricsRegistry = Pick<Registry, 'registerMetric'>

/** What counters and gauges are read from when they are asked for: each value of the label with its number. */
type Readings = Iterable<readonly [label: string, value: number]>

type NameOf<Type extends MetricDescription['type']> = {
  [Name in MetricName]: (typeof serviceMetrics)[Name]['type'] extends Type ? Name : never
}[MetricName]

/** Registers metrics of the list, each with what it is read from. Nothing is kept: they are read anew each time. */
export class MetricSet {
  readonly #registry: MetricsRegistry

  constructor(registry: MetricsRegistry) {
    this.#registry = registry
  }

  /** @param read  of one without labels */
  number(name: NameOf<'counter' | 'gauge'>, read: () => number): void {
    this.#register(name, (metric) => {
      metric.inc(read())
    })
  }

  /** @param read  of one with a label */
  numbers(name: NameOf<'counter' | 'gauge'>, read: () => Readings): void {
    const [label = ''] = labelsOf(name)
    this.#register(name, (metric) => {
      for (const [value, number] of read()) metric.inc({ [label]: value }, number)
    })
  }

  /** One that is always 1, for what its labels say. */
  constant(name: NameOf<'gauge'>, labels: Readonly<Record<string, string>>): void {
    this.#register(name, (metric) => metric.inc(labels, 1))
  }

  histogram(name: NameOf<'histogram'>, buckets: Buckets): void {
    this.#registry.registerMetric(
      new BucketsMetric(name, serviceMetrics[name].help, undefined, new Map([['', buckets]])),
    )
  }

  histograms(name: NameOf<'histogram'>, series: BucketsByLabel): void {
    const [label] = labelsOf(name)
    this.#registry.registerMetric(new BucketsMetric(name, serviceMetrics[name].help, label, series))
  }

  #register(name: NameOf<'counter' | 'gauge'>, read: (metric: Counter | Gauge) => void): void {
    const { help, type } = serviceMetrics[name]
    const Metric = type === 'counter' ? Counter : Gauge
    const metric: Counter | Gauge = new Metric({
      name,
      help,
      labelNames: labelsOf(name),
      registers: [],
      collect() {
        this.reset()
        read(this)
      },
    })
    this.#registry.registerMetric(metric)
  }
}

function labelsOf(name: MetricName): string[] {
  const { labels = {} }: MetricDescription = serviceMetrics[name]
  return Object.keys(labels)
}
