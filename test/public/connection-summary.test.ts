import { Value } from '@sinclair/typebox/value'
import t from 'tap'
import { ConnectionSummary } from '../../public/sdk/connection-summary.js'
import type { Quality } from '../../public/sdk/quality.js'
import { ConnectionQuality } from '../../schemas/index.js'
import { fineFigures } from './fine-figures.js'

const quality = (more: Partial<Quality>): Quality => ({
  ...fineFigures,
  level: 4,
  reason: 'good',
  isRelayed: false,
  ...more,
})

t.test('a connection is summed up by means, and by how it went last', async (t) => {
  const summary = new ConnectionSummary(1000)
  summary.add(quality({ rttMs: 0, upLossPercent: 0, downLossPercent: 0 }))
  summary.add(quality({ rttMs: 20, upLossPercent: 1, downLossPercent: 0 }))
  summary.add(quality({ rttMs: 41, upLossPercent: 2, downLossPercent: 0.5, isRelayed: true }))
  summary.fail()
  const report = summary.end(9000)
  t.strictSame(report, {
    way: 'relayed',
    iceFailures: 1,
    rttMs: 30.5,
    sentLossPercent: 1,
    receivedLossPercent: 0.17,
  })
  t.ok(Value.Check(ConnectionQuality, report))
})

t.test(
  'one waits from when the other says that it sends; who does not say so is waited for from the beginning',
  async (t) => {
    const told = new ConnectionSummary(1000)
    told.add(quality({}))
    told.expect('picture', 61_000)
    told.expect('picture', 62_000)
    told.arrive('picture', 61_400.4)
    told.arrive('picture', 70_000)
    told.arrive('sound', 1250)
    // It was muted, and says so later.
    told.expect('sound', 90_000)
    t.match(told.end(95_000), { firstPictureMs: 400, firstSoundMs: 250 })

    const late = new ConnectionSummary(0)
    late.add(quality({}))
    late.arrive('picture', 120_001)
    const report = late.end(130_000)
    t.notOk(Object.hasOwn(report ?? {}, 'firstPictureMs'), 'nobody has waited for that')
    t.notOk(Object.hasOwn(report ?? {}, 'firstSoundMs'))
  },
)

t.test('of one that never worked it counts that one has waited, or that it failed', async (t) => {
  t.equal(new ConnectionSummary(0).end(9999), undefined, 'somebody has changed their mind')
  t.strictSame(new ConnectionSummary(0).end(10_000), { way: 'none', iceFailures: 0 })
  const failed = new ConnectionSummary(0)
  for (let n = 0; n < 200; n += 1) failed.fail()
  const report = failed.end(100)
  t.strictSame(report, { way: 'none', iceFailures: 100 }, 'and no more than may be told')
  t.ok(Value.Check(ConnectionQuality, report))
})
