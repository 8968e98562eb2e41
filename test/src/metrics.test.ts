import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import Fastify from 'fastify'
import { Registry } from 'prom-client'
import t, { type Test } from 'tap'
import { type MetricDescription, serviceMetrics } from '../../schemas/index.js'
import signalbox, { type SignalboxOptions } from '../../src/index.js'
import { freePort } from '../free-port.js'
import { Client, listen, manyFromHere, unhurried, urlOf } from '../helper.js'
import { run, start } from '../program.js'
import { startRedis } from '../redis-server.js'
import { ResumingClient } from '../resuming-client.js'
import { Scrape } from '../scrape.js'

/** The service in an app of somebody else's, who has a registry. */
async function embed(t: Test, options: SignalboxOptions = {}) {
  const registry = new Registry()
  const app = Fastify({ forceCloseConnections: true })
  await app.register(signalbox, { ...manyFromHere, ...unhurried, ...options, metricsRegistry: registry })
  await listen(t, app)
  const scrape = async (): Promise<Scrape> => new Scrape(await registry.metrics())
  /** Asks until it is so. */
  const scrapeUntil = async (isSo: (scrape: Scrape) => boolean): Promise<Scrape> => {
    for (;;) {
      const now = await scrape()
      if (isSo(now)) return now
      await new Promise(setImmediate)
    }
  }
  return { app, url: urlOf(app), scrape, scrapeUntil }
}

t.test('the process serves its metrics on a port of their own, and nothing else there', async (t) => {
  const metricsPort = await freePort()
  const { url, child, exited, entries } = await start(t, {
    SIGNALBOX_METRICS_PORT: `${metricsPort}`,
    SIGNALBOX_CLOSE_TIMEOUT_MS: '300',
    SIGNALBOX_DRAIN_MS: '2000',
  })
  t.match(
    entries.find(({ msg }) => msg === 'metrics are served'),
    { port: metricsPort },
  )
  const metrics = `http://127.0.0.1:${metricsPort}/metrics`
  const response = await fetch(metrics)
  t.match(response.headers.get('content-type'), /^text\/plain; version=0\.0\.4/)
  const text = await response.text()
  const scrape = new Scrape(text)

  const { stdout, stderr, status } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' })
  const complaints = `${stdout}${stderr}`.split('\n').filter((line) => line.startsWith('signalbox_'))
  t.strictSame(complaints, [], 'promtool has nothing to say of ours')
  t.not(status, 1, stderr)
  const broken = spawnSync('promtool', ['check', 'metrics'], { input: `${text}\nsignalbox_x{`, encoding: 'utf8' })
  t.equal(broken.status, 1, 'it finds what is no metric')

  const own = scrape.names.filter((name) => name.startsWith('signalbox_'))
  const expected = Object.keys(serviceMetrics).filter((name) => !/_(store|quality|call)_/.test(name))
  t.strictSame(own.sort(), expected.sort(), 'all that the list has, where there is no store')
  for (const name of ['process_resident_memory_bytes', 'nodejs_eventloop_lag_p99_seconds', 'process_max_fds'])
    t.ok(scrape.names.includes(name), name)
  for (const name of ['nodejs_active_handles', 'process_open_fds']) t.notOk(scrape.names.includes(name), name)

  for (const path of ['/', '/livez', '/ws']) t.equal((await fetch(new URL(path, metrics))).status, 404, path)
  t.equal((await fetch(`${url.replace('ws', 'http')}/metrics`)).status, 404, 'nor there')

  // Half a second until it is closed is long enough to ask.
  const deaf = await Client.join(t, url, '1001')
  deaf.socket.pause()
  child.kill('SIGTERM')
  let draining = await Scrape.of(metrics)
  while (draining.value('signalbox_draining') === 0) draining = await Scrape.of(metrics)
  t.equal(draining.value('signalbox_draining'), 1)
  t.equal((await exited).code, 0)
})

