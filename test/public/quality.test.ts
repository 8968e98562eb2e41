import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import t from 'tap'
import {
  type ConnectionSample,
  type InboundSample,
  type OutboundSample,
  sampleOf,
} from '../../public/sdk/connection-sample.js'
import { mosOf, ratingOf } from '../../public/sdk/e-model.js'
import { type Quality, QualityMeter } from '../../public/sdk/quality.js'

const mids = new Map([
  ['0', 'mic'],
  ['1', 'camera'],
  ['2', 'screen'],
  ['3', 'screen-audio'],
])

/** Three reports of one connection, a second apart, as a browser gave them. */
function recorded(browser: 'chromium' | 'firefox'): RTCStatsReport[] {
  const file = new URL(`../../../test/fixtures/stats-${browser}.json`, import.meta.url)
  const reports: { id: string }[][] = JSON.parse(readFileSync(file, 'utf8'))
  return reports.map((report) => new Map(report.map((stats) => [stats.id, stats])))
}

function changed(report: RTCStatsReport, type: string, more: object): RTCStatsReport {
  return new Map([...report].map(([id, stats]) => [id, stats.type === type ? { ...stats, ...more } : stats]))
}

function without(report: RTCStatsReport, type: string): RTCStatsReport {
  return new Map([...report].filter(([, stats]) => stats.type !== type))
}

for (const browser of ['chromium', 'firefox'] as const) {
  t.test(`what ${browser} reports is read`, async (t) => {
    const [report = new Map()] = recorded(browser)
    const sample = sampleOf(report, mids)
    t.match(sample, { isRelayed: false, localCandidateType: 'host', protocol: 'udp' })
    t.ok((sample.bytesReceived ?? 0) > 200_000 && (sample.bytesSent ?? 0) > 200_000)
    t.ok(sample.rttMs !== undefined && sample.rttMs < 10)
    t.equal(sample.availableOutgoingKbps !== undefined, browser === 'chromium', 'Firefox has no estimate')
    const [mic, camera] = [sample.inbound.get('mic'), sample.inbound.get('camera')]
    t.equal(mic?.codec, 'audio/opus')
    t.match(camera, { codec: 'video/VP8', freezeCount: 0, packetsLost: 0 })
    t.ok((camera?.framesDecoded ?? 0) > 100 && (camera?.frameHeight ?? 0) >= 240)
    const sent = sample.outbound.get('camera')
    t.match(sent, { codec: 'video/VP8', fractionLost: 0, packetsLost: 0 })
    t.equal(sent?.qualityLimitationReason, browser === 'chromium' ? 'none' : undefined)
    t.ok(sent?.rttMs !== undefined && sent.rttMs < 10)
    t.notOk(sample.outbound.get('screen')?.bytes, 'nothing is sent in the screen')
  })

  t.test(`a good call in ${browser} is good`, async (t) => {
    const meter = new QualityMeter()
    const [first, ...more] = recorded(browser).map((report) => meter.add(sampleOf(report, mids), true))
    t.equal(first, undefined, 'one sample tells nothing')
    for (const quality of more) {
      t.match(quality, { level: 4, reason: 'good', lossPercent: 0, isRelayed: false })
      t.ok(quality !== undefined && quality.mos > 4.2 && quality.mos < 4.5, `${quality?.mos}`)
      t.ok(quality !== undefined && quality.upKbps > 100 && quality.upKbps < 2000, `${quality?.upKbps}`)
      t.ok(quality !== undefined && quality.downKbps > 100 && quality.downKbps < 2000, `${quality?.downKbps}`)
    }
  })

  t.test(`the selected pair is found in ${browser} without the transport naming it`, async (t) => {
    const [report = new Map()] = recorded(browser)
    const [named, marked] = [sampleOf(report, mids), sampleOf(without(report, 'transport'), mids)]
    t.strictSame(marked, named)
    const lost = sampleOf(without(report, 'candidate-pair'), mids)
    t.equal(lost.bytesSent, undefined)
    t.ok(lost.rttMs !== undefined && lost.rttMs > 0, 'the round trip is what the peer reports')
  })

  t.test(`a relay at either end is seen in ${browser}`, async (t) => {
    const [report = new Map()] = recorded(browser)
    for (const end of ['local-candidate', 'remote-candidate'])
      t.ok(sampleOf(changed(report, end, { candidateType: 'relay' }), mids).isRelayed)
  })
}

