import { isFields } from './decode-message.js'

/** What has come in of one slot since the connection was made. A field that the browser does not tell is undefined. */
export interface InboundSample {
  /** Of media, without headers and padding. */
  readonly bytes: number | undefined
  readonly packetsReceived: number | undefined
  /** Can sink, as packets that counted as lost arrive after all. */
  readonly packetsLost: number | undefined
  readonly jitterMs: number | undefined
  /** How long all that left the jitter buffer was in it, summed up, in seconds; divide its growth by that of the count. */
  readonly jitterBufferDelay: number | undefined
  /** Of audio samples, or of video frames. */
  readonly jitterBufferEmittedCount: number | undefined
  readonly framesDecoded: number | undefined
  readonly framesPerSecond: number | undefined
  readonly frameWidth: number | undefined
  readonly frameHeight: number | undefined
  readonly freezeCount: number | undefined
  /** In seconds. A freeze is counted when it is over. */
  readonly totalFreezesDuration: number | undefined
  readonly totalAudioEnergy: number | undefined
  readonly totalSamplesReceived: number | undefined
  /** As in a description, such as `video/VP8`. */
  readonly codec: string | undefined
}

/** What has gone out in one slot since the connection was made. A field that the browser does not tell is undefined. */
export interface OutboundSample {
  readonly bytes: number | undefined
  readonly packetsSent: number | undefined
  readonly framesPerSecond: number | undefined
  readonly frameWidth: number | undefined
  readonly frameHeight: number | undefined
  /** What keeps the encoder from sending more. Firefox does not tell. */
  readonly qualityLimitationReason: 'none' | 'cpu' | 'bandwidth' | 'other' | undefined
  /** The part of the packets that the peer missed, 0 to 1, by its latest report. */
  readonly fractionLost: number | undefined
  /** When that report came, on a clock of the browser's; only whether it is another one means something. */
  readonly reportedAtMs: number | undefined
  readonly packetsLost: number | undefined
  readonly jitterMs: number | undefined
  readonly rttMs: number | undefined
  readonly codec: string | undefined
}

/** What the rest of the SDK needs of one `RTCPeerConnection.getStats()`. A field that the browser does not tell is undefined. */
export interface ConnectionSample {
  /** Only differences mean something. */
  readonly timestampMs: number
  /** Of the selected candidate pair; without it, of the latest report of the peer. */
  readonly rttMs: number | undefined
  /** Whether a TURN server is between the two. */
  readonly isRelayed: boolean
  /** Of the selected candidate pair: media, data and RTCP, with the headers of RTP. */
  readonly bytesSent: number | undefined
  readonly bytesReceived: number | undefined
  /** What the browser believes that the way bears, in kbit/s. Firefox does not tell. */
  readonly availableOutgoingKbps: number | undefined
  /** `host`, `srflx`, `prflx` or `relay`. */
  readonly localCandidateType: string | undefined
  readonly remoteCandidateType: string | undefined
  /** `udp` or `tcp`, as this side sends. */
  readonly protocol: string | undefined
  /** `udp`, `tcp` or `tls`: as this side sends to its TURN server; undefined without one. */
  readonly relayProtocol: string | undefined
  /** By slot. A slot in which nothing was ever received or sent may be missing. */
  readonly inbound: ReadonlyMap<string, InboundSample>
  readonly outbound: ReadonlyMap<string, OutboundSample>
}

type Stats = Readonly<Record<string, unknown>>

/**
 * Reads a report of statistics (W3C WebRTC Statistics). Never throws: what is missing or not as it should be is undefined.
 *
 * @param mids  which slot each `mid` of the connection is; streams of other m-lines are left out
 */
export function sampleOf(report: RTCStatsReport, mids: ReadonlyMap<string, string>): ConnectionSample {
  const all = new Map<string, Stats>()
  report.forEach((stats: unknown, id) => {
    if (isFields(stats)) all.set(id, stats)
  })
  const pair = selectedPair(all)
  const local = referred(all, pair, 'localCandidateId')
  const remote = referred(all, pair, 'remoteCandidateId')
  const inbound = new Map<string, InboundSample>()
  for (const [slot, stats] of streams(all, 'inbound-rtp', mids)) inbound.set(slot, inboundSample(all, stats))
  const outbound = new Map<string, OutboundSample>()
  for (const [slot, stats] of streams(all, 'outbound-rtp', mids)) outbound.set(slot, outboundSample(all, stats))
  const localCandidateType = text(local, 'candidateType')
  const remoteCandidateType = text(remote, 'candidateType')
  return {
    timestampMs: latestTimestampMs(all),
    rttMs: milliseconds(pair, 'currentRoundTripTime') ?? reportedRttMs(all),
    isRelayed: localCandidateType === 'relay' || remoteCandidateType === 'relay',
    bytesSent: number(pair, 'bytesSent'),
    bytesReceived: number(pair, 'bytesReceived'),
    availableOutgoingKbps: scaled(pair, 'availableOutgoingBitrate', 1 / 1000),
    localCandidateType,
    remoteCandidateType,
    protocol: text(local, 'protocol'),
    relayProtocol: localCandidateType === 'relay' ? text(local, 'relayProtocol') : undefined,
    inbound,
    outbound,
  }
}

