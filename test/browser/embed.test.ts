import Fastify from 'fastify'
import type { FrameLocator } from 'playwright-core'
import t, { type Test } from 'tap'
import { mintToken, signalbox } from '../../src/index.js'
import { codeBlocks } from '../consumer.js'
import { listen, manyFromHere, urlOf } from '../helper.js'
import { faults } from './accessibility.js'
import { type BrowserName, openBrowser, Person } from './browsers.js'

declare global {
  /** What the element has told the page that it is on. */
  var callEvents: unknown[]
}

const [example = ''] = codeBlocks('docs/page.md', 'html')
const tokenSecrets = ['a-secret-for-tests-0123456789abcdef']

for (const name of ['chromium', 'firefox'] satisfies BrowserName[]) {
  t.test(`a call in a page of another origin, as an element, in ${name}`, async (t) => {
    const { service, host, asked } = await start(t)
    const { token } = await mintToken({ room: 'tea', subject: 'ada' }, { tokenSecrets })
    const { token: other } = await mintToken({ room: 'tea', subject: 'bo' }, { tokenSecrets })
    const address = `${host}/?${new URLSearchParams({ room: 'tea', name: 'Ada', token, lang: 'zh-CN' })}`
    const person = await Person.open(t, await openBrowser(name), address, {
      serviceWorkers: 'allow',
      // As where a browser keeps nothing for a page in a frame of another site.
      prepare: () => {
        if (window.parent === window) return
        for (const storage of ['localStorage', 'sessionStorage']) {
          Object.defineProperty(window, storage, {
            get: () => {
              throw new DOMException('not here', 'SecurityError')
            },
          })
        }
      },
    })
    const { page } = person
    const frame = page.frameLocator('signalbox-call iframe')
    await frame.locator('html[data-state="idle"] #join').waitFor()
    t.equal(await frame.locator('#room').inputValue(), 'tea')
    t.equal(await frame.locator('#name').inputValue(), 'Ada')
    t.equal(await frame.locator('html').getAttribute('lang'), 'zh-CN')
    t.strictSame(await faults(person), [])

    await frame.locator('#join').click()
    await hears(person, ['joined', 'tea'])
    const bo = await Person.open(t, await openBrowser('chromium'), `${service}/calls/#room=tea&name=Bo&token=${other}`)
    await bo.page.click('#join')
    await bo.state('connected')
    await bo.seesAndHears()
    await frame.locator('html[data-state="connected"]').waitFor()
    // Firefox has no screen to choose in a test.
    if (name === 'chromium') {
      await frame.locator('#screen').click()
      await frame.locator('#sharing:not([hidden])').waitFor()
      await bo.page.waitForFunction(() => {
        const [peer] = globalThis.signalboxCall?.peers.values() ?? []
        return peer?.isSending('screen')
      })
    }
    await person.screenshot(`embedded-${name}`)

    await offerChannel(frame)
    await page.click('#leave')
    await hears(person, ['left', undefined])
    await bo.state('left')

    await frame.locator('#rejoin').click()
    await hears(person, ['joined', 'tea'])
    await page.evaluate(() => document.querySelector('signalbox-call')?.setAttribute('room', 'coffee'))
    await hears(person, ['left', undefined])
    await frame.locator('html[data-state="idle"] #join').waitFor()
    t.equal(await frame.locator('#room').inputValue(), 'coffee')
    await frame.locator('#join').click()
    await frame.locator('html[data-state="denied"]').waitFor()
    t.strictSame(await page.evaluate(() => globalThis.callEvents.length), 4)

    const frames = page.frames().filter((inner) => inner.url().includes('/calls/'))
    t.equal(frames.length, 1)
    t.equal(await frames[0]?.evaluate(() => navigator.serviceWorker.getRegistrations().then(({ length }) => length)), 0)
    t.ok(asked.length > 3)
    t.notOk(
      asked.some((url) => url.includes('ey')),
      'no token in an address that was asked for',
    )
    t.strictSame(person.complaints, [])
  })
}

/** The service, and somebody's page that has the element, on two origins; `asked` has the addresses of the service that were asked for. */
async function start(t: Test): Promise<{ service: string; host: string; asked: string[] }> {
  const asked: string[] = []
  const page = Fastify({ forceCloseConnections: true })
  page.get<{ Querystring: Record<string, string> }>('/', ({ query }, reply) => {
    const attributes = Object.entries(query).map(([key, value]) => `${key}="${value}"`)
    const html = example
      .replace('https://calls.example', `${service}/calls`)
      .replace('room="tea" name="Ada"', attributes.join(' '))
    return reply.type('text/html').send(`${html}<script>
  globalThis.callEvents = []
  for (const type of ['joined', 'left', 'ended'])
    document.querySelector('signalbox-call').addEventListener(type, ({ detail }) => {
      callEvents.push([type, detail?.room ?? detail?.code])
    })
</script>`)
  })
  page.get('/favicon.ico', (_request, reply) => reply.code(204).send())
  await listen(t, page)
  const host = urlOf(page).replace('ws', 'http')
  const app = Fastify({ forceCloseConnections: true })
  app.addHook('onRequest', async ({ url }) => {
    asked.push(url)
  })
  await app.register(signalbox, { ...manyFromHere, prefix: '/calls', tokenSecrets, frameAncestors: [host] })
  await listen(t, app)
  const service = urlOf(app).replace('ws', 'http')
  return { service, host, asked }
}

/** Waits until the last that the page around the element has heard is this. */
async function hears({ page }: Person, last: readonly [string, string | undefined]): Promise<void> {
  await page.waitForFunction((last) => JSON.stringify(globalThis.callEvents.at(-1)) === last, JSON.stringify(last))
}

/** Offers the page in the frame a channel from its own window. If it took it, it would not hear the element any more. */
async function offerChannel(frame: FrameLocator): Promise<void> {
  await frame.locator('html').evaluate(
    () =>
      new Promise<void>((resolve) => {
        window.postMessage('signalbox:connect', location.origin, [new MessageChannel().port2])
        // Messages to this window come in their order.
        window.addEventListener('message', ({ data }) => data === 'after' && resolve())
        window.postMessage('after', location.origin)
      }),
  )
}
