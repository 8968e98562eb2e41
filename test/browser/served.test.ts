import { join } from 'node:path'
import Fastify, { type FastifyInstance } from 'fastify'
import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { type SignalboxOptions, signalbox } from '../../src/index.js'
import { listen, manyFromHere, startService, urlOf } from '../helper.js'
import { faults } from './accessibility.js'
import { type BrowserName, openBrowser, Person } from './browsers.js'
import { pageBudget } from './page-budget.js'

t.test('the first load keeps to its budget', async (t) => {
  const { url } = await startService(t)
  const browser = await openBrowser('chromium')
  const blank = `${url.replace('ws', 'http')}/livez`
  const empty = await Promise.all([1, 2].map(async () => longTasks((await Person.open(t, browser, blank)).page)))
  const { page } = await Person.open(t, browser, 'about:blank')
  const network = await page.context().newCDPSession(page)
  await network.send('Network.enable')
  const transferred = new Map<string, number>()
  const addresses = new Map<string, string>()
  network.on('Network.responseReceived', ({ requestId, response }) => addresses.set(requestId, response.url))
  network.on('Network.loadingFinished', ({ requestId, encodedDataLength }) =>
    transferred.set(requestId, encodedDataLength),
  )
  await page.goto(url.replace('ws', 'http'), { waitUntil: 'networkidle' })
  await page.waitForSelector('html[data-state="idle"] #join')
  const scriptBytes = await page.evaluate(() => {
    const scripts = performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('.js'))
    return scripts.reduce(
      (sum, entry) => sum + (entry instanceof PerformanceResourceTiming ? entry.decodedBodySize : 0),
      0,
    )
  })
  const found = {
    requests: addresses.size,
    transferredBytes: Array.from(transferred.values()).reduce((sum, bytes) => sum + bytes, 0),
    scriptBytes,
    longTasks: (await longTasks(page)) - Math.min(...empty),
  }
  t.comment(JSON.stringify(found))
  t.comment([...addresses.values()].join(' '))
  for (const key of ['requests', 'transferredBytes', 'scriptBytes', 'longTasks'] as const)
    t.ok(found[key] <= pageBudget[key], `${key}: ${found[key]} of ${pageBudget[key]}`)
  t.ok(found.transferredBytes > 20_000 && found.scriptBytes > 100_000 && found.requests > 2, 'and it was measured')

  // Again: the page is asked for, and what it names is there.
  transferred.clear()
  addresses.clear()
  await page.reload({ waitUntil: 'networkidle' })
  await page.waitForSelector('html[data-state="idle"] #join')
  const again = Array.from(transferred.values()).reduce((sum, bytes) => sum + bytes, 0)
  t.ok(again < 3000, `${again} bytes on the second visit`)
  // Playwright's windows are private ones.
  t.strictSame(await installability(page), ['in-incognito'], 'it can be installed')
})

for (const name of ['chromium', 'firefox'] satisfies BrowserName[]) {
  t.test(`without a network the page says so in ${name}, and goes on by itself`, async (t) => {
    const browser = await openBrowser(name)
    const { app, port } = await start(t, { brandName: 'Early' })
    const address = `http://127.0.0.1:${port}/calls/`
    const person = await Person.open(t, browser, `${address}#room=tea`, { serviceWorkers: 'allow', locale: 'zh-CN' })
    const { page } = person
    await isReady(page)
    t.equal(await page.evaluate(() => caches.keys().then(({ length }) => length)), 1)

    // A page that is open goes on when the next version comes, and nothing of the last one is shown after it.
    await app.close()
    await page.reload()
    await page.waitForSelector('html[data-state="offline"]')
    t.match(await page.textContent('h1'), /^无法连接到服务$/)
    t.equal(await page.title(), '无法连接到服务 · Early')
    t.equal(page.url(), `${address}#room=tea`)
    t.strictSame(await faults(person), [])
    await person.screenshot(`offline-zh-${name}`)
    const next = await start(t, { brandName: 'Later', brandColor: '#ffd479' }, port)
    await page.waitForSelector('html[data-brand="Later"]')
    await page.waitForFunction(() => document.querySelector<HTMLInputElement>('#room')?.value === 'tea')
    await page.waitForFunction(async () => {
      const names = await caches.keys()
      const kept = names.length === 1 && (await (await caches.open(names[0] ?? '')).match('./offline.html'))
      return kept ? (await kept.text()).includes('Later') : false
    })

    // Only the pages pass through the service worker, and calls go on under it.
    const probe = page.waitForResponse(`${address}livez`)
    await page.evaluate(() => fetch('./livez'))
    t.equal((await probe).fromServiceWorker(), false)
    t.ok(await page.evaluate(() => navigator.serviceWorker.controller !== null))
    await person.join('tea', 'Ada')

    // The tab was loaded before the deploy: all that it needs it has.
    await page.click('#leave')
    await next.app.close()
    const last = await start(t, { brandName: 'Last' }, port)
    await page.click('#rejoin')
    await person.view('call')
    await page.click('#leave')

    await last.app.close()
    await page.context().setOffline(true)
    await page.goto(`${address}check`)
    await page.waitForSelector('html[data-state="offline"]')
    t.equal(await page.textContent('h1'), '你已离线')
    await start(t, { brandName: 'At last' }, port)
    await page.context().setOffline(false)
    await page.waitForSelector('#start')
    t.match(await page.title(), / · At last$/)
  })
}