t.test('each thing is counted as what it is', async (t) => {
  const { url, scrape, scrapeUntil } = await embed(t, { maxRooms: 1 })
  const before = await scrape()
  t.equal(before.value('signalbox_sockets'), 0)
  for (const [name, { labels = {} }] of Object.entries<MetricDescription>(serviceMetrics)) {
    for (const [label, values] of Object.entries(labels)) {
      if (typeof values === 'string' || !before.names.includes(name)) continue
      t.strictSame(before.labels(name, label), values, `${name}: all there from the beginning`)
    }
  }

  const ada = await Client.join(t, url, '1001')
  const bo = await Client.join(t, url, '1001')
  await ada.next('ready')
  await bo.next('ready')
  for (let n = 0; n < 256; n += 1) ada.send({ type: 'ice', candidate: { n } })
  await bo.settle()
  const third = await Client.connect(t, url)
  third.send({ type: 'join', roomId: '1001' })
  await third.next('full')
  third.send({ type: 'join', roomId: '1002' })
  t.match(await third.next('error'), { code: 'service-full' })
  third.send('no JSON')
  await third.next('error')
  third.send({ type: 'made up' })
  await third.next('error')
  third.send(Buffer.from([1]))
  await third.closed

  const now = await scrapeUntil((scrape) => scrape.value('signalbox_sockets') === 2)
  const expected = {
    signalbox_sockets: 2,
    signalbox_rooms: 1,
    signalbox_rooms_max: 1,
    signalbox_members: 2,
    signalbox_queued_bytes: 0,
    signalbox_draining: 0,
    'signalbox_joins_total{outcome="joined"}': 2,
    'signalbox_joins_total{outcome="full"}': 1,
    'signalbox_joins_total{outcome="service-full"}': 1,
    'signalbox_messages_total{type="join"}': 4,
    'signalbox_messages_total{type="ice"}': 256,
    'signalbox_errors_total{code="not-json"}': 1,
    'signalbox_errors_total{code="not-joined"}': 1,
    'signalbox_errors_total{code="service-full"}': 1,
    'signalbox_refusals_total{code="service-full"}': 1,
    'signalbox_closes_total{as="unsupportedData"}': 1,
    'signalbox_closes_total{as="client"}': 0,
    signalbox_slowed_total: 0,
  }
  for (const [series, value] of Object.entries(expected)) t.equal(now.value(series), value, series)
  t.notMatch(now.text, 'made up')

  const timed = now.value('signalbox_relay_seconds_count') ?? 0
  t.ok(timed >= 1 && timed <= 4, `one in 64 of 256: ${timed}`)
  t.equal(now.value('signalbox_relay_seconds_bucket{le="+Inf"}'), timed)
  t.ok((now.value('signalbox_relay_seconds_sum') ?? 0) > 0)

  ada.socket.close()
  bo.socket.terminate()
  await Promise.all([ada.closed, bo.closed])
  const after = await scrapeUntil((scrape) => scrape.value('signalbox_sockets') === 0)
  t.equal(after.value('signalbox_closes_total{as="client"}'), 1)
  t.equal(after.value('signalbox_closes_total{as="lost"}'), 1)
  t.equal(after.value('signalbox_members'), 0)
})

t.test('who comes back, who sends too much, and what waits', async (t) => {
  const { url, scrape } = await embed(t, { messageBurst: 10, maxMessagesPerSecond: 20, maxReplayMessages: 1 })
  const ada = new ResumingClient(url, '1001', () => {})
  await ada.join()
  ada.socket?.terminate()
  await ada.resume()
  const bo = await Client.join(t, url, '1001')
  ada.socket?.terminate()
  await bo.next('ready')
  for (let n = 0; n < 4; n += 1) bo.send({ type: 'ice', candidate: { n } })
  await bo.settle()
  await ada.resume()
  t.equal(ada.resyncs, 1)
  const stranger = await Client.connect(t, url)
  stranger.send({ ...ada.resumeMessage(9), mac: 'forged' })
  t.match(await stranger.next('error'), { code: 'resume-gone' })
  for (let n = 0; n < 30; n += 1) stranger.send({ type: 'pong' })
  await stranger.settle()
  const now = await scrape()
  t.equal(now.value('signalbox_resumes_total{outcome="replayed"}'), 1)
  t.equal(now.value('signalbox_resumes_total{outcome="resynced"}'), 1)
  t.equal(now.value('signalbox_resumes_total{outcome="resume-gone"}'), 1)
  t.ok((now.value('signalbox_slowed_total') ?? 0) >= 1)
  ada.socket?.terminate()
})

