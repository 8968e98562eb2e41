import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import type { AdmissionLimits } from '../../schemas/index.js'
import type { MetricSet, MetricsRegistry } from './metric-set.js'

export interface MetricsOptions {
  readonly registry: MetricsRegistry
  readonly limits: AdmissionLimits
  /** Of the service. */
  readonly version: string
}

/**
 * Registers what `serviceMetrics` lists with a registry of prom-client. All of it is read when somebody asks the registry.
 *
 * @throws Error  when the registry has one of these names already
 */
export const metrics = fp<MetricsOptions>(
  async (app, { registry, limits, version }) => {
    // Who has no use for it need not load prom-client.
    const { MetricSet } = await import('./metric-set.js')
    const set = new MetricSet(registry)
    set.constant('signalbox_info', { version, node: process.versions.node })
    registerSize(app, set, limits)
    registerCounts(app, set)
    registerStore(app, set)
    if (app.hasDecorator('callQuality')) registerQuality(app, set)
    set.numbers('signalbox_ice_server_up', () => Array.from(app.iceServers.tried, ([url, isUp]) => [url, Number(isUp)]))
  },
  {
    name: 'signalbox-metrics',
    fastify: '5.x',
    dependencies: [
      'signalbox-admission',
      'signalbox-drain',
      'signalbox-ice-servers',
      'signalbox-room-events',
      'signalbox-rooms',
      'signalbox-signaling',
    ],
  },
)

function registerSize(app: FastifyInstance, set: MetricSet, limits: AdmissionLimits): void {
  set.number('signalbox_sockets', () => app.signaling.sockets)
  set.number('signalbox_sockets_max', () => limits.maxSockets)
  set.number('signalbox_rooms', () => app.rooms.size.rooms)
  set.number('signalbox_rooms_max', () => limits.maxRooms)
  set.number('signalbox_members', () => app.rooms.size.seats)
  set.number('signalbox_members_max', () => limits.maxMembers)
  set.number('signalbox_queued_bytes', () => app.signaling.queuedBytes)
  set.number('signalbox_draining', () => Number(app.drain.isDraining))
}

function registerCounts(app: FastifyInstance, set: MetricSet): void {
  const { counts } = app.signaling
  set.numbers('signalbox_joins_total', () => counts.joins)
  set.numbers('signalbox_resumes_total', () => counts.resumes)
  set.numbers('signalbox_messages_total', () => counts.messages)
  set.numbers('signalbox_errors_total', () => counts.errors)
  set.histogram('signalbox_relay_seconds', counts.relays.buckets)
  set.numbers('signalbox_closes_total', () => counts.closes)
  set.numbers('signalbox_refusals_total', () => app.refusals.counts)
  set.number('signalbox_slowed_total', () => counts.slowed)
  const { webhooks } = app.roomEvents
  set.number('signalbox_webhooks_waiting', () => webhooks.waiting)
  set.number('signalbox_webhooks_lost_total', () => webhooks.lost)
}

function registerQuality({ callQuality }: FastifyInstance, set: MetricSet): void {
  set.numbers('signalbox_quality_reports_total', () => callQuality.reports)
  set.numbers('signalbox_call_connections_total', () => callQuality.connections)
  set.number('signalbox_call_ice_failures_total', () => callQuality.iceFailures)
  set.histograms('signalbox_call_first_media_seconds', callQuality.firstMedia)
  set.histograms('signalbox_call_round_trip_seconds', callQuality.roundTrip)
  set.histograms('signalbox_call_loss_ratio', callQuality.loss)
}

function registerStore({ rooms }: FastifyInstance, set: MetricSet): void {
  const { shared } = rooms
  if (shared === undefined) return
  set.number('signalbox_store_up', () => Number(!shared.isCutOff))
  set.histogram('signalbox_store_command_seconds', shared.counts.commands)
  set.numbers('signalbox_store_faults_total', () => shared.counts.faults)
}
