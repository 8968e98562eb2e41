import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import Fastify from 'fastify'
import type { Browser, Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { signalbox } from '../../src/index.js'
import { codeBlocks, compileConsumer } from '../consumer.js'
import { listen, urlOf } from '../helper.js'
import { openBrowser, Person } from './browsers.js'

const types = `
import { type Call, CallError, type CallErrorCode, join, type Peer, type Quality, type Slot } from 'signalbox/client'

export async function use(call: Call, peer: Peer, track: MediaStreamTrack): Promise<void> {
  const call2: Call = await join(new URL('wss://example.org/ws'), { room: 'a' })
  await call2.publish('screen-audio', null)
  const stop: () => void = call.on('left', ({ peer, reason, replacedBy }) => {
    const why: 'left' | 'disconnected' | 'kicked' | 'replaced' = reason
    console.info(peer.id, why, replacedBy?.id)
  })
  stop()
  call.addEventListener('end', (event) => {
    const reason: CallError | 'left' = event.detail.reason
    console.info(reason)
  })
  peer.on('quality', (quality: Quality) => quality.level, { once: true })
  for await (const qualities of call.stats()) console.info(qualities.get(peer)?.mos)
  const slot: Slot = 'screen'
  const media: MediaStream = peer.stream('screen')
  const code: CallErrorCode = 'room-full'
  console.info(slot, media, code, peer.metadata?.['team'])

  // @ts-expect-error there is no such slot
  await call.publish('webcam', track)
  // @ts-expect-error there is no such event
  call.on('peers', () => {})
  // @ts-expect-error a room is needed
  await join('/ws', {})
  // @ts-expect-error what a call tells is read, not written
  call.peers.clear()
  // @ts-expect-error not one of the codes
  new CallError('no-such-code')
  // @ts-expect-error a peer is what it is
  peer.name = 'Eve'
}
`

const elementTypes = `
import 'signalbox/element'
import { framePermissions, type SignalboxCall } from 'signalbox/element'

const call: SignalboxCall | null = document.querySelector('signalbox-call')
call?.addEventListener('joined', ({ detail }) => console.info(detail.room))
call?.addEventListener('ended', (event) => console.info(event.detail.code))
call?.addEventListener('click', (event) => console.info(event.clientX))
call?.leave()
document.createElement('iframe').allow = framePermissions

// @ts-expect-error it tells of no room
call?.addEventListener('left', ({ detail }) => console.info(detail.room))
`

t.test('the documentation of the SDK', async (t) => {
  const examples = codeBlocks('docs/sdk.md', 'ts')
  const named = Object.fromEntries(examples.map((code, index) => [`example-${index}`, code]))
  const readme = codeBlocks('README.md', 'ts')
  const scaling = codeBlocks('docs/scaling.md', 'ts')
  const { folder, complaints } = compileConsumer('consumer', {
    ...named,
    ...Object.fromEntries(readme.map((code, index) => [`readme-${index}`, code])),
    ...Object.fromEntries(scaling.map((code, index) => [`scaling-${index}`, code])),
    types,
    elementTypes,
  })
  t.equal(complaints, '', 'everything compiles against the packed package, strictly')
  t.ok(examples.length >= 5 && readme.length >= 1 && scaling.length === 1)

  const browser = await openBrowser('chromium')
  const html = codeBlocks('docs/sdk.md', 'html')
  t.equal(html.length, 1)

  await t.test('the page that loads it from the service shows somebody else', async (t) => {
    const url = await startWith(t, html[0] ?? '')
    const logs: string[] = []
    const pages = [await open(t, browser, url, logs), await open(t, browser, url, logs)]
    for (const page of pages)
      await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 0.5)
  })

  await t.test('with a bundler an application is one file, with as much of the SDK in it as it uses', async (t) => {
    const bundle = async (contents: string): Promise<string> => {
      const stdin = { contents, resolveDir: folder }
      const { outputFiles } = await build({ stdin, bundle: true, format: 'esm', minify: true, write: false })
      return outputFiles[0]?.text ?? ''
    }
    const small = await bundle("import { callErrors } from 'signalbox/client'; console.log(callErrors)")
    t.ok(small.length < 3000, `${small.length} characters of the SDK for one of its lists`)
    const whole = await bundle(
      html[0]?.match(/<script type="module">([\s\S]*)<\/script>/)?.[1]?.replace('/sdk/index.js', 'signalbox/client') ??
        '',
    )
    t.comment(`the whole SDK: ${whole.length} characters`)
    const url = await startWith(t, `<!doctype html><video autoplay></video><script type="module">${whole}</script>`)
    const logs: string[] = []
    const pages = [await open(t, browser, url, logs), await open(t, browser, url, logs)]
    for (const page of pages)
      await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 0.5)
    t.notOk(
      await pages[0]?.evaluate(() =>
        performance.getEntriesByType('resource').some(({ name }) => name.includes('/sdk/')),
      ),
    )
    t.strictSame(
      logs.filter((line) => line.startsWith('error')),
      [],
    )
  })

  const runnable = [
    ...examples.map((code, index) => ({ name: `example-${index}`, code, prefix: '' })),
    // The other ones there are not for a browser.
    ...readme
      .map((code, index) => ({ name: `readme-${index}`, code, prefix: '/calls' }))
      .filter(({ code }) => code.includes("'signalbox/client'")),
  ]
  t.equal(runnable.length, examples.length + 1)
  for (const { name, code, prefix } of runnable) {
    const [title = ''] = /^(?:export )?(?:async )?function \w+|^const .*|^for .*|^call\.on.*/m.exec(code) ?? []
    await t.test(`${name} runs to its end: ${title}`, async (t) => {
      const module = readFileSync(join(folder, 'out', `${name}.js`), 'utf8')
      const page = `<!doctype html><body><button id="share"></button><script type="importmap">{"imports":
        {"signalbox/client":"${prefix}/sdk/index.js"}}</script><script type="module">${module}
        document.documentElement.dataset.done = ''</script></body>`
      const url = await startWith(t, page, prefix)
      const logs: string[] = []
      const pages = [await open(t, browser, url, logs)]
      await pages[0]?.waitForFunction(
        (prefix) => performance.getEntriesByName(new URL(`${prefix}/sdk/join.js`, location.href).href).length > 0,
        prefix,
      )
      pages.push(await open(t, browser, url, logs))
      for (const page of pages) await page.waitForSelector('html[data-done]', { state: 'attached' })
      const expected = expectations.find(([part]) => code.includes(part))?.[1]
      while (expected !== undefined && !logs.some((line) => expected.test(line))) await pages[0]?.waitForTimeout(50)
      t.strictSame(
        logs.filter((line) => line.startsWith('error')),
        [],
      )
    })
  }
})

/** By a part of an example, what it writes to the console when it does what it is about. */
const expectations: readonly (readonly [string, RegExp])[] = [
  ['sendFile', /notes\.txt 9/],
  ['call.stats', /^undefined [0-4] (good|network|silent|cpu) \d/],
]

/** An app with the service under a prefix that serves one more page, from its own address as everything else. */
async function startWith(t: Test, html: string, prefix = ''): Promise<string> {
  const app = Fastify({ forceCloseConnections: true })
  await app.register(signalbox, { prefix })
  app.get('/invitation', () => 'an invitation')
  app.get('/example.html', (_request, reply) => reply.type('text/html').send(html))
  await listen(t, app)
  return urlOf(app)
}

async function open(t: Test, browser: Browser, url: string, logs: string[]): Promise<Page> {
  const { page } = await Person.open(t, browser, 'about:blank')
  page.on('console', (message) => {
    // A browser asks every site for one.
    if (message.location().url.endsWith('/favicon.ico')) return
    logs.push(`${message.type() === 'error' ? 'error ' : ''}${message.text()}`)
  })
  page.on('pageerror', (error) => logs.push(`error ${error.message}`))
  await page.goto(`${url.replace(/^ws/, 'http')}/example.html`)
  return page
}