t.test('statistics of any shape are read without throwing', async () => {
  const field = fc.oneof(fc.anything(), fc.constantFrom('0', '1', 'a', 'b'))
  const stats = fc.record({
    type: fc.constantFrom('transport', 'candidate-pair', 'inbound-rtp', 'outbound-rtp', 'remote-inbound-rtp', 'codec'),
    timestamp: field,
    mid: field,
    selectedCandidatePairId: field,
    nominated: field,
    currentRoundTripTime: field,
    roundTripTime: field,
    bytesReceived: field,
    packetsLost: field,
    codecId: field,
    remoteId: field,
    qualityLimitationReason: field,
  })
  const report = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.oneof(stats, fc.anything())))
  fc.assert(
    fc.property(report, (entries) => {
      const sample = sampleOf(new Map(entries), mids)
      for (const value of [sample.timestampMs, sample.rttMs, sample.bytesReceived])
        if (value !== undefined && !Number.isFinite(value)) throw new Error(`${value}`)
    }),
  )
})

const noInbound: InboundSample = sampleInbound({})
const noOutbound: OutboundSample = sampleOutbound({})

function sampleInbound(more: Partial<InboundSample>): InboundSample {
  return {
    bytes: undefined,
    packetsReceived: undefined,
    packetsLost: undefined,
    jitterMs: undefined,
    jitterBufferDelay: undefined,
    jitterBufferEmittedCount: undefined,
    framesDecoded: undefined,
    framesPerSecond: undefined,
    frameWidth: undefined,
    frameHeight: undefined,
    freezeCount: undefined,
    totalFreezesDuration: undefined,
    totalAudioEnergy: undefined,
    totalSamplesReceived: undefined,
    codec: undefined,
    ...more,
  }
}

function sampleOutbound(more: Partial<OutboundSample>): OutboundSample {
  return {
    bytes: undefined,
    packetsSent: undefined,
    framesPerSecond: undefined,
    frameWidth: undefined,
    frameHeight: undefined,
    qualityLimitationReason: undefined,
    fractionLost: undefined,
    reportedAtMs: undefined,
    packetsLost: undefined,
    jitterMs: undefined,
    rttMs: undefined,
    codec: undefined,
    ...more,
  }
}

/** What one second of a call is like. */
interface Second {
  readonly lossPercent?: number
  readonly sentLossPercent?: number
  readonly rttMs?: number
  readonly isRelayed?: boolean
  readonly frames?: number
  readonly frozenMs?: number
  readonly bytes?: number
  readonly limit?: 'cpu' | 'bandwidth'
}

/** A call, of which each second is put in words; the counters run on. */
class Line {
  readonly meter = new QualityMeter()
  #seconds = 0
  #counts = { received: 0, lost: 0, sent: 0, frames: 0, frozenMs: 0, bytes: 0 }

  next(second: Second = {}): Quality | undefined {
    return this.meter.add(this.sample(second), true)
  }

