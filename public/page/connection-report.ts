import type { ConnectionDetails, PeerState, Quality, QualityMoment, StreamDetails } from '../sdk/index.js'
import type { CallEvent } from './call-log.js'
import { type Measure, measures, shortly, summaryOf } from './figures.js'

/** One of the others, without a name. */
export interface ReportedPerson {
  readonly number: number
  readonly state: PeerState
  readonly quality: Quality | undefined
  readonly details: ConnectionDetails | undefined
  readonly history: readonly QualityMoment[]
}

/** What a report is made of. Nothing of it names a room or a person, lets anybody in, or says where somebody is. */
export interface Reported {
  /** In milliseconds since 1970, as all times here. */
  readonly madeAtMs: number
  readonly beganAtMs: number
  /** As it calls itself. */
  readonly browser: string
  readonly signaling: string
  readonly isOnline: boolean
  readonly people: readonly ReportedPerson[]
  readonly events: readonly CallEvent[]
}

const names: Readonly<Record<Measure, string>> = {
  downKbps: 'received, kbit/s',
  upKbps: 'sent, kbit/s',
  lossPercent: 'loss, %',
  rttMs: 'round trip, ms',
  jitterMs: 'jitter, ms',
}

/** The report as plain text, in English whatever the page speaks: it is for whoever runs the service. */
export function reportOf(call: Reported): string {
  return [
    'Call report',
    `made: ${new Date(call.madeAtMs).toISOString()}`,
    `call began: ${new Date(call.beganAtMs).toISOString()}`,
    `browser: ${call.browser}`,
    `service: ${call.signaling}; network: ${call.isOnline ? 'online' : 'offline'}`,
    ...call.people.flatMap(linesOf),
    '',
    'Events',
    ...call.events.map(({ timeMs, text }) => `  ${new Date(timeMs).toISOString()}  ${text}`),
    '',
  ].join('\n')
}

function linesOf({ number, state, quality, details, history }: ReportedPerson): string[] {
  return [
    '',
    `Person ${number}: ${state}`,
    ...(quality === undefined ? [] : [`  quality: ${qualityLine(quality)}`]),
    ...(details === undefined ? [] : detailLines(details)),
    ...(history.length === 0 ? [] : tableOf(history)),
  ]
}

function qualityLine({ mos, level, reason, side, direction, limitedBy }: Quality): string {
  const more = [side && `side ${side}`, direction && `worse ${direction}`, limitedBy && `limited by ${limitedBy}`]
  return [`score ${mos.toFixed(1)} of 4.5`, `level ${level} of 4`, reason, ...more.filter(Boolean)].join(', ')
}

function detailLines({ isRelayed, transport, received, sent }: ConnectionDetails): string[] {
  const streams = (of: ConnectionDetails['received']): string =>
    Array.from(of, ([slot, stream]) => `${slot} ${streamLine(stream)}`).join('; ') || 'nothing'
  return [
    `  way: ${[isRelayed ? 'relayed' : 'direct', transport].filter(Boolean).join(', ')}`,
    `  receives: ${streams(received)}`,
    `  sends: ${streams(sent)}`,
  ]
}

function streamLine({ codec, width, height, framesPerSecond, kbps }: StreamDetails): string {
  const parts = [
    codec,
    width && height && `${width}x${height}`,
    framesPerSecond && `${Math.round(framesPerSecond)}/s`,
    `${Math.round(kbps)} kbit/s`,
  ]
  return parts.filter(Boolean).join(' ')
}

function tableOf(history: readonly QualityMoment[]): string[] {
  const row = (...[name, ...cells]: readonly string[]): string =>
    `  ${(name ?? '').padEnd(18)}${cells.map((cell) => cell.padStart(9)).join('')}`
  const rows = measures.flatMap((measure) => {
    const summary = summaryOf(history, measure)
    if (summary === undefined) return []
    const cells = [summary.now, summary.worst, summary.average].map((value) => shortly(value, measure, 'en'))
    return [row(names[measure], ...cells)]
  })
  return [row(`last ${history.length} s`, 'now', 'worst', 'average'), ...rows]
}
