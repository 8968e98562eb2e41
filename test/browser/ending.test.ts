import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { Registry } from 'prom-client'
import t from 'tap'
import { WebSocketServer } from 'ws'
import type { CallError } from '../../public/sdk/index.js'
import { startService } from '../helper.js'
import { Scrape } from '../scrape.js'
import { openBrowser } from './browsers.js'
import { Member } from './member.js'

declare global {
  /** What a test in a page can end. */
  var ending: AbortController
  /** How what was ended has ended. */
  var outcome: Promise<string>
}

t.test('what a signal is given for ends with it', async (t) => {
  const browser = await openBrowser('chromium')
  const metricsRegistry = new Registry()
  const { url } = await startService(t, { qualityReports: true, metricsRegistry })
  const [ada, bo] = [await Member.open(t, browser, url), await Member.open(t, browser, url)]

  /** Begins to join, with a signal that is `globalThis.ending`'s. */
  const beginToJoin = (member: Member, socketUrl: string, isAborted: boolean): Promise<void> =>
    member.page.evaluate(
      async ([socketUrl, isAborted]) => {
        const path = '/sdk/index.js'
        const { join }: typeof import('../../public/sdk/index.js') = await import(path)
        globalThis.ending = new AbortController()
        if (isAborted) globalThis.ending.abort('no time')
        globalThis.outcome = join(socketUrl, { room: 'r', signal: globalThis.ending.signal }).then(
          () => 'joined',
          ({ code, cause }: CallError) => `${code}, as ${cause}`,
        )
      },
      [socketUrl, isAborted] as const,
    )
  const outcome = (member: Member): Promise<string> => member.page.evaluate(() => globalThis.outcome)

  await t.test('a join that was called off beforehand', async (t) => {
    await beginToJoin(ada, '/ws', true)
    t.equal(await outcome(ada), 'aborted, as no time')
  })

  await t.test('a join that nobody answers', async (t) => {
    const silent = new WebSocketServer({ port: 0, host: '127.0.0.1' })
    t.teardown(() => silent.close())
    await once(silent, 'listening')
    const connected = once(silent, 'connection')
    await beginToJoin(ada, `ws://127.0.0.1:${(silent.address() as AddressInfo).port}`, false)
    const [socket] = await connected
    const closed = once(socket, 'close')
    await ada.page.evaluate(() => globalThis.ending.abort('enough'))
    t.equal(await outcome(ada), 'aborted, as enough')
    await closed
  })

  await t.test('a screen, and what is to be counted; but not a call that has begun', async (t) => {
    await ada.page.evaluate(() => (globalThis.ending = new AbortController()))
    await ada.join({ room: 'r', name: 'Ada', reportQuality: true })
    await bo.join({ room: 'r', name: 'Bo', reportQuality: true })
    await ada.publish()
    await bo.sees(['Ada'], 1)
    const shows = (isSending: boolean): Promise<unknown> =>
      bo.page.waitForFunction(
        (isSending) => [...globalThis.call.peers.values()].every((peer) => peer.isSending('screen') === isSending),
        isSending,
      )
    await ada.page.evaluate(async () => {
      const { signal } = globalThis.ending
      const screen = await globalThis.call.shareScreen({ signal })
      const [track] = screen.getTracks()
      globalThis.outcome = (async () => {
        let rounds = 0
        for await (const qualities of globalThis.call.stats({ intervalMs: 50, signal })) rounds += qualities.size
        return `${rounds > 0 ? 'counted' : 'nothing to count'}, ${track?.readyState}`
      })()
    })
    await shows(true)
    await ada.page.waitForFunction(() => [...globalThis.call.peers.values()].some(({ quality }) => quality))
    await ada.page.waitForTimeout(200)
    await ada.page.evaluate(() => globalThis.ending.abort())
    t.equal(await outcome(ada), 'counted, ended')
    await shows(false)
    t.match(
      await ada.page.evaluate(async () => {
        const open = navigator.mediaDevices.getDisplayMedia.bind(navigator.mediaDevices)
        let opened: MediaStream | undefined
        navigator.mediaDevices.getDisplayMedia = async (request) => (opened = await open(request))
        const late = globalThis.call.shareScreen({ signal: globalThis.ending.signal })
        const code = await late.then(
          () => 'shared',
          (error: CallError) => error.code,
        )
        return [code, opened?.getTracks().map(({ readyState }) => readyState)]
      }),
      ['aborted', ['ended']],
    )
    await bo.sees(['Ada'], 5)
  })

  await t.test('what is counted ends with the call, too', async (t) => {
    await ada.page.evaluate(() => {
      globalThis.outcome = (async () => {
        for await (const _ of globalThis.call.stats()) if (_.size > 8) return 'crowded'
        return 'over'
      })()
      globalThis.call.leave()
    })
    t.equal(await outcome(ada), 'over')
    await bo.isTold('left Ada left')
    await bo.page.evaluate(() => globalThis.call.leave())
  })

  await t.test('and both have said how their connection was', async (t) => {
    const scrape = async (): Promise<Scrape> => new Scrape(await metricsRegistry.metrics())
    let told = await scrape()
    while ((told.value('signalbox_quality_reports_total{outcome="taken"}') ?? 0) < 2) {
      // The page has said it, and it may be on its way.
      await bo.page.evaluate(() => {})
      told = await scrape()
    }
    t.equal(told.value('signalbox_quality_reports_total{outcome="refused"}'), 0)
    t.equal(told.value('signalbox_call_connections_total{way="direct"}'), 2)
    t.equal(told.value('signalbox_call_ice_failures_total'), 0)
    t.equal(told.value('signalbox_call_first_media_seconds_count{kind="sound"}'), 1, 'one has published')
    t.equal(told.value('signalbox_call_first_media_seconds_count{kind="picture"}'), 1)
    t.ok((told.value('signalbox_call_first_media_seconds_sum{kind="picture"}') ?? 0) > 0.001)
    t.equal(told.value('signalbox_call_loss_ratio_count{direction="received"}'), 2)
  })
})

