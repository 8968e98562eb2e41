import type { ConnectionSample, InboundSample, OutboundSample } from './connection-sample.js'
import { clamp, type Level, leastOf, levelOf, mosOf, ratingOf } from './e-model.js'
import { type QualityFigures, QualityHistory } from './quality-history.js'

/**
 * What keeps the quality from being best.
 *
 * - `good`: nothing does.
 * - `network`: packets are lost, or are under way for too long.
 * - `relay`: the same, but it is only the time, and a TURN server is between the two.
 * - `frozen`: the peer's picture stands still.
 * - `silent`: the peer is sending, and nothing at all comes.
 * - `cpu`: the device of one of the two, `side` says which, cannot encode its own picture any better.
 */
export type QualityReason = 'good' | 'network' | 'relay' | 'frozen' | 'silent' | 'cpu'

/**
 * How good the connection to a peer is: the worse of what is received from it and what it receives. The numbers are smoothed over a
 * few samples.
 */
export interface Quality extends QualityFigures {
  /**
   * 4: as if in one room (R from 80). 3: good (from 70). 2: noticeably worse (from 60). 1: hard to follow (from 50).
   * 0: hardly of use. The bounds are those of ITU-T G.109. A level is left when two samples in a row say so.
   */
  readonly level: Level
  /** `good` exactly at level 4. */
  readonly reason: QualityReason
  /** Whether a TURN server is between the two. */
  readonly isRelayed: boolean
  /** What keeps this side from sending a better picture, where the browser tells. */
  readonly limitedBy?: 'cpu' | 'bandwidth'
  /** Which way it is worse, where packets are lost: what this side sends, or what it receives. Without it, it is the time. */
  readonly direction?: 'sending' | 'receiving'
  /**
   * At whose end it is, where that can be told. `cpu`: each side says so of its own. Else by the other connections: what only
   * this one suffers from is at the peer's end (or on the way there), what all suffer from is at this one. With one connection it
   * cannot be told: a slow upload at one end looks like a slow download at the other.
   */
  readonly side?: 'self' | 'peer'
}

/** What one interval between two samples was like. */
interface Interval {
  readonly r: number
  readonly level: Level
  readonly reason: QualityReason
  readonly direction: 'sending' | 'receiving' | undefined
  /** Whose device it is that is too busy. */
  readonly busySide: 'self' | 'peer' | undefined
  readonly figures: QualityFigures
}

/** Samples that lie closer to each other tell more of the clock than of the connection. */
const minIntervalMs = 200

/** How much of each new value goes into the smoothed one. */
const smoothing = 0.5

/** Less loss than this is nothing that anybody hears. */
const leastLossPercent = 1

/** By how much R must go beyond a bound, so that one who lives at it does not flicker. */
const slackR = 2

/** Packetization, playout and whatever else is in the way besides the network. */
const fixedDelayMs = 20

/** A picture that stands still for more than such a part of the time allows at most such a level. */
const freezeCaps: readonly (readonly [ratio: number, level: Level])[] = [
  [0.5, 1],
  [0.2, 2],
  [0.05, 3],
]

/**
 * Makes a `Quality` out of samples of one peer, taken about once in a second. It is given to any connection in turn: where
 * counters start again, the interval across is left out.
 */
export class QualityMeter {
  #last: ConnectionSample | undefined
  #before: Interval | undefined
  #level: Level | undefined
  #reason: QualityReason = 'good'
  #direction: Interval['direction']
  #busySide: Interval['busySide']
  #figures: QualityFigures | undefined
  #quality: Quality | undefined
  #isPeerBusy = false
  /** What each interval was like. */
  readonly history = new QualityHistory()

  /** Whether the peer says that its device cannot encode its picture any better. */
  set isPeerBusy(isPeerBusy: boolean) {
    this.#isPeerBusy = isPeerBusy
  }

