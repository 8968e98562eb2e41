import t from 'tap'
import { reportOf } from '../../public/page/connection-report.js'
import { shortly, summaryOf } from '../../public/page/figures.js'
import { linesOf, shownMs, topOf } from '../../public/page/plot-lines.js'
import type { Quality, QualityMoment } from '../../public/sdk/index.js'
import { fineFigures } from './fine-figures.js'

const quiet: QualityMoment = { timeMs: 0, level: 4, ...fineFigures }
const bad: QualityMoment = { ...quiet, timeMs: 1000, rttMs: 400, lossPercent: 7.25, downKbps: 200 }

t.test('of each measure the numbers now, at worst and on average', async (t) => {
  const moments = [quiet, bad, { ...quiet, timeMs: 2000 }]
  t.strictSame(summaryOf(moments, 'rttMs'), { now: 40, worst: 400, average: 160 })
  t.strictSame(
    summaryOf(moments, 'downKbps'),
    { now: 800, worst: 200, average: 600 },
    'of a rate the least is the worst',
  )
  t.equal(summaryOf([], 'rttMs'), undefined)
  t.equal(shortly(7.25, 'lossPercent', 'en'), '7.3')
  t.equal(shortly(1234.5, 'downKbps', 'en'), '1,235')
})

t.test('a plot goes up to a round number, and never looks worse than it is', async (t) => {
  t.equal(topOf([quiet], 'lossPercent'), 5, 'nothing is lost')
  t.equal(topOf([quiet, bad], 'lossPercent'), 10)
  t.equal(topOf([quiet, bad], 'rttMs'), 500)
  t.equal(topOf([quiet], 'downKbps'), 1000)
  t.equal(topOf([{ ...quiet, downKbps: 1000 }], 'downKbps'), 1000)
  t.equal(topOf([{ ...quiet, downKbps: 1001 }], 'downKbps'), 2000)
  t.equal(topOf([], 'jitterMs'), 20)
})

t.test('a plot has the newest at its right edge, and a gap where nothing was measured', async (t) => {
  const at = (timeMs: number): QualityMoment => ({ ...quiet, timeMs, rttMs: 50 })
  const nowMs = 200_000
  const lines = linesOf([at(1000), at(100_000), at(101_000), at(110_000), at(nowMs)], 'rttMs', nowMs)
  t.strictSame(
    lines.map((line) => line.length),
    [2, 1, 1],
    'the oldest is out of sight',
  )
  t.strictSame(lines.at(-1), [[1, 0.5]])
  t.strictSame(lines[0]?.[0], [1 - 100_000 / shownMs, 0.5])
  t.strictSame(linesOf([], 'rttMs', nowMs), [])
})

t.test('a report says what was measured and what has happened, and names nobody', async (t) => {
  const { timeMs: _, ...figures } = bad
  const quality: Quality = {
    ...figures,
    level: 2,
    reason: 'network',
    direction: 'receiving',
    side: 'peer',
    isRelayed: true,
  }
  const report = reportOf({
    madeAtMs: Date.UTC(2026, 0, 2, 3, 4, 5),
    beganAtMs: Date.UTC(2026, 0, 2, 3, 0, 0),
    browser: 'A Browser/1.0',
    signaling: 'reconnecting',
    isOnline: true,
    people: [
      {
        number: 1,
        state: 'live',
        quality,
        details: {
          isRelayed: true,
          transport: 'tls',
          received: new Map([
            ['mic', { kbps: 31.6, codec: 'opus' }],
            ['camera', { kbps: 800, codec: 'VP8', width: 640, height: 360, framesPerSecond: 24.4 }],
          ]),
          sent: new Map(),
        },
        history: [quiet, bad],
      },
      { number: 2, state: 'connecting', quality: undefined, details: undefined, history: [] },
    ],
    events: [{ timeMs: Date.UTC(2026, 0, 2, 3, 1, 0), text: 'error ice-failed' }],
  })
  for (const line of [
    'made: 2026-01-02T03:04:05.000Z',
    'browser: A Browser/1.0',
    'service: reconnecting; network: online',
    'Person 1: live',
    '  quality: score 4.4 of 4.5, level 2 of 4, network, side peer, worse receiving',
    '  way: relayed, tls',
    '  receives: mic opus 32 kbit/s; camera VP8 640x360 24/s 800 kbit/s',
    '  sends: nothing',
    '  loss, %                 7.3      7.3      3.6',
    'Person 2: connecting',
    '  2026-01-02T03:01:00.000Z  error ice-failed',
  ])
    t.ok(report.split('\n').includes(line), `${line}\n${report}`)
})
