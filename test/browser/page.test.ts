import t from 'tap'
import { sentenceOf } from '../../public/page/join-notice.js'
import { languages } from '../../public/page/texts.js'
import { startService } from '../helper.js'
import { openBrowser, Person } from './browsers.js'

t.test('the language can be changed and is remembered', async (t) => {
  const browser = await openBrowser('chromium')
  const { url } = await startService(t)
  const ada = await Person.open(t, browser, url)
  t.equal(await ada.page.textContent('#join'), languages.en.texts.join)
  await ada.page.selectOption('#language', 'zh-CN')
  t.equal(await ada.page.textContent('#join'), languages['zh-CN'].texts.join)
  await ada.page.reload()
  t.equal(await ada.page.textContent('#join'), languages['zh-CN'].texts.join)
})

t.test('the invite link leads whoever opens it into the room', async (t) => {
  const browser = await openBrowser('chromium')
  const { url } = await startService(t)
  const ada = await Person.open(t, browser, url, { permissions: ['clipboard-read', 'clipboard-write'] })
  await ada.page.click('#new-room')
  const room = await ada.page.inputValue('#room')
  t.match(room, /^(\w{4}-){3}\w{4}$/)
  await ada.page.click('#join')
  await ada.view('call')
  await ada.choose('#copy-link')
  await ada.isTold(languages.en.texts.copiedStatus)
  const link = await ada.copied()
  t.equal(link, `${url.replace('ws', 'http')}/#room=${room}`)
  await ada.isTold(languages.en.texts.waiting)
  const bo = await Person.open(t, browser, link)
  t.equal(await bo.page.inputValue('#room'), room)
  await bo.page.click('#join')
  await ada.state('connected')
})

t.test('where the browser refuses to copy, the link is selected to be copied by hand', async (t) => {
  const browser = await openBrowser('chromium')
  const { url } = await startService(t)
  const prepare = () => {
    navigator.clipboard.writeText = async () => {
      throw new DOMException('made to fail', 'NotAllowedError')
    }
  }
  const [ada, bo] = [await Person.open(t, browser, url, { prepare }), await Person.open(t, browser, url)]
  await ada.join('1001')
  await bo.join('1001')
  await ada.state('connected')
  await ada.choose('#copy-link')
  await ada.page.waitForSelector('#invite-notice', { state: 'visible' })
  t.equal(await ada.page.textContent('#invite-notice'), languages.en.texts.copyRefused)
  const link = `${url.replace('ws', 'http')}/#room=1001`
  t.strictSame(
    await ada.page.$eval('#invite-link', (input) =>
      input instanceof HTMLInputElement ? [input.value, input.selectionStart, input.selectionEnd] : [],
    ),
    [link, 0, link.length],
  )
  await ada.screenshot('copy-refused')
  await ada.page.click('#close-invite')
  t.equal(await ada.page.isVisible('#invite'), false)
})

t.test('a room that the service refuses, and a room that is not named, are said', async (t) => {
  const browser = await openBrowser('chromium')
  const { url } = await startService(t, { maxRoomIdLength: 8 })
  const ada = await Person.open(t, browser, url)
  await ada.page.click('#join')
  t.equal(await ada.page.textContent('#lobby-notice'), sentenceOf('room-missing', languages.en.texts))
  t.equal(await ada.page.getAttribute('#room', 'aria-invalid'), 'true')
  await ada.page.fill('#room', 'much too long')
  await ada.page.click('#join')
  await ada.state('rejected')
  t.equal(await ada.page.textContent('#lobby-notice'), sentenceOf('room-invalid', languages.en.texts))
  await ada.join('short')
})

t.test('a service that is away is said, and trying again works when it is back', async (t) => {
  const browser = await openBrowser('chromium')
  const { app, url } = await startService(t)
  const ada = await Person.open(t, browser, url)
  await app.close()
  await ada.page.fill('#room', '1001')
  await ada.page.click('#join')
  await ada.state('server-away')
  t.equal(await ada.page.textContent('#lobby-notice'), sentenceOf('server-away', languages.en.texts))
  await ada.screenshot('service-away-before-the-call')
  await startService(t, {}, Number(new URL(url).port))
  await ada.page.click('#join')
  await ada.state('waiting')
})

