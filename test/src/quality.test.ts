import { Registry } from 'prom-client'
import t, { type Test } from 'tap'
import type { ConnectionQuality } from '../../schemas/index.js'
import type { SignalboxOptions } from '../../src/index.js'
import { Client, startService } from '../helper.js'
import { Scrape } from '../scrape.js'

async function start(t: Test, options: SignalboxOptions = {}) {
  const metricsRegistry = new Registry()
  const { app, url } = await startService(t, { qualityReports: true, ...options, metricsRegistry })
  const post = async (body: unknown, headers: Record<string, string> = {}): Promise<number> => {
    const payload = typeof body === 'string' ? body : JSON.stringify(body)
    const { statusCode } = await app.inject({
      method: 'POST',
      url: '/quality',
      headers: { 'content-type': 'text/plain;charset=UTF-8', ...headers },
      payload,
    })
    return statusCode
  }
  return { app, url, post, scrape: async () => new Scrape(await metricsRegistry.metrics()) }
}

const fine = { way: 'direct', iceFailures: 0 } as const satisfies ConnectionQuality

t.test('what clients say of their connections is in the histograms', async (t) => {
  const { post, scrape } = await start(t)
  const connections: ConnectionQuality[] = [
    { ...fine, firstSoundMs: 300, firstPictureMs: 700, rttMs: 40, sentLossPercent: 0, receivedLossPercent: 2 },
    { way: 'relayed', iceFailures: 2, rttMs: 200, sentLossPercent: 100 },
    { way: 'none', iceFailures: 1 },
  ]
  t.equal(await post({ connections }), 204)
  const told = await scrape()
  const expected = {
    'signalbox_quality_reports_total{outcome="taken"}': 1,
    'signalbox_call_connections_total{way="direct"}': 1,
    'signalbox_call_connections_total{way="relayed"}': 1,
    'signalbox_call_connections_total{way="none"}': 1,
    signalbox_call_ice_failures_total: 3,
    'signalbox_call_first_media_seconds_sum{kind="sound"}': 0.3,
    'signalbox_call_first_media_seconds_bucket{le="0.5",kind="picture"}': 0,
    'signalbox_call_first_media_seconds_bucket{le="1",kind="picture"}': 1,
    'signalbox_call_round_trip_seconds_bucket{le="0.05",way="direct"}': 1,
    'signalbox_call_round_trip_seconds_bucket{le="0.2",way="relayed"}': 1,
    'signalbox_call_round_trip_seconds_bucket{le="0.15",way="relayed"}': 0,
    'signalbox_call_loss_ratio_count{direction="sent"}': 2,
    'signalbox_call_loss_ratio_bucket{le="0.5",direction="sent"}': 1,
    'signalbox_call_loss_ratio_bucket{le="+Inf",direction="sent"}': 2,
    'signalbox_call_loss_ratio_sum{direction="received"}': 0.02,
  }
  for (const [series, value] of Object.entries(expected)) t.equal(told.value(series), value, series)
})

t.test('what is not as it should be changes nothing but a count, and makes no series', async (t) => {
  const { app, post, scrape } = await start(t)
  const before = await scrape()
  const wrong: unknown[] = [
    'no JSON',
    '',
    {},
    { connections: [] },
    { connections: Array.from({ length: 33 }, () => fine) },
    { connections: [fine], room: '1001' },
    { connections: [{ ...fine, name: 'Ada' }] },
    { connections: [{ ...fine, way: 'by pigeon' }] },
    { connections: [{ ...fine, iceFailures: 1e9 }] },
    { connections: [{ ...fine, iceFailures: -1 }] },
    { connections: [{ ...fine, rttMs: 1e9 }] },
    { connections: [{ ...fine, firstSoundMs: 0.5 }] },
    { connections: [{ ...fine, sentLossPercent: 100.1 }] },
  ]
  for (const body of wrong) t.equal(await post(body), 400, JSON.stringify(body).slice(0, 60))
  t.equal(await post({ connections: [fine] }, { origin: 'https://evil.example' }), 403)
  t.equal(await post(`"${'x'.repeat(9000)}"`), 413)
  t.equal(await post({ connections: [fine] }, { 'content-type': 'text/html' }), 415)
  const after = await scrape()
  t.equal(after.value('signalbox_quality_reports_total{outcome="refused"}'), wrong.length + 1)
  const seriesOf = ({ text }: Scrape) => text.split('\n').filter((line) => line.startsWith('signalbox_call_'))
  t.strictSame(seriesOf(after), seriesOf(before))
  t.ok(seriesOf(before).length > 50)

  const { body } = await app.inject({ method: 'POST', url: '/quality', payload: { connections: ['hush'] } })
  t.strictSame(JSON.parse(body), {
    statusCode: 400,
    code: 'bad-message',
    message: 'a field of this message has the wrong shape',
  })
  t.equal(
    await post({ connections: [fine] }, { origin: 'http://localhost:80', host: 'localhost' }),
    204,
    'its own page',
  )
})

t.test('one address cannot speak for all the world', async (t) => {
  const { post, scrape } = await start(t)
  const statuses = new Map<number, number>()
  for (let n = 0; n < 610; n += 1) {
    const status = await post({ connections: [fine] })
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
  }
  t.strictSame(Object.fromEntries(statuses), { 204: 600, 429: 10 })
  t.equal((await scrape()).value('signalbox_refusals_total{code="too-many-requests"}'), 10)
})

t.test('who is not asked says nothing: there is no such address, and joined has nothing of it', async (t) => {
  const asking = await start(t)
  const ada = await Client.connect(t, asking.url)
  ada.send({ type: 'join', roomId: '1001' })
  t.match(await ada.next('joined'), { quality: true })

  const silent = await start(t, { qualityReports: false })
  t.equal(await silent.post({ connections: [fine] }), 404)
  const bo = await Client.connect(t, silent.url)
  bo.send({ type: 'join', roomId: '1001' })
  t.notOk(Object.hasOwn(await bo.next('joined'), 'quality'))
  t.notMatch((await silent.scrape()).text, 'signalbox_call_')
})
