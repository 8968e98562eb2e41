import t from 'tap'
import { exampleFolder, startExample } from '../examples/example.js'
import { complaintsOf, runToEnd } from '../package/packed.js'
import { openBrowser, Person } from './browsers.js'

t.test('the client in React compiles strictly, and is built', async (t) => {
  const folder = exampleFolder('client-react')
  t.equal(complaintsOf(folder, folder), '')
  t.equal(runToEnd(process.execPath, ['build.js'], folder).stderr, '')
})

for (const name of ['client-vanilla', 'client-react']) {
  t.test(`two people in the example ${name} see each other, mute and hang up`, async (t) => {
    const url = await startExample(t, name)
    const browser = await openBrowser('chromium')
    const ada = await Person.open(t, browser, url)
    const bo = await Person.open(t, browser, url)
    await enter(ada, 'Ada')
    await enter(bo, 'Bo')
    await seesAnother(ada)
    await seesAnother(bo)
    t.match(await captionOf(bo), /^Ada$/)

    await ada.page.click('#mic')
    await bo.page.waitForFunction(() => document.querySelectorAll('figcaption')[1]?.textContent === 'Ada (muted)')
    await ada.page.click('#mic')
    await bo.page.waitForFunction(() => document.querySelectorAll('figcaption')[1]?.textContent === 'Ada')
    await ada.page.click('#camera')
    await bo.page.waitForFunction(
      () => getComputedStyle(document.querySelectorAll('video')[1] ?? document.body).visibility === 'hidden',
    )

    await bo.page.click('#leave')
    await bo.page.waitForSelector('button[type=submit]')
    await ada.page.waitForFunction(() => document.querySelectorAll('figure').length === 1)
    await enter(bo, 'Bo')
    await seesAnother(ada)
    t.strictSame([...ada.complaints, ...bo.complaints], [])
  })

  t.test(`the example ${name} says what is wrong, and can be used again`, async (t) => {
    const url = await startExample(t, name)
    const eve = await Person.open(t, await openBrowser('chromium'), url, {
      prepare: () => {
        const given = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
        let isRefused = true
        navigator.mediaDevices.getUserMedia = async (constraints) => {
          if (!isRefused) return given(constraints)
          isRefused = false
          throw new DOMException('not here', 'NotAllowedError')
        }
      },
    })
    await enter(eve, 'Eve')
    await eve.page.waitForSelector('text=may not use camera and microphone')
    await enter(eve, 'Eve')
    await eve.page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 0.2)
    await eve.page.waitForSelector('text=may not use camera', { state: 'detached' })
    t.strictSame(eve.complaints, [])
  })
}

async function enter({ page }: Person, name: string): Promise<void> {
  await page.fill('input[name=room]', 'tea')
  await page.fill('input[name=name]', name)
  await page.click('button[type=submit]')
}

/** Waits until the picture of somebody else has been decoded, again and again. */
async function seesAnother({ page }: Person): Promise<void> {
  await page.waitForFunction(
    () => (document.querySelectorAll('video')[1]?.getVideoPlaybackQuality().totalVideoFrames ?? 0) > 12,
  )
}

async function captionOf({ page }: Person): Promise<string> {
  return await page.evaluate(() => document.querySelectorAll('figcaption')[1]?.textContent ?? '')
}
