import { serviceMetrics } from '../../schemas/index.js'
import { Buckets } from './buckets.js'
import { Tally } from './tally.js'

/** How it went with the store that several processes share, since the start. */
export class StoreCounts {
  /** How long it took to answer, in seconds. */
  readonly commands = new Buckets(serviceMetrics.signalbox_store_command_seconds.buckets)
  readonly faults = new Tally(serviceMetrics.signalbox_store_faults_total.labels.kind)
}