  /**
   * @param isExpected  whether the peer says that it sends something, so that nothing coming is a fault
   * @returns           undefined until there are two samples of one connection
   */
  add(sample: ConnectionSample, isExpected = false): Quality | undefined {
    const last = this.#last
    const passedMs = sample.timestampMs - (last?.timestampMs ?? Number.NaN)
    if (passedMs >= 0 && passedMs < minIntervalMs) return this.#quality
    this.#last = sample
    if (last === undefined || !(passedMs > 0) || isAnother(sample, last)) return this.#quality
    const interval = measure(sample, last, passedMs, { isExpected, isPeerBusy: this.#isPeerBusy })
    this.history.add({ level: interval.level, ...interval.figures })
    this.#figures = blend(this.#figures, interval.figures)
    this.#decide(interval)
    this.#quality = this.#compose(sample, this.#figures)
    return this.#quality
  }

  #decide(interval: Interval): void {
    const before = this.#before
    this.#before = interval
    const level = this.#level ?? interval.level
    this.#level = level
    if (before !== undefined) {
      if (isBelow(before, level) && isBelow(interval, level)) this.#level = higher(before.level, interval.level)
      if (isAbove(before, level) && isAbove(interval, level)) this.#level = lower(before.level, interval.level)
    }
    // A single good sample among bad ones has no cause to tell; the last one still holds.
    if (interval.reason !== 'good') {
      this.#reason = interval.reason
      this.#direction = interval.direction
      this.#busySide = interval.busySide
    }
  }

  #compose(sample: ConnectionSample, figures: QualityFigures): Quality {
    const level = this.#level ?? 0
    const reason = level === 4 ? 'good' : this.#reason
    const limitedBy = limitOf(sample)
    return {
      level,
      reason,
      ...figures,
      isRelayed: sample.isRelayed,
      ...(limitedBy === undefined ? {} : { limitedBy }),
      ...(reason === 'network' && this.#direction !== undefined ? { direction: this.#direction } : {}),
      ...(reason === 'cpu' && this.#busySide !== undefined ? { side: this.#busySide } : {}),
    }
  }
}

/** What one side knows by other ways than statistics. */
interface Known {
  readonly isExpected: boolean
  readonly isPeerBusy: boolean
}

function measure(
  sample: ConnectionSample,
  last: ConnectionSample,
  passedMs: number,
  { isExpected, isPeerBusy }: Known,
): Interval {
  const rttMs = clamp(sample.rttMs ?? 0, 0, 60_000)
  const received = receivedLoss(sample, last)
  const sent = sentLoss(sample, last)
  const receivingR = ratingOf(rttMs / 2 + bufferMs(sample, last) + fixedDelayMs, received)
  // How long the peer buffers is not told: at least as long as the jitter that it reports.
  const sendingR = ratingOf(rttMs / 2 + reportedJitterMs(sample) + fixedDelayMs, sent)
  const isSilent = isExpected && grown(sample.bytesReceived, last.bytesReceived) === 0
  const r = isSilent ? 0 : Math.min(receivingR, sendingR)
  const isLossy = Math.max(received, sent) >= leastLossPercent
  const direction = !isLossy ? undefined : received > sent ? 'receiving' : 'sending'
  const heard = levelOf(r)
  const seen = freezeCap(freezeRatio(sample, last, passedMs))
  const busySide = limitOf(sample) === 'cpu' ? 'self' : isPeerBusy ? 'peer' : undefined
  const encoded: Level = busySide === undefined ? 4 : 3
  const level = lower(heard, lower(seen, encoded))
  return {
    // What a cap takes away must count like what R takes away, or the slack would give it back.
    r: level < heard ? leastOf(level) + 5 : r,
    level,
    reason: reasonOf({ level, heard, seen, isSilent, isSlow: sample.isRelayed && !isLossy }),
    direction,
    busySide,
    figures: {
      mos: mosOf(r),
      rttMs,
      jitterMs: receivedJitterMs(sample),
      lossPercent: Math.max(received, sent),
      upLossPercent: sent,
      downLossPercent: received,
      upKbps: rateKbps(sample.bytesSent, last.bytesSent, passedMs),
      downKbps: rateKbps(sample.bytesReceived, last.bytesReceived, passedMs),
    },
  }
}

function reasonOf(found: {
  readonly level: Level
  readonly heard: Level
  readonly seen: Level
  readonly isSilent: boolean
  readonly isSlow: boolean
}): QualityReason {
  const { level, heard, seen, isSilent, isSlow } = found
  if (level === 4) return 'good'
  if (isSilent) return 'silent'
  if (heard === level) return isSlow ? 'relay' : 'network'
  return seen === level ? 'frozen' : 'cpu'
}

/** Whether the counters are those of another connection, or of one whose pair changed to a new count. */
function isAnother(sample: ConnectionSample, last: ConnectionSample): boolean {
  return isLess(sample.bytesReceived, last.bytesReceived) || isLess(sample.bytesSent, last.bytesSent)
}

function isLess(now: number | undefined, before: number | undefined): boolean {
  return now !== undefined && before !== undefined && now < before
}

/** In percent, over all slots: packets of all of them go the same way. */
function receivedLoss(sample: ConnectionSample, last: ConnectionSample): number {
  let [lost, received] = [0, 0]
  for (const [now, before] of pairs(sample.inbound, last.inbound)) {
    const more = grown(now.packetsReceived, before.packetsReceived)
    if (more === undefined) continue
    received += more
    lost += grown(now.packetsLost, before.packetsLost) ?? 0
  }
  return lost + received > 0 ? clamp((100 * lost) / (lost + received), 0, 100) : 0
}

/** In percent, by the peer's latest reports; those of slots in which nothing is sent any more are old. */
function sentLoss(sample: ConnectionSample, last: ConnectionSample): number {
  let [lost, sent] = [0, 0]
  for (const [now, before] of pairs(sample.outbound, last.outbound)) {
    const more = grown(now.packetsSent, before.packetsSent) ?? 0
    if (now.fractionLost === undefined) continue
    sent += more
    lost += more * clamp(now.fractionLost, 0, 1)
  }
  return sent > 0 ? clamp((100 * lost) / sent, 0, 100) : 0
}

/** How long sound is in the jitter buffer; without sound, pictures. */
function bufferMs(sample: ConnectionSample, last: ConnectionSample): number {
  for (const slot of ['mic', 'screen-audio', 'camera', 'screen']) {
    const [now, before] = [sample.inbound.get(slot), last.inbound.get(slot)]
    const count = grown(now?.jitterBufferEmittedCount, before?.jitterBufferEmittedCount) ?? 0
    if (count <= 0) continue
    const delay = grown(now?.jitterBufferDelay, before?.jitterBufferDelay) ?? 0
    return clamp((1000 * delay) / count, 0, 10_000)
  }
  return 0
}

/**
 * The part of the time that the camera's picture stood still, 0 to 1. Not the screen's: what does not move there need not
 * be sent, and looks the same.
 */
function freezeRatio(sample: ConnectionSample, last: ConnectionSample, passedMs: number): number {
  const [now, before] = [sample.inbound.get('camera'), last.inbound.get('camera')]
  if (now === undefined || before === undefined) return 0
  // A freeze is counted only when it is over: while it lasts, something comes and nothing can be decoded.
  const frames = grown(now.framesDecoded, before.framesDecoded)
  if (frames === 0 && (now.framesDecoded ?? 0) > 0 && (grown(now.bytes, before.bytes) ?? 0) > 0) return 1
  return clamp(((grown(now.totalFreezesDuration, before.totalFreezesDuration) ?? 0) * 1000) / passedMs, 0, 1)
}

function freezeCap(ratio: number): Level {
  return freezeCaps.find(([least]) => ratio >= least)?.[1] ?? 4
}

function receivedJitterMs({ inbound }: ConnectionSample): number {
  return clamp(inbound.get('mic')?.jitterMs ?? inbound.get('camera')?.jitterMs ?? 0, 0, 60_000)
}

function reportedJitterMs({ outbound }: ConnectionSample): number {
  return clamp(outbound.get('mic')?.jitterMs ?? outbound.get('camera')?.jitterMs ?? 0, 0, 60_000)
}

/** What keeps this side from sending a better picture, where the browser tells. */
export function limitOf({ outbound }: ConnectionSample): 'cpu' | 'bandwidth' | undefined {
  const reasons = [...outbound.values()].map(({ qualityLimitationReason }) => qualityLimitationReason)
  if (reasons.includes('cpu')) return 'cpu'
  return reasons.includes('bandwidth') ? 'bandwidth' : undefined
}

function* pairs<Sample extends InboundSample | OutboundSample>(
  now: ReadonlyMap<string, Sample>,
  before: ReadonlyMap<string, Sample>,
): Generator<readonly [Sample, Sample]> {
  for (const [slot, sample] of now) {
    const former = before.get(slot)
    if (former !== undefined) yield [sample, former]
  }
}

/** By how much a counter has grown; undefined where it is not told, or has started again. */
function grown(now: number | undefined, before: number | undefined): number | undefined {
  if (now === undefined || before === undefined) return undefined
  const growth = now - before
  return growth >= 0 && Number.isFinite(growth) ? growth : undefined
}

function rateKbps(now: number | undefined, before: number | undefined, passedMs: number): number {
  return clamp(((grown(now, before) ?? 0) * 8) / passedMs, 0, Number.MAX_SAFE_INTEGER)
}

function isBelow(interval: Interval, level: Level): boolean {
  return interval.level < level && interval.r < leastOf(level) - slackR
}

function isAbove(interval: Interval, level: Level): boolean {
  return interval.level > level && interval.r >= leastOf(level) + 10 + slackR
}

function lower(a: Level, b: Level): Level {
  return a < b ? a : b
}

function higher(a: Level, b: Level): Level {
  return a > b ? a : b
}

function blend(before: QualityFigures | undefined, now: QualityFigures): QualityFigures {
  if (before === undefined) return now
  const mix = (key: keyof QualityFigures): number => before[key] + smoothing * (now[key] - before[key])
  return {
    mos: mix('mos'),
    rttMs: mix('rttMs'),
    jitterMs: mix('jitterMs'),
    lossPercent: mix('lossPercent'),
    upLossPercent: mix('upLossPercent'),
    downLossPercent: mix('downLossPercent'),
    upKbps: mix('upKbps'),
    downKbps: mix('downKbps'),
  }
}
