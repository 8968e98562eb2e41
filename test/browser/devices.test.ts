import t from 'tap'
import { languages } from '../../public/page/texts.js'
import { startService } from '../helper.js'
import { openBrowser, Person, type Received } from './browsers.js'

const { texts } = languages.en

interface AskedDevices {
  /** Every request to the browser, with what answers it. */
  readonly requests: { readonly allow: () => void; readonly refuse: () => void }[]
  /** Every track that the browser has given. */
  readonly tracks: MediaStreamTrack[]
}

declare global {
  var signalboxDevices: AskedDevices | undefined
}

/** Every request for devices waits for the test's answer. */
function askEveryTime(): void {
  const devices = navigator.mediaDevices
  const getUserMedia = devices.getUserMedia.bind(devices)
  const asked: AskedDevices = { requests: [], tracks: [] }
  globalThis.signalboxDevices = asked
  // Like a browser that does not tell: otherwise a refusal of both would be followed by a request for each.
  navigator.permissions.query = () => Promise.reject(new TypeError('made to fail'))
  devices.getUserMedia = async (constraints) => {
    await new Promise<void>((allow, reject) => {
      asked.requests.push({ allow, refuse: () => reject(new DOMException('made to fail', 'NotAllowedError')) })
    })
    const stream = await getUserMedia(constraints)
    asked.tracks.push(...stream.getTracks())
    return stream
  }
}

/** Waits for so many requests, and answers the last one. */
async function answer({ page }: Person, count: number, reply: 'allow' | 'refuse'): Promise<void> {
  await page.waitForFunction((count) => globalThis.signalboxDevices?.requests.length === count, count)
  await page.evaluate(([count, reply]) => globalThis.signalboxDevices?.requests[count - 1]?.[reply](), [
    count,
    reply,
  ] as const)
}

function requestCount({ page }: Person): Promise<number | undefined> {
  return page.evaluate(() => globalThis.signalboxDevices?.requests.length)
}

function trackStates({ page }: Person): Promise<(string | undefined)[] | undefined> {
  return page.evaluate(() => globalThis.signalboxDevices?.tracks.map(({ kind, readyState }) => `${kind} ${readyState}`))
}

const trackCount = ({ page }: Person, count: number) =>
  page.waitForFunction((count) => globalThis.signalboxDevices?.tracks.length === count, count)

const pressed = ({ page }: Person, id: string, value: boolean) =>
  page.waitForSelector(`#${id}[aria-pressed="${value}"]`)

t.test('no light is on where nothing is shown', async (t) => {
  const browser = await openBrowser('chromium')
  const { url } = await startService(t)

  await t.test('after the camera is switched off, and after leaving', async (t) => {
    const ada = await Person.open(t, browser, url, { prepare: askEveryTime })
    await answer(ada, 1, 'allow')
    await trackCount(ada, 2)
    await ada.join('lights')
    await pressed(ada, 'camera', true)
    await ada.page.click('#camera')
    t.strictSame(await trackStates(ada), ['audio live', 'video ended'])
    await ada.page.click('#leave')
    await ada.view('end')
    t.strictSame(await trackStates(ada), ['audio ended', 'video ended'])
  })

  await t.test('also when the devices come, or would be asked for, only after leaving', async (t) => {
    const ada = await Person.open(t, browser, url, { prepare: askEveryTime })
    await ada.join('late')
    // Each click queues something to do after the answer.
    for (const id of ['camera', 'camera', 'mic', 'mic', 'camera', 'camera']) await ada.page.click(`#${id}`)
    await ada.page.click('#leave')
    await ada.view('end')
    await answer(ada, 1, 'allow')
    await trackCount(ada, 2)
    await ada.page.waitForFunction(() =>
      globalThis.signalboxDevices?.tracks.every(({ readyState }) => readyState === 'ended'),
    )
    t.equal(await requestCount(ada), 1, 'nothing else is asked for')
    // Whatever was queued has run when a new visit to the lobby gets its own answer.
    await ada.page.click('#back-to-start')
    await answer(ada, 2, 'allow')
    await trackCount(ada, 4)
    await pressed(ada, 'lobby-camera', true)
    t.strictSame(await trackStates(ada), ['audio ended', 'video ended', 'audio live', 'video live'])
  })
})