t.test('two services on one host keep what they have apart, and leave the host alone', async (t) => {
  const { port } = await start(t, { brandName: 'One' })
  const address = `http://127.0.0.1:${port}`
  const { page } = await Person.open(t, await openBrowser('chromium'), `${address}/calls/`, { serviceWorkers: 'allow' })
  await isReady(page)
  await page.goto(`${address}/other/`)
  await isReady(page)
  t.strictSame((await page.evaluate(() => caches.keys())).map((name) => name.split(' ')[1]).sort(), [
    `${address}/calls/`,
    `${address}/other/`,
  ])
  await page.context().setOffline(true)
  await t.rejects(page.goto(`${address}/`), /ERR_INTERNET_DISCONNECTED/, 'a page of the host')
})

t.test(
  'a colour that is hard to read can be read in both themes, and is there from the first picture on',
  async (t) => {
    const logo =
      '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="16" r="15" fill="#c2185b"/></svg>'
    const { url } = await startService(t, {
      brandName: 'Söhne & <b>Töchter</b>',
      brandColor: '#ffd479',
      brandLogo: join(t.testdir({ 'logo.svg': logo }), 'logo.svg'),
    })
    for (const [colorScheme, expected] of [
      ['light', 'rgb(127, 106, 60)'],
      ['dark', 'rgb(255, 212, 121)'],
    ] as const) {
      const person = await Person.open(t, await openBrowser('chromium'), url, {
        colorScheme,
        prepare: () => {
          // In the first frame that has the button.
          const look = (): void => {
            const join = document.querySelector('#join')
            if (join === null) requestAnimationFrame(look)
            else document.documentElement.dataset['first'] = getComputedStyle(join).backgroundColor
          }
          requestAnimationFrame(look)
        },
      })
      const { page } = person
      await page.waitForSelector('html[data-state="idle"]')
      t.equal(
        await page.evaluate(() => getComputedStyle(document.querySelector('#join') ?? document.body).backgroundColor),
        expected,
      )
      t.equal(await page.getAttribute('html', 'data-first'), expected)
      t.equal(await page.title(), 'Söhne & <b>Töchter</b>')
      t.equal((await page.textContent('.brand'))?.trim(), 'Söhne & <b>Töchter</b>')
      t.ok(
        await page.evaluate(() => Array.from(document.images).every(({ naturalWidth }) => naturalWidth > 0)),
        'the logo is shown',
      )
      t.strictSame(await faults(person), [])
      await person.screenshot(`brand-${colorScheme}`)
      t.strictSame(person.complaints, [])
    }
  },
)

/** Twice in an app with a page of its own, on this port if one is given. */
async function start(t: Test, options: SignalboxOptions, port = 0): Promise<{ app: FastifyInstance; port: number }> {
  const app = Fastify({ forceCloseConnections: true })
  app.get('/', (_request, reply) => reply.type('text/html').send('<!doctype html><title>host</title>'))
  await app.register(signalbox, { ...manyFromHere, drainMs: 0, ...options, prefix: '/calls' })
  await app.register(signalbox, { ...manyFromHere, drainMs: 0, brandName: 'Other', prefix: '/other' })
  await listen(t, app, port)
  return { app, port: Number(new URL(urlOf(app)).port) }
}

/** Waits until the service worker has what it needs without a network. */
async function isReady(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const { active } = await navigator.serviceWorker.ready
    if (active?.state === 'activated') return
    await new Promise<void>((resolve) => {
      active?.addEventListener('statechange', () => active.state === 'activated' && resolve())
    })
  })
}

/** How many tasks have taken 50 ms and more so far. */
async function longTasks(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const observer = new PerformanceObserver((list) => resolve(list.getEntries().length))
        observer.observe({ type: 'longtask', buffered: true })
        // Buffered ones are told of before it.
        setTimeout(() => resolve(0), 500)
      }),
  )
}

/** What Chromium has against installing the page as an app. */
async function installability(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page)
  const { errors } = await session.send('Page.getAppManifest')
  const { installabilityErrors } = await session.send('Page.getInstallabilityErrors')
  return [...errors.map(({ message }) => message), ...installabilityErrors.map(({ errorId }) => errorId)]
}