  sample(second: Second): ConnectionSample {
    const { lossPercent = 0, sentLossPercent = 0, rttMs = 40, isRelayed = false, limit } = second
    const counts = this.#counts
    this.#seconds += 1
    counts.received += 100 - lossPercent
    counts.lost += lossPercent
    counts.sent += 100
    counts.frames += second.frames ?? 30
    counts.frozenMs += second.frozenMs ?? 0
    counts.bytes += second.bytes ?? 125_000
    const inbound = {
      ...noInbound,
      packetsReceived: counts.received,
      packetsLost: counts.lost,
      jitterMs: 5,
      jitterBufferDelay: this.#seconds * 48_000 * 0.04,
      jitterBufferEmittedCount: this.#seconds * 48_000,
    }
    const camera = {
      ...noInbound,
      bytes: counts.bytes,
      framesDecoded: counts.frames,
      totalFreezesDuration: counts.frozenMs / 1000,
    }
    const outbound = {
      ...noOutbound,
      packetsSent: counts.sent,
      fractionLost: sentLossPercent / 100,
      qualityLimitationReason: limit,
    }
    return {
      timestampMs: this.#seconds * 1000,
      rttMs,
      isRelayed,
      bytesSent: counts.bytes,
      bytesReceived: counts.bytes,
      availableOutgoingKbps: undefined,
      localCandidateType: undefined,
      remoteCandidateType: undefined,
      protocol: undefined,
      relayProtocol: undefined,
      inbound: new Map<string, InboundSample>([
        ['mic', inbound],
        ['camera', camera],
      ]),
      outbound: new Map([['mic', outbound]]),
    }
  }

  /** The same again and again. */
  hold(second: Second, seconds = 6): Quality | undefined {
    let quality: Quality | undefined
    for (let n = 0; n < seconds; n += 1) quality = this.next(second)
    return quality
  }
}

t.test('the E-model gives what the recommendation says', async (t) => {
  t.equal(mosOf(0), 1)
  t.ok(Math.abs(mosOf(93.2) - 4.41) < 0.01)
  t.ok(Math.abs(mosOf(50) - 2.58) < 0.01)
  t.equal(mosOf(3), 1, 'never below 1')
  t.equal(ratingOf(0, 0), 93.2)
  t.ok(Math.abs(ratingOf(200, 0) - (93.2 - 4.8 - 2.497)) < 1e-6)
  t.equal(ratingOf(0, 20), 93.2 - 47.5, 'as much loss as the codec bears costs half')
  fc.assert(
    fc.property(fc.double(), fc.double(), (delayMs, lossPercent) => {
      const mos = mosOf(ratingOf(delayMs, lossPercent))
      if (!(mos >= 1 && mos <= 4.5)) throw new Error(`${mos}`)
    }),
  )
})

t.test('levels fall with loss and with delay', async (t) => {
  const levelAt = (second: Second) => new Line().hold(second)?.level
  t.strictSame(
    [0, 2, 5, 8, 13, 30].map((lossPercent) => levelAt({ lossPercent })),
    [4, 4, 3, 2, 1, 0],
  )
  t.strictSame(
    [50, 300, 450, 600, 800, 2000].map((rttMs) => levelAt({ rttMs })),
    [4, 4, 3, 2, 1, 0],
  )
})

t.test('one bad second changes no level, two do; and back likewise', async (t) => {
  const line = new Line()
  t.equal(line.hold({})?.level, 4)
  t.equal(line.next({ lossPercent: 40 })?.level, 4)
  t.match(line.next(), { level: 4, reason: 'good' })
  t.equal(line.next({ lossPercent: 40 })?.level, 4)
  t.match(
    line.next({ lossPercent: 9 }),
    { level: 2, reason: 'network', direction: 'receiving' },
    'the milder of the two',
  )
  t.equal(line.next({ lossPercent: 40 })?.level, 2)
  t.equal(line.next({ lossPercent: 40 })?.level, 0)
  t.equal(line.next()?.level, 0)
  t.equal(line.next({ lossPercent: 40 })?.level, 0)
  t.equal(line.next()?.level, 0)
  t.match(line.next(), { level: 4, reason: 'good' })
})

