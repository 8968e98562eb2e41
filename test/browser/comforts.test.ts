import t from 'tap'
import { languages } from '../../public/page/texts.js'
import { startService } from '../helper.js'
import { faults } from './accessibility.js'
import { openBrowser, Person } from './browsers.js'

const { texts } = languages.en

declare global {
  /** What the page has asked the browser for: to pass something on, and to keep the screen on. */
  var signalboxAsked: { readonly shared: ShareData[]; readonly locks: WakeLockSentinel[] }
}

/** Notes what the page asks for; the sheet of a phone is not there on a desk. */
function noteWhatIsAsked(): void {
  const asked: typeof globalThis.signalboxAsked = { shared: [], locks: [] }
  globalThis.signalboxAsked = asked
  navigator.share = async (data) => {
    asked.shared.push(data ?? {})
  }
  const request = navigator.wakeLock.request.bind(navigator.wakeLock)
  navigator.wakeLock.request = async (type) => {
    const lock = await request(type)
    asked.locks.push(lock)
    return lock
  }
}

// In Firefox without a sound card, as here, nothing that listens in the page ever runs.
t.test('who talks with the microphone off is told so', async (t) => {
  const { url } = await startService(t)
  const ada = await Person.open(t, await openBrowser('chromium'), url)
  await ada.join('muted', 'Ada')
  await ada.page.waitForSelector('#mic[aria-pressed="true"]')
  await ada.page.click('#mic')
  await ada.isTold(texts.mutedSpeech)
  await ada.screenshot('muted-speech')
  t.strictSame(ada.complaints, [])
})

t.test('during a call the screen stays on, and what invites can be passed on as the device does it', async (t) => {
  const { url } = await startService(t)
  const ada = await Person.open(t, await openBrowser('chromium'), url, {
    prepare: noteWhatIsAsked,
    viewport: { width: 360, height: 740 },
  })
  await ada.join('comforts', 'Ada')
  await ada.page.waitForFunction(() => globalThis.signalboxAsked.locks.length === 1)
  await ada.page.click('#share-invite')
  const link = await ada.page.inputValue('#invite-link')
  t.match(await ada.page.evaluate(() => globalThis.signalboxAsked.shared), [{ url: link }])
  await ada.screenshot('share-invite')
  await ada.page.click('#leave')
  await ada.view('end')
  t.ok(await ada.page.evaluate(() => globalThis.signalboxAsked.locks.every(({ released }) => released)))
})

t.test('the own picture can be put into each corner, by dragging and without', async (t) => {
  const { url } = await startService(t)
  const browser = await openBrowser('chromium')
  const [ada, bo] = await Promise.all([Person.open(t, browser, url), Person.open(t, browser, url)])
  await ada.join('corners', 'Ada')
  await bo.join('corners', 'Bo')
  await ada.page.waitForSelector('.tile[data-state="live"]')
  const { page } = ada
  const corner = (name: string) => page.waitForSelector(`#tiles[data-corner="${name}"]`)
  const place = async (): Promise<{ x: number; y: number; width: number; height: number }> => {
    const box = await page.locator('#self-tile').boundingBox()
    if (box === null) throw new Error('the own picture is not to be seen')
    return box
  }
  const before = await place()
  await page.mouse.move(before.x + 20, before.y + 20)
  await page.mouse.down()
  await page.mouse.move(200, 200, { steps: 5 })
  await page.mouse.move(120, 120, { steps: 5 })
  await page.mouse.up()
  await corner('top-left')
  await page.focus('#move-self')
  for (const [key, name] of [
    ['ArrowRight', 'top-right'],
    ['ArrowDown', 'bottom-right'],
    ['ArrowLeft', 'bottom-left'],
    ['ArrowUp', 'top-left'],
  ] as const) {
    await page.keyboard.press(key)
    await corner(name)
    const { x, y, width, height } = await place()
    const bar = await page.locator('.bar').boundingBox()
    t.ok(x >= 0 && y >= 0 && x + width <= 800 && y + height <= (bar?.y ?? 0) + 1, name)
    t.strictSame([x < 200, y < 150], [name.endsWith('left'), name.startsWith('top')])
    await ada.screenshot(`corner-${name}`)
  }
  await page.click('#move-self')
  await corner('top-right')
  await page.setViewportSize({ width: 360, height: 740 })
  await ada.screenshot('corner-phone')
  t.strictSame(await faults(ada), [])
  await page.reload()
  await corner('top-right')
  t.strictSame(ada.complaints, [])
})
