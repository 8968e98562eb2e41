import fc from 'fast-check'
import t from 'tap'
import { planVideo, type VideoCircumstances } from '../../public/sdk/adaptation.js'
import { RateControl } from '../../public/sdk/rate-control.js'

const hd = { sourceWidth: 1280, sourceHeight: 720 }

t.test('the more there are, the less each one gets', async (t) => {
  const planned = (slot: 'camera' | 'screen', sourceWidth: number, sourceHeight: number) =>
    [1, 2, 3, 4, 5, 6, 7, 20].map((remotePeers) => {
      const plan = planVideo({ slot, remotePeers, sourceWidth, sourceHeight })
      return [plan.maxBitrateKbps, Math.round(sourceHeight / plan.scaleResolutionDownBy), plan.maxFramerate]
    })
  t.strictSame(planned('camera', 1280, 720), [
    [1700, 720, 30],
    [800, 540, 25],
    [450, 360, 20],
    [250, 270, 15],
    [250, 270, 15],
    [160, 180, 15],
    [160, 180, 15],
    [160, 180, 15],
  ])
  t.strictSame(planned('screen', 2560, 1440), [
    [2500, 1440, 15],
    [1500, 1440, 15],
    [1000, 1080, 8],
    [600, 1080, 5],
    [600, 1080, 5],
    [400, 1080, 5],
    [400, 1080, 5],
    [400, 1080, 5],
  ])
  t.equal(planVideo({ slot: 'camera', remotePeers: 2 }).degradationPreference, 'balanced')
  t.equal(planVideo({ slot: 'screen', remotePeers: 2 }).degradationPreference, 'maintain-resolution')
})

t.test('a picture that is shown small is sent small, and one that is hidden not at all', async (t) => {
  const small = planVideo({ slot: 'camera', remotePeers: 1, wantedHeight: 180, ...hd })
  t.match(small, { isActive: true, scaleResolutionDownBy: 4, maxBitrateKbps: 212 })
  t.match(planVideo({ slot: 'camera', remotePeers: 1, wantedHeight: 0, ...hd }), { isActive: false, maxBitrateKbps: 0 })
  t.equal(planVideo({ slot: 'camera', remotePeers: 1, wantedHeight: 1e-9, ...hd }).scaleResolutionDownBy, 20)
  t.equal(planVideo({ slot: 'camera', remotePeers: 1, wantedHeight: 5000, ...hd }).scaleResolutionDownBy, 1)
  const little = planVideo({ slot: 'camera', remotePeers: 1, sourceWidth: 320, sourceHeight: 240 })
  t.equal(little.scaleResolutionDownBy, 1, 'nothing is made larger')
  t.ok(little.maxBitrateKbps < 400, 'and no more bits than it needs')
})

t.test('an upright picture is bounded by its shorter side, and shown by its height', async (t) => {
  const upright = { slot: 'camera', remotePeers: 2, sourceWidth: 720, sourceHeight: 1280 } as const
  t.equal(720 / planVideo(upright).scaleResolutionDownBy, 540)
  t.equal(1280 / planVideo({ ...upright, wantedHeight: 320 }).scaleResolutionDownBy, 320)
})

t.test('a bounded uplink is shared, and the screen goes first', async (t) => {
  const both = { remotePeers: 3, uplinkKbps: 1500, isScreenShared: true } as const
  const [screen, camera] = [planVideo({ slot: 'screen', ...both }), planVideo({ slot: 'camera', ...both })]
  t.equal(screen.maxBitrateKbps > 2 * camera.maxBitrateKbps, true)
  t.ok(3 * (screen.maxBitrateKbps + camera.maxBitrateKbps + 48) <= 1500)
  t.match(planVideo({ slot: 'camera', remotePeers: 7, uplinkKbps: 400 }), { isActive: false, maxBitrateKbps: 0 })
  t.equal(planVideo({ slot: 'camera', remotePeers: 1, uplinkKbps: 10_000 }).maxBitrateKbps, 1700)
})

t.test('what the way does not bear is not sent', async (t) => {
  t.equal(planVideo({ slot: 'camera', remotePeers: 1, factor: 0.5, ...hd }).maxBitrateKbps, 850)
  t.equal(
    planVideo({ slot: 'camera', remotePeers: 7, factor: 0.1, ...hd }).maxBitrateKbps,
    30,
    'but never next to nothing',
  )
})

