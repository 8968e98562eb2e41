import t from 'tap'
import { languages } from '../../public/page/texts.js'
import { startService } from '../helper.js'
import { openBrowser, Person } from './browsers.js'

const { texts } = languages.en

t.test('another camera can be chosen, is used at once, and is remembered', async (t) => {
  const { url } = await startService(t)
  const ada = await Person.open(t, await openBrowser(t, 'chromium', 'several'), url)
  await ada.page.waitForFunction(() => document.querySelectorAll('#camera-device option').length === 3)
  await ada.page.click('summary')
  const devices = await ada.page.$$eval('#camera-device option', (options) =>
    options.map((option) => (option instanceof HTMLOptionElement ? option.value : '')),
  )
  const used = () =>
    ada.page.evaluate(() => {
      const stream = document.querySelector<HTMLVideoElement>('#preview')?.srcObject
      return stream instanceof MediaStream ? stream.getVideoTracks()[0]?.getSettings().deviceId : undefined
    })
  const before = await used()
  const other = devices.find((id) => id !== '' && id !== before) ?? ''
  await ada.page.selectOption('#camera-device', other)
  const inUse = (id: string) =>
    ada.page.waitForFunction((id) => {
      const stream = document.querySelector<HTMLVideoElement>('#preview')?.srcObject
      return stream instanceof MediaStream && stream.getVideoTracks()[0]?.getSettings().deviceId === id
    }, id)
  await inUse(other)
  await ada.page.reload()
  await inUse(other)
})

t.test('a remembered device that is gone is no obstacle', async (t) => {
  const { url } = await startService(t)
  const ada = await Person.open(t, await openBrowser(t, 'chromium'), url, {
    prepare: () => {
      localStorage.setItem('signalbox.camera-device', 'gone')
      localStorage.setItem('signalbox.mic-device', 'gone')
    },
  })
  await ada.page.waitForFunction(() => (document.querySelector<HTMLVideoElement>('#preview')?.videoWidth ?? 0) > 0)
  t.equal(await ada.page.isVisible('#media-help'), false)
})

t.test('what is wrong with one device is said, and the other one is used', async (t) => {
  const browser = await openBrowser(t, 'chromium')
  const { url } = await startService(t)
  for (const [medium, exception, sentence] of [
    ['video', 'NotReadableError', texts.cameraInUse],
    ['video', 'NotFoundError', texts.cameraNotFound],
    ['audio', 'NotReadableError', texts.micInUse],
    ['audio', 'NotFoundError', texts.micNotFound],
  ] as const) {
    const ada = await Person.open(t, browser, `${url}/?${new URLSearchParams({ medium, exception })}`, {
      prepare: () => {
        const asked = new URLSearchParams(location.search)
        const devices = navigator.mediaDevices
        const getUserMedia = devices.getUserMedia.bind(devices)
        devices.getUserMedia = async (constraints = {}) => {
          if (Reflect.get(constraints, asked.get('medium') ?? '') !== false) {
            throw new DOMException('made to fail', asked.get('exception') ?? '')
          }
          return getUserMedia(constraints)
        }
      },
    })
    await ada.page.waitForSelector('#media-help', { state: 'visible' })
    t.equal(await ada.page.textContent('#media-help'), sentence)
    const [working, broken] = medium === 'video' ? ['lobby-mic', 'lobby-camera'] : ['lobby-camera', 'lobby-mic']
    t.equal(await ada.page.getAttribute(`#${working}`, 'aria-pressed'), 'true')
    t.equal(await ada.page.getAttribute(`#${broken}`, 'aria-pressed'), 'false')
  }
})

t.test('a microphone that is unplugged in a call is announced, and replaced when there is another', async (t) => {
  const browser = await openBrowser(t, 'chromium')
  const { url } = await startService(t)
  const ada = await Person.open(t, browser, url)
  const bo = await Person.open(t, browser, url)
  await ada.join('1001', 'Ada')
  await bo.join('1001', 'Bo')
  await ada.seesAndHears()

  const unplug = () =>
    bo.page.evaluate(() => {
      const [peer] = globalThis.signalboxCall?.peers.values() ?? []
      const track = peer?.pc.getSenders().find((sender) => sender.track?.kind === 'audio')?.track
      track?.stop()
      // A browser says so when the device goes, not when the page stops the track.
      track?.dispatchEvent(new Event('ended'))
      return track?.id
    })
  const gone = await unplug()
  await bo.page.waitForFunction((gone) => {
    const [peer] = globalThis.signalboxCall?.peers.values() ?? []
    const track = peer?.pc.getSenders().find((sender) => sender.track?.kind === 'audio')?.track
    return track !== undefined && track !== null && track.id !== gone && track.readyState === 'live'
  }, gone)
  await ada.seesAndHears()

  await bo.page.evaluate(() => {
    navigator.mediaDevices.getUserMedia = async () => {
      throw new DOMException('no other one', 'NotFoundError')
    }
  })
  await unplug()
  await bo.page.waitForFunction((text) => document.querySelector('#alert')?.textContent === text, texts.micStopped)
  await ada.page.waitForFunction(() => {
    const [peer] = globalThis.signalboxCall?.peers.values() ?? []
    return peer?.isSending('mic') === false
  })
  await bo.screenshot('microphone-lost')
})