t.test('who lives at the bound of a level stays on one side of it', async (t) => {
  const levelsAt = (lossPercent: number) => {
    const line = new Line()
    line.hold({ lossPercent })
    return new Set([3.1, 3.1, 2.3, 2.3, 3.1, 3.1].map((lossPercent) => line.next({ lossPercent })?.level))
  }
  t.strictSame(levelsAt(0), new Set([4]))
  t.strictSame(levelsAt(5), new Set([3]))
})

t.test('each cause is named, and whose doing it is only where that is certain', async (t) => {
  const network = new Line().hold({ sentLossPercent: 8 })
  t.match(network, { level: 2, reason: 'network', direction: 'sending' })
  t.notOk(network !== undefined && 'side' in network)
  t.match(new Line().hold({ rttMs: 500, isRelayed: true }), { reason: 'relay', isRelayed: true })
  const slow = new Line().hold({ rttMs: 900, lossPercent: 0.5 })
  t.match(slow, { reason: 'network' })
  t.notOk(slow !== undefined && 'direction' in slow, 'a little loss is not what makes it slow')
  t.match(new Line().hold({ lossPercent: 8, isRelayed: true }), { reason: 'network', isRelayed: true })
  t.match(new Line().hold({ isRelayed: true }), { level: 4, reason: 'good' }, 'a relay alone is no fault')
  t.match(new Line().hold({ frozenMs: 300 }), { level: 2, reason: 'frozen' })
  t.match(new Line().hold({ limit: 'cpu' }), { level: 3, reason: 'cpu', side: 'self', limitedBy: 'cpu' })
  const other = new Line()
  other.meter.isPeerBusy = true
  t.match(other.hold({}), { level: 3, reason: 'cpu', side: 'peer' })
  t.match(other.hold({ limit: 'cpu' }), { reason: 'cpu', side: 'self' }, 'what one can do something about comes first')
  other.meter.isPeerBusy = false
  t.match(other.hold({}), { level: 4, reason: 'good' })
  t.match(new Line().hold({ limit: 'bandwidth' }), { level: 4, limitedBy: 'bandwidth' })
  const line = new Line()
  line.hold({})
  t.match(line.hold({ frames: 0 }, 2), { level: 1, reason: 'frozen' }, 'a freeze that lasts is not counted yet')
  t.match(line.hold({ bytes: 0, frames: 0 }, 2), { level: 0, reason: 'silent' })
})

t.test('the history has what was measured, second by second, for two minutes', async (t) => {
  const line = new Line()
  line.next()
  t.strictSame(line.meter.history.moments, [])
  line.next({ lossPercent: 20, sentLossPercent: 5, rttMs: 70 })
  line.next()
  const [bad, good] = line.meter.history.moments
  t.match(bad, { level: 0, rttMs: 70, jitterMs: 5, lossPercent: 20, upLossPercent: 5, downLossPercent: 20 })
  t.match(good, { level: 4, rttMs: 40, lossPercent: 0 }, 'not smoothed')
  t.ok(bad !== undefined && Math.abs(bad.downKbps - 1000) < 1 && Math.abs(bad.upKbps - 1000) < 1)
  line.hold({}, 150)
  const { moments } = line.meter.history
  t.equal(moments.length, 120)
  t.notOk(
    moments.some(({ rttMs }) => rttMs === 70),
    'the oldest go',
  )
  const successor = new Line()
  successor.hold({ rttMs: 1000 }, 3)
  successor.meter.history.goOnFrom(line.meter.history)
  t.strictSame(
    successor.meter.history.moments.slice(-3).map(({ rttMs }) => rttMs),
    [40, 1000, 1000],
  )
  t.equal(successor.meter.history.moments.length, 120)
})

t.test('nothing coming is no fault where nothing is expected', async (t) => {
  const line = new Line()
  for (let n = 0; n < 4; n += 1) line.meter.add(line.sample({}), true)
  for (let n = 0; n < 4; n += 1)
    t.match(line.meter.add(line.sample({ bytes: 0, frames: 0 }), false), { level: 4, reason: 'good' })
})