t.test('bytes that a client does not read are seen as they wait', async (t) => {
  const { url, scrape } = await embed(t, { maxQueuedBytes: 1_073_741_824 })
  const ada = await Client.join(t, url, '1001')
  const bo = await Client.join(t, url, '1001')
  await ada.next('ready')
  bo.socket.pause()
  // More than the kernel takes for a socket that nobody reads.
  const filler = 'x'.repeat(60_000)
  for (let n = 0; n < 400; n += 1) ada.send({ type: 'offer', sdp: filler })
  await ada.settle()
  const waiting = (await scrape()).value('signalbox_queued_bytes') ?? 0
  t.ok(waiting > 1_000_000 && waiting < 400 * 61_000, `${waiting} bytes`)
})

t.test('of a store that is shared one sees how fast it answers, and that it does not', async (t) => {
  const redis = await startRedis(t)
  const { app, url, scrape, scrapeUntil } = await embed(t, { redisUrl: redis.url, redisTimeoutMs: 100 })
  await scrapeUntil((scrape) => scrape.value('signalbox_store_up') === 1)
  await Client.join(t, url, '1001')
  const well = await scrape()
  t.ok((well.value('signalbox_store_command_seconds_count') ?? 0) >= 1)
  t.equal(well.value('signalbox_store_faults_total{kind="timeout"}'), 0)

  redis.stand()
  const bo = await Client.connect(t, url)
  bo.send({ type: 'join', roomId: '1002' })
  await bo.closed
  const ill = await scrape()
  t.ok((ill.value('signalbox_store_faults_total{kind="timeout"}') ?? 0) >= 1)
  t.equal(ill.value('signalbox_joins_total{outcome="store-unavailable"}'), 1)
  redis.goOn()
  await app.close()
})

t.test('a registry takes one service, and has to be one', async (t) => {
  const registry = new Registry()
  const app = Fastify()
  t.teardown(() => app.close())
  app.register(signalbox, { prefix: '/a', metricsRegistry: registry })
  app.register(signalbox, { prefix: '/b', metricsRegistry: registry })
  await t.rejects(async () => app.ready(), /signalbox_info has already been registered/)

  const two = Fastify()
  t.teardown(() => two.close())
  const [first, second] = [new Registry(), new Registry()]
  two.register(signalbox, { prefix: '/a', metricsRegistry: first })
  two.register(signalbox, { prefix: '/b', metricsRegistry: second })
  await two.ready()
  t.strictSame(new Scrape(await first.metrics()).names, new Scrape(await second.metrics()).names)

  const wrong = Fastify()
  t.teardown(() => wrong.close())
  // What somebody may write in JavaScript.
  wrong.register(signalbox, Object.assign({}, { metricsRegistry: JSON.parse('{}') }))
  await t.rejects(
    async () => wrong.ready(),
    new TypeError('signalbox: metricsRegistry: Expected Registry of prom-client'),
  )
})

t.test('events that a webhook never takes are counted, and what waits until then', async (t) => {
  const closed = createServer().listen(0, '127.0.0.1')
  await once(closed, 'listening')
  const address = closed.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  closed.close()
  await once(closed, 'close')
  const { url, scrape, scrapeUntil } = await embed(t, {
    webhookUrls: [`http://127.0.0.1:${port}/`],
    webhookSecrets: ['a secret that webhooks are signed with'],
    webhookRetryMs: 1,
  })
  t.equal((await scrape()).value('signalbox_webhooks_lost_total'), 0)
  await Client.join(t, url, '1001')
  await scrapeUntil((now) => now.value('signalbox_webhooks_waiting') === 2)
  const now = await scrapeUntil((now) => now.value('signalbox_webhooks_lost_total') === 2)
  t.equal(now.value('signalbox_webhooks_waiting'), 0)
})

t.test('a metrics port that is taken is said in a sentence', async (t) => {
  const other = createServer().listen(0, '127.0.0.1')
  t.teardown(() => other.close())
  await once(other, 'listening')
  const address = other.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const environment = { HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'silent', SIGNALBOX_METRICS_PORT: `${port}` }
  const { code, stderr } = await run(t, environment).exited
  t.equal(code, 2)
  const names = `SIGNALBOX_METRICS_HOST 127.0.0.1, SIGNALBOX_METRICS_PORT ${port}`
  t.match(stderr, new RegExp(`^signalbox: cannot listen on ${names}: .*EADDRINUSE.*\n$`))
})