/** Waits until a try to reach the service has failed that has begun after this. */
async function fails({ page }: Member): Promise<void> {
  const before = await page.evaluateHandle(() => globalThis.socket)
  await page.waitForFunction(
    (before) => globalThis.socket !== before && globalThis.socket.readyState === WebSocket.CLOSED,
    before,
    { polling: 20 },
  )
}

t.test('a page that has slept knows nothing of what was meanwhile', async (t) => {
  const browser = await openBrowser('chromium')
  const { url } = await startService(t)
  const [ada, bo] = [
    await Member.join(t, browser, url, { room: 'r', name: 'Ada' }),
    await Member.join(t, browser, url, { room: 'r', name: 'Bo' }),
  ]
  await Promise.all([ada.sees(['Bo']), bo.sees(['Ada'])])

  await t.test('and takes no connection for broken because of it', async (t) => {
    await ada.page.evaluate(() => {
      const awakeAtMs = performance.now() + 4500
      while (performance.now() < awakeAtMs);
      for (const { pc } of globalThis.call.peers.values()) pc.dispatchEvent(new Event('connectionstatechange'))
    })
    await ada.sees(['Bo'])
    t.strictSame(
      (await ada.told()).filter((line) => line.includes('unstable')),
      [],
    )
  })

  await t.test('and comes back to the service at once when it is looked at again', async (t) => {
    await ada.page.evaluate(() => {
      // The pauses are as long as they can be, and each is twice as long as the one before.
      Math.random = () => 0.999
    })
    for (const [type, tries] of [
      ['visibilitychange', 4],
      ['online', 1],
    ] as const) {
      await ada.cutOff()
      for (let count = 0; count < tries; count += 1) await fails(ada)
      await ada.endCutOff()
      const ms = await ada.page.evaluate(async (type) => {
        const start = performance.now()
        const target = type === 'online' ? globalThis : document
        target.dispatchEvent(new Event(type))
        await new Promise<void>((resolve) => globalThis.call.on('signaling', (state) => state === 'open' && resolve()))
        return performance.now() - start
      }, type)
      t.ok(ms < 2000, `${type}: ${Math.round(ms)} ms`)
    }
  })
})