t.test('a new connection, whose counters start again, makes no numbers out of the difference', async (t) => {
  const [old, fresh] = [new Line(), new Line()]
  const before = old.hold({}, 60)
  t.ok(before !== undefined && Math.abs(before.upKbps - 1000) < 1)
  t.strictSame(old.meter.add({ ...fresh.sample({}), timestampMs: 61_000 }, true), before)
  const after = old.meter.add({ ...fresh.sample({}), timestampMs: 62_000 }, true)
  t.match(after, { level: 4, lossPercent: 0 })
  t.ok(after !== undefined && Math.abs(after.upKbps - 1000) < 1)
  t.strictSame(old.meter.add({ ...fresh.sample({}), timestampMs: 62_001 }, true), after, 'too soon')
  t.strictSame(old.meter.add({ ...fresh.sample({}), timestampMs: 3 }, true), after, 'a clock that goes back')
})

t.test('one stream that starts to count again spoils nothing of the others', async (t) => {
  const line = new Line()
  const camera = (packetsReceived: number, packetsLost: number) => sampleInbound({ packetsReceived, packetsLost })
  const mic = (packetsReceived: number) => sampleInbound({ packetsReceived, packetsLost: 0 })
  const inbound = (...samples: InboundSample[]) =>
    new Map(samples.map((sample, n) => [['mic', 'camera'][n] ?? '', sample]))
  line.meter.add({ ...line.sample({}), inbound: inbound(mic(1000), camera(1000, 0)) })
  const quality = line.meter.add({ ...line.sample({}), inbound: inbound(mic(20), camera(1990, 10)) })
  t.match(quality, { level: 4, lossPercent: 1 })
})

t.test('whatever the numbers are, the quality is within its bounds', async () => {
  const value = fc.option(fc.oneof(fc.double(), fc.integer(), fc.nat()), { nil: undefined })
  const inbound = fc.record({ packetsReceived: value, packetsLost: value, jitterMs: value, bytes: value })
  const picture = fc.record({ framesDecoded: value, totalFreezesDuration: value, bytes: value })
  const buffer = fc.record({ jitterBufferDelay: value, jitterBufferEmittedCount: value })
  const outbound = fc.record({ packetsSent: value, fractionLost: value, jitterMs: value })
  const sample = fc
    .record({ stepMs: value, rttMs: value, bytesSent: value, bytesReceived: value, inbound, picture, buffer, outbound })
    .map(({ inbound, picture, buffer, outbound, ...rest }) => ({
      ...new Line().sample({}),
      ...rest,
      inbound: new Map([
        ['mic', sampleInbound({ ...inbound, ...buffer })],
        ['camera', sampleInbound(picture)],
      ]),
      outbound: new Map([['camera', sampleOutbound(outbound)]]),
    }))
  fc.assert(
    fc.property(fc.array(sample, { minLength: 2, maxLength: 8 }), fc.boolean(), (samples, isExpected) => {
      const meter = new QualityMeter()
      let timestampMs = 0
      for (const { stepMs = 1000, ...sample } of samples) {
        timestampMs += stepMs % 1e6 || 1000
        const quality = meter.add({ ...sample, timestampMs }, isExpected)
        if (quality === undefined) continue
        const { level, reason, mos, rttMs, jitterMs, lossPercent, upKbps, downKbps } = quality
        const isWithin = [0, 1, 2, 3, 4].includes(level) && mos >= 1 && mos <= 4.5 && lossPercent <= 100
        const areSane = [rttMs, jitterMs, lossPercent, upKbps, downKbps].every((n) => Number.isFinite(n) && n >= 0)
        if (!isWithin || !areSane || (reason === 'good') !== (level === 4)) throw new Error(JSON.stringify(quality))
      }
    }),
    { numRuns: 500 },
  )
})