t.test('a device that is starting can be switched off again, and is asked for once', async (t) => {
  const { url } = await startService(t)
  const ada = await Person.open(t, await openBrowser('chromium'), url, { prepare: askEveryTime })
  await pressed(ada, 'lobby-camera', true)
  for (const isOn of [false, true, false, true]) {
    await ada.page.click('#lobby-camera')
    await pressed(ada, 'lobby-camera', isOn)
  }
  await answer(ada, 1, 'refuse')
  await ada.page.waitForSelector('#media-help', { state: 'visible' })
  t.equal(await ada.page.textContent('#media-help'), `${texts.blocked.both} ${texts.joinAllTheSame}`)
  await pressed(ada, 'lobby-camera', false)
  t.equal(await requestCount(ada), 1, 'no is an answer')
  await ada.page.click('#lobby-camera')
  await answer(ada, 2, 'allow')
  await trackCount(ada, 1)
  t.strictSame(await trackStates(ada), ['video live'], 'only what was clicked is asked for')
})

t.test('after a reload the call goes on before the devices are there', async (t) => {
  const browser = await openBrowser('chromium')
  const { url } = await startService(t)
  const ada = await Person.open(t, browser, url)
  const bo = await Person.open(t, browser, url, { prepare: askEveryTime })
  await ada.join('1001', 'Ada')
  await bo.join('1001', 'Bo')
  await answer(bo, 1, 'allow')
  await ada.seesAndHears()
  await bo.page.reload()
  await bo.view('call')
  await bo.seesAndHears()
  t.equal(await bo.page.evaluate(() => globalThis.signalboxCall?.peers.size), 1, 'nobody calls themselves')
  await answer(bo, 1, 'allow')
  await ada.seesAndHears()
  t.equal(await requestCount(bo), 1, 'the devices are opened once')
})

t.test('another camera can be chosen, is used at once, and is remembered', async (t) => {
  const { url } = await startService(t)
  const ada = await Person.open(t, await openBrowser('chromium', 'several'), url)
  await ada.page.waitForFunction(() => document.querySelectorAll('#camera-device option').length === 3)
  await ada.page.click('#devices > summary')
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
  const ada = await Person.open(t, await openBrowser('chromium'), url, {
    prepare: () => {
      localStorage.setItem('signalbox.camera-device', 'gone')
      localStorage.setItem('signalbox.mic-device', 'gone')
    },
  })
  await ada.page.waitForFunction(() => (document.querySelector<HTMLVideoElement>('#preview')?.videoWidth ?? 0) > 0)
  t.equal(await ada.page.isVisible('#media-help'), false)
})

t.test('what is wrong with one device is said, and the other one is used', async (t) => {
  const browser = await openBrowser('chromium')
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
  const browser = await openBrowser('chromium')
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
  const { audioEnergy } = await ada.received()
  const gone = await unplug()
  await bo.page.waitForFunction((gone) => {
    const [peer] = globalThis.signalboxCall?.peers.values() ?? []
    const track = peer?.pc.getSenders().find((sender) => sender.track?.kind === 'audio')?.track
    return track !== undefined && track !== null && track.id !== gone && track.readyState === 'live'
  }, gone)
  await bo.isTold(texts.micReplaced)
  await receives(ada, (now) => now.audioEnergy > audioEnergy + 1e-4)

  await bo.page.evaluate(() => {
    const devices = navigator.mediaDevices
    const getUserMedia = devices.getUserMedia.bind(devices)
    Object.assign(globalThis, { plugIn: () => (devices.getUserMedia = getUserMedia) })
    devices.getUserMedia = async () => {
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

  // Playwright cannot plug anything in; the event is that of a browser that sees it.
  await bo.page.evaluate(() => {
    Reflect.apply(Reflect.get(globalThis, 'plugIn'), undefined, [])
    navigator.mediaDevices.dispatchEvent(new Event('devicechange'))
  })
  await ada.page.waitForFunction(() => {
    const [peer] = globalThis.signalboxCall?.peers.values() ?? []
    return peer?.isSending('mic') === true
  })
  await bo.page.waitForFunction(() => document.querySelector('#alert')?.textContent === '')
})

/** Asks what a person has received until it is enough. */
async function receives(person: Person, isEnough: (now: Received) => boolean): Promise<Received> {
  let now = await person.received()
  while (!isEnough(now)) {
    await person.page.waitForTimeout(100)
    now = await person.received()
  }
  return now
}