t.test('Join stays in sight below a notice', async (t) => {
  const { url } = await startService(t)
  const viewport = { width: 360, height: 740 }
  const ada = await Person.open(t, await openBrowser('chromium'), url, { viewport })
  await ada.page.click('#join')
  await ada.page.waitForSelector('#lobby-notice', { state: 'visible' })
  await ada.screenshot('lobby-with-notice')
  const bottom = await ada.page.$eval('#join', (join) => join.getBoundingClientRect().bottom)
  t.ok(bottom <= viewport.height, `Join ends at ${bottom}`)
})

t.test('a long name covers nothing', async (t) => {
  const browser = await openBrowser('chromium')
  const { url } = await startService(t)
  for (const name of ['Wilhelmina'.repeat(6), '上海人民广播电台'.repeat(8)]) {
    await t.test(name, async (t) => {
      const ada = await Person.open(t, browser, url)
      await ada.join(name.charAt(0))
      const bo = await Person.open(t, browser, url)
      await bo.join(name.charAt(0), name)
      await ada.state('connected')
      await ada.isTold(languages.en.texts.connected(name))
      for (const [width, height] of [
        [360, 740],
        [640, 400],
        [1280, 800],
      ] as const) {
        await ada.page.setViewportSize({ width, height })
        await ada.screenshot(`long-name-${width}-${name.charAt(0)}`)
        const boxes = await ada.page.evaluate(() =>
          ['#tiles .tile-label', '#self-tile', '.bar', '#status'].map((selector) => {
            const { left, top, right, bottom } =
              document.querySelector(selector)?.getBoundingClientRect() ?? new DOMRect()
            return { selector, left, top, right, bottom }
          }),
        )
        for (const [index, a] of boxes.entries()) {
          for (const b of boxes.slice(index + 1)) {
            const isApart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top
            t.ok(isApart, `${width}x${height}: ${a.selector} and ${b.selector} are apart`)
          }
          t.ok(a.selector === '.bar' || a.bottom - a.top < 160, `${a.selector} is no higher than it should be`)
        }
      }
    })
  }
})

t.test('keys do only what they are pressed for', async (t) => {
  const browser = await openBrowser('chromium')
  const { url } = await startService(t)
  const ada = await Person.open(t, browser, `${url}/#room=keys`)
  const { page } = ada

  await t.test('the single keys can be switched off, which is remembered', async (t) => {
    await page.click('#devices > summary')
    await page.uncheck('#shortcuts')
    await page.reload()
    await page.waitForSelector('#lobby-mic[aria-pressed="true"]')
    t.equal(await page.getAttribute('#mic', 'aria-keyshortcuts'), null)
    await page.focus('#join')
    await page.keyboard.press('m')
    t.equal(await page.getAttribute('#lobby-mic', 'aria-pressed'), 'true')
    await page.click('#devices > summary')
    await page.check('#shortcuts')
    await page.focus('#join')
    await page.keyboard.press('m')
    await page.waitForSelector('#lobby-mic[aria-pressed="false"]')
    t.equal(await page.getAttribute('#mic', 'aria-keyshortcuts'), 'm')
  })

  await t.test('Enter held down on Join does not hang up', async (t) => {
    await page.focus('#join')
    await page.keyboard.down('Enter')
    await ada.view('call')
    for (let repeats = 0; repeats < 5; repeats += 1) await page.keyboard.down('Enter')
    await page.keyboard.up('Enter')
    t.equal(await page.getAttribute('html', 'data-view'), 'call')
  })

  await t.test('the focus is on Leave after the invite panel has gone', async (t) => {
    await page.focus('#invite-link')
    const bo = await Person.open(t, browser, url)
    await bo.join('keys', 'Bo')
    await ada.state('connected')
    t.equal(await page.evaluate(() => document.activeElement?.id), 'leave')
  })
})

t.test('nothing is loaded from anywhere else', async (t) => {
  const browser = await openBrowser('chromium')
  const { url } = await startService(t)
  const origins = new Set<string>()
  const ada = await Person.open(t, browser, 'about:blank')
  ada.page.on('request', (request) => origins.add(new URL(request.url()).origin))
  ada.page.on('websocket', (socket) => origins.add(new URL(socket.url()).origin))
  await ada.page.goto(url.replace('ws', 'http'))
  await ada.join('1001')
  t.strictSame([...origins].sort(), [url.replace('ws', 'http'), url].sort())
})
