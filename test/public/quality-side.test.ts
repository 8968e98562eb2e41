import { readFileSync } from 'node:fs'
import t from 'tap'
import { detailsOf } from '../../public/sdk/connection-details.js'
import { type ConnectionSample, sampleOf } from '../../public/sdk/connection-sample.js'
import { decodeControlMessage } from '../../public/sdk/control-channel.js'
import type { Quality } from '../../public/sdk/quality.js'
import { sideOf } from '../../public/sdk/quality-side.js'
import { fineFigures } from './fine-figures.js'

const fine: Quality = { ...fineFigures, level: 4, reason: 'good', isRelayed: false }
const sending: Quality = {
  ...fine,
  level: 2,
  reason: 'network',
  direction: 'sending',
  lossPercent: 8,
  upLossPercent: 8,
}
const receiving: Quality = {
  ...fine,
  level: 2,
  reason: 'network',
  direction: 'receiving',
  lossPercent: 8,
  downLossPercent: 8,
}
const slow: Quality = { ...fine, level: 2, reason: 'network', rttMs: 700 }
const frozen: Quality = { ...fine, level: 1, reason: 'frozen' }
const silent: Quality = { ...fine, level: 0, reason: 'silent', downKbps: 0 }

t.test('of one connection alone nobody can tell at whose end it is', async (t) => {
  for (const quality of [sending, receiving, slow, frozen, silent]) t.equal(sideOf(quality, []), undefined)
})

t.test(
  'what only one of several suffers from is at the end of that peer, what all suffer from at this one',
  async (t) => {
    for (const [name, quality] of Object.entries({ sending, receiving, slow, frozen, silent })) {
      t.equal(sideOf(quality, [fine]), 'peer', name)
      t.equal(sideOf(quality, [quality]), 'self', name)
      t.equal(
        sideOf(quality, [quality, fine]),
        'peer',
        `${name}: who has one that is fine has no trouble with the access`,
      )
      t.equal(sideOf(quality, [quality, quality, quality]), 'self', name)
    }
  },
)

t.test('each direction is judged by that direction', async (t) => {
  t.equal(sideOf(sending, [receiving]), 'peer', 'what is sent to the other arrives')
  t.equal(sideOf(receiving, [sending]), 'peer')
  t.equal(sideOf(sending, [{ ...sending, ...receiving, upLossPercent: 8 }]), 'self', 'both directions are bad there')
})

t.test('who gets and sends nothing is no witness, nor is who is between good and bad', async (t) => {
  t.equal(sideOf(sending, [{ ...fine, upKbps: 2 }]), undefined)
  t.equal(sideOf(receiving, [{ ...fine, downKbps: 2 }]), undefined)
  t.equal(sideOf(frozen, [{ ...fine, downKbps: 40 }]), undefined, 'without a picture')
  t.equal(sideOf(sending, [{ ...fine, upLossPercent: 1.5 }, sending]), undefined)
  t.equal(sideOf(sending, [{ ...fine, upLossPercent: 1.5 }, fine]), 'peer')
})

t.test('what is measured is not overruled, and what is nobody’s doing is nobody’s', async (t) => {
  t.equal(sideOf({ ...fine, level: 3, reason: 'cpu', side: 'self' }, [fine]), 'self')
  t.equal(sideOf({ ...fine, level: 3, reason: 'cpu', side: 'peer' }, []), 'peer')
  t.equal(sideOf({ ...fine, level: 2, reason: 'relay', isRelayed: true }, [fine]), undefined)
  t.equal(sideOf(fine, [sending]), undefined)
})

t.test('a peer says that its device is too busy; anything else is not that', async (t) => {
  t.strictSame(decodeControlMessage('{"type":"busy","isBusy":true}'), { type: 'busy', isBusy: true })
  t.strictSame(decodeControlMessage('{"type":"busy","isBusy":"yes"}'), { type: 'busy', isBusy: false })
})

const mids = new Map([
  ['0', 'mic'],
  ['1', 'camera'],
  ['2', 'screen'],
  ['3', 'screen-audio'],
])

for (const browser of ['chromium', 'firefox'] as const) {
  t.test(`the details of a call in ${browser}`, async (t) => {
    const file = new URL(`../../../test/fixtures/stats-${browser}.json`, import.meta.url)
    const reports: { id: string; type: string }[][] = JSON.parse(readFileSync(file, 'utf8'))
    const [last, sample] = reports.map((report) => sampleOf(new Map(report.map((stats) => [stats.id, stats])), mids))
    const details = detailsOf(sample as ConnectionSample, last as ConnectionSample)
    t.match(details, { isRelayed: false, transport: 'udp' })
    t.strictSame([...details.received.keys()], ['mic', 'camera'], 'nothing comes in the other slots')
    t.strictSame([...details.sent.keys()], ['mic', 'camera'])
    for (const streams of [details.received, details.sent]) {
      t.match(streams.get('mic'), { codec: 'opus' })
      const camera = streams.get('camera')
      t.equal(camera?.codec, 'VP8')
      t.ok(camera !== undefined && camera.kbps > 100 && camera.kbps < 3000, `${camera?.kbps}`)
      t.ok((camera?.width ?? 0) > (camera?.height ?? 0) && (camera?.height ?? 0) >= 180)
      t.ok((camera?.framesPerSecond ?? 0) > 5)
    }
    const relayed = reports.map((report) =>
      sampleOf(
        new Map(
          report.map((stats) => [
            stats.id,
            stats.type === 'local-candidate' ? { ...stats, candidateType: 'relay', relayProtocol: 'tls' } : stats,
          ]),
        ),
        mids,
      ),
    )
    t.match(detailsOf(relayed[1] as ConnectionSample, relayed[0] as ConnectionSample), {
      isRelayed: true,
      transport: 'tls',
    })
    const still = detailsOf(sample as ConnectionSample, sample as ConnectionSample)
    t.strictSame([still.received.size, still.sent.size], [0, 0])
  })
}