function inboundSample(all: ReadonlyMap<string, Stats>, stats: Stats): InboundSample {
  return {
    bytes: number(stats, 'bytesReceived'),
    packetsReceived: number(stats, 'packetsReceived'),
    packetsLost: number(stats, 'packetsLost'),
    jitterMs: milliseconds(stats, 'jitter'),
    jitterBufferDelay: number(stats, 'jitterBufferDelay'),
    jitterBufferEmittedCount: number(stats, 'jitterBufferEmittedCount'),
    framesDecoded: number(stats, 'framesDecoded'),
    framesPerSecond: number(stats, 'framesPerSecond'),
    frameWidth: number(stats, 'frameWidth'),
    frameHeight: number(stats, 'frameHeight'),
    freezeCount: number(stats, 'freezeCount'),
    totalFreezesDuration: number(stats, 'totalFreezesDuration'),
    totalAudioEnergy: number(stats, 'totalAudioEnergy'),
    totalSamplesReceived: number(stats, 'totalSamplesReceived'),
    codec: text(referred(all, stats, 'codecId'), 'mimeType'),
  }
}

function outboundSample(all: ReadonlyMap<string, Stats>, stats: Stats): OutboundSample {
  const reported = referred(all, stats, 'remoteId')
  return {
    bytes: number(stats, 'bytesSent'),
    packetsSent: number(stats, 'packetsSent'),
    framesPerSecond: number(stats, 'framesPerSecond'),
    frameWidth: number(stats, 'frameWidth'),
    frameHeight: number(stats, 'frameHeight'),
    qualityLimitationReason: limitation(stats['qualityLimitationReason']),
    fractionLost: number(reported, 'fractionLost'),
    reportedAtMs: number(reported, 'timestamp'),
    packetsLost: number(reported, 'packetsLost'),
    jitterMs: milliseconds(reported, 'jitter'),
    rttMs: milliseconds(reported, 'roundTripTime'),
    codec: text(referred(all, stats, 'codecId'), 'mimeType'),
  }
}

/** Chromium, Safari and newer Firefox name the pair at the transport; older Firefox only marks it. */
function selectedPair(all: ReadonlyMap<string, Stats>): Stats | undefined {
  let marked: Stats | undefined
  for (const stats of all.values()) {
    if (stats['type'] === 'transport') {
      const pair = referred(all, stats, 'selectedCandidatePairId')
      if (pair !== undefined) return pair
    }
    if (stats['type'] !== 'candidate-pair') continue
    if (stats['selected'] === true) marked = stats
    else if (stats['nominated'] === true && stats['state'] === 'succeeded') marked ??= stats
  }
  return marked
}

/** The streams of one direction by slot; of two in one m-line, as after a change of SSRC, the one last in use. */
function streams(all: ReadonlyMap<string, Stats>, type: string, mids: ReadonlyMap<string, string>): Map<string, Stats> {
  const found = new Map<string, Stats>()
  for (const stats of all.values()) {
    const slot = stats['type'] === type ? mids.get(text(stats, 'mid') ?? '') : undefined
    if (slot === undefined) continue
    const former = found.get(slot)
    if (former === undefined || lastUsedMs(stats) >= lastUsedMs(former)) found.set(slot, stats)
  }
  return found
}

function lastUsedMs(stats: Stats): number {
  return number(stats, 'lastPacketReceivedTimestamp') ?? 0
}

/** What the peer reports lags behind and has times of its own, so it does not count. */
function latestTimestampMs(all: ReadonlyMap<string, Stats>): number {
  let latestMs = 0
  for (const stats of all.values())
    if (!String(stats['type']).startsWith('remote-')) latestMs = Math.max(latestMs, number(stats, 'timestamp') ?? 0)
  return latestMs
}

function reportedRttMs(all: ReadonlyMap<string, Stats>): number | undefined {
  let latest: Stats | undefined
  for (const stats of all.values()) {
    if (stats['type'] !== 'remote-inbound-rtp' || number(stats, 'roundTripTime') === undefined) continue
    if (latest === undefined || (number(stats, 'timestamp') ?? 0) > (number(latest, 'timestamp') ?? 0)) latest = stats
  }
  return milliseconds(latest, 'roundTripTime')
}

function referred(all: ReadonlyMap<string, Stats>, stats: Stats | undefined, key: string): Stats | undefined {
  const id = text(stats, key)
  return id === undefined ? undefined : all.get(id)
}

function number(stats: Stats | undefined, key: string): number | undefined {
  const value = stats?.[key]
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

function scaled(stats: Stats | undefined, key: string, factor: number): number | undefined {
  const value = (number(stats, key) ?? Number.NaN) * factor
  return Number.isFinite(value) ? value : undefined
}

function milliseconds(stats: Stats | undefined, key: string): number | undefined {
  return scaled(stats, key, 1000)
}

function text(stats: Stats | undefined, key: string): string | undefined {
  const value = stats?.[key]
  return typeof value === 'string' ? value : undefined
}

function limitation(value: unknown): OutboundSample['qualityLimitationReason'] {
  return value === 'none' || value === 'cpu' || value === 'bandwidth' || value === 'other' ? value : undefined
}