t.test('whatever the numbers are, plans are within their bounds', async () => {
  const value = fc.option(fc.oneof(fc.double(), fc.nat(8000)), { nil: undefined })
  const circumstances = fc.record({
    remotePeers: fc.integer({ min: 1, max: 12 }),
    wantedHeight: value,
    sourceWidth: fc.option(fc.nat(8000), { nil: undefined }),
    sourceHeight: fc.option(fc.nat(8000), { nil: undefined }),
    factor: value,
    isScreenShared: fc.boolean(),
  })
  fc.assert(
    fc.property(circumstances, fc.option(fc.nat(20_000), { nil: undefined }), (circumstances, uplinkKbps) => {
      const plan = (slot: VideoCircumstances['slot']) => planVideo({ ...circumstances, slot, uplinkKbps })
      const [camera, screen] = [plan('camera'), plan('screen')]
      for (const { isActive, maxBitrateKbps, scaleResolutionDownBy, maxFramerate } of [camera, screen]) {
        if (!(scaleResolutionDownBy >= 1 && scaleResolutionDownBy <= 8000 / 36)) throw new Error('scale')
        if (!(maxFramerate >= 5 && maxFramerate <= 30)) throw new Error('framerate')
        if (!(isActive ? maxBitrateKbps >= 30 && maxBitrateKbps <= 2500 : maxBitrateKbps === 0))
          throw new Error('bitrate')
      }
      const sumKbps = camera.maxBitrateKbps + (circumstances.isScreenShared ? screen.maxBitrateKbps : 0)
      if (sumKbps * circumstances.remotePeers > (uplinkKbps ?? Number.POSITIVE_INFINITY)) throw new Error(`${sumKbps}`)
    }),
    { numRuns: 1000 },
  )
})

/** A way of so many parts of the full bitrate: what is too much is lost, after that part which it always loses. */
function overLink(control: RateControl, capacity: number, steps: number, lostAnyway = 0): number[] {
  return Array.from({ length: steps }, () => {
    const sent = control.factor
    const arrived = Math.min(sent * (1 - lostAnyway), capacity)
    return control.next({ lossFraction: 1 - arrived / sent, rttMs: 50 })
  })
}

t.test('the bitrate settles on what a link bears, and does not swing', async (t) => {
  for (const capacity of [0.12, 0.2, 0.33, 0.5, 0.8, 0.95]) {
    const settled = overLink(new RateControl(), capacity, 120).slice(60)
    t.equal(new Set(settled).size, 1, `${capacity} ends in one factor`)
    const [factor = 0] = settled
    t.ok(factor > 0.6 * capacity && factor < 1.12 * capacity, `${factor} of ${capacity}`)
  }
})

t.test('a link that always loses a little costs no bitrate, one that always loses much all it can', async (t) => {
  t.strictSame(new Set(overLink(new RateControl(), 1, 60, 0.05)), new Set([1]))
  const lossy = overLink(new RateControl(), 1, 60, 0.2)
  t.strictSame(new Set(lossy.slice(40)), new Set([0.1]))
})

t.test('a link that has recovered is used again, within a minute', async (t) => {
  const control = new RateControl()
  overLink(control, 0.05, 60)
  t.equal(control.factor, 0.1)
  t.equal(overLink(control, 1, 60).at(-1), 1)
})

t.test('a queue that fills slows down, a longer way for good does not', async (t) => {
  const control = new RateControl()
  control.next({ lossFraction: 0, rttMs: 50 })
  t.equal(control.next({ lossFraction: 0, rttMs: 280 }), 1)
  t.equal(control.next({ lossFraction: 0, rttMs: 500 }), 0.7)
  t.equal(control.next({ lossFraction: 0, rttMs: 500 }), 0.7, 'this report is of the time before')
  t.ok(Math.abs(control.next({ lossFraction: 0, rttMs: 500 }) - 0.49) < 1e-9)
  control.next({ lossFraction: 0, rttMs: 60 })
  const held = control.factor
  t.equal(control.next({ lossFraction: 0, rttMs: 250 }), held, 'while it grows, nothing is added')
  for (let n = 0; n < 400; n += 1) control.next({ lossFraction: 0, rttMs: 500 })
  t.equal(control.factor, 1)
  t.equal(new RateControl().next({ lossFraction: 0, rttMs: 900 }), 1, 'a way that was always long is no queue')
})

t.test('without a report, or with a busy processor, it stays as it is', async (t) => {
  const control = new RateControl()
  control.next({ lossFraction: 0.5 })
  for (let n = 0; n < 20; n += 1) control.next({})
  for (let n = 0; n < 20; n += 1) control.next({ lossFraction: 0, isCpuLimited: true })
  t.equal(control.factor, 0.7)
  fc.assert(
    fc.property(fc.array(fc.record({ lossFraction: fc.double(), rttMs: fc.double() })), (reports) => {
      const control = new RateControl()
      for (const report of reports) {
        const factor = control.next(report)
        if (!(factor >= 0.1 && factor <= 1)) throw new Error(`${factor}`)
      }
    }),
  )
})
