import { type ConnectionQuality, type QualityReport, serviceMetrics } from '../../schemas/index.js'
import { Buckets } from './buckets.js'
import { Tally } from './tally.js'

const {
  signalbox_quality_reports_total: reports,
  signalbox_call_connections_total: connections,
  signalbox_call_first_media_seconds: firstMedia,
  signalbox_call_round_trip_seconds: roundTrip,
  signalbox_call_loss_ratio: loss,
} = serviceMetrics

/** What clients have said of how their calls were, since the start. Each is one more in sums, and nothing is kept of it. */
export class CallQuality {
  readonly reports = new Tally(reports.labels.outcome)
  readonly connections = new Tally(connections.labels.way)
  iceFailures = 0
  /** In seconds. */
  readonly firstMedia = bucketsOf(firstMedia.labels.kind, firstMedia.buckets)
  readonly roundTrip = bucketsOf(roundTrip.labels.way, roundTrip.buckets)
  /** As a part of all packets. */
  readonly loss = bucketsOf(loss.labels.direction, loss.buckets)

  take({ connections }: QualityReport): void {
    this.reports.add('taken')
    for (const connection of connections) this.#add(connection)
  }

  refuse(): void {
    this.reports.add('refused')
  }

  #add(connection: ConnectionQuality): void {
    const { way, iceFailures, firstSoundMs, firstPictureMs, rttMs, sentLossPercent, receivedLossPercent } = connection
    this.connections.add(way)
    this.iceFailures += iceFailures
    addTo(this.firstMedia, 'sound', firstSoundMs, 1000)
    addTo(this.firstMedia, 'picture', firstPictureMs, 1000)
    addTo(this.roundTrip, way, rttMs, 1000)
    addTo(this.loss, 'sent', sentLossPercent, 100)
    addTo(this.loss, 'received', receivedLossPercent, 100)
  }
}

/** One for each value of the label. */
function bucketsOf(labels: readonly string[], bounds: readonly number[]): ReadonlyMap<string, Buckets> {
  return new Map(labels.map((label) => [label, new Buckets(bounds)]))
}

/** @param unit  how many of what came are one of what is counted */
function addTo(series: ReadonlyMap<string, Buckets>, label: string, value: number | undefined, unit: number): void {
  if (value !== undefined) series.get(label)?.add(value / unit)
}
