import t from 'tap'
import { languages } from '../../public/page/texts.js'
import { startService } from '../helper.js'
import { openBrowser, Person } from './browsers.js'

const { texts } = languages.en
const room = '1001'

declare global {
  /** What has changed in somebody's connection since the test began to look. */
  var signalboxNegotiations: string[] | undefined
  /** With which words somebody's browser refuses devices; '': it does not. */
  var signalboxRefusal: string | undefined
}

/** The values that can be chosen, without the browser's default. */
function choices({ page }: Person, select: string): Promise<string[]> {
  return page.$$eval(`${select} option`, (options) =>
    options.map((option) => (option instanceof HTMLOptionElement ? option.value : '')).filter((id) => id !== ''),
  )
}

/** Waits until somebody sends with this device. */
async function sendsWith({ page }: Person, kind: 'audio' | 'video', deviceId: string): Promise<void> {
  await page.waitForFunction(
    ([kind, deviceId]) => {
      const [peer] = globalThis.signalboxCall?.peers.values() ?? []
      const used = peer?.pc.getSenders().map(({ track }) => track?.kind === kind && track.getSettings().deviceId)
      return used?.includes(deviceId)
    },
    [kind, deviceId] as const,
  )
}

/** Waits until everything that others send is played there. */
async function playsOn({ page }: Person, deviceId: string, elements: number): Promise<void> {
  await page.waitForFunction(
    ([deviceId, elements]) => {
      const videos = Array.from(document.querySelectorAll<HTMLVideoElement>('.tile video'))
      return videos.length === elements && videos.every(({ sinkId }) => sinkId === deviceId)
    },
    [deviceId, elements] as const,
  )
}

async function hears({ page }: Person, isHeard: boolean): Promise<void> {
  await page.waitForFunction((isHeard) => {
    const [peer] = globalThis.signalboxCall?.peers.values() ?? []
    return peer?.isSending('mic') === isHeard
  }, isHeard)
}

/** Notes every step of a negotiation from now on. */
function noteNegotiations({ page }: Person): Promise<void> {
  return page.evaluate(() => {
    const noted: string[] = []
    globalThis.signalboxNegotiations = noted
    for (const { pc } of globalThis.signalboxCall?.peers.values() ?? []) {
      pc.addEventListener('signalingstatechange', () => noted.push(pc.signalingState))
      pc.addEventListener('negotiationneeded', () => noted.push('needed'))
    }
  })
}

const isTalking = ({ page }: Person) => page.isVisible('#talking')

t.test('one call: every device is chosen in the lobby and in the call, and nothing is negotiated anew', async (t) => {
  const { url } = await startService(t)
  const link = `${url.replace('ws', 'http')}/#room=${room}`
  const ada = await Person.open(t, await openBrowser('chromium', 'several'), link)
  const bo = await Person.open(t, await openBrowser('firefox'), link, {
    // Whether this machine has a sound card or not.
    prepare: () => {
      AudioContext.prototype.resume = () => new Promise(() => {})
      // Where there are any: not on the empty page that a window begins with.
      Object.assign(navigator.mediaDevices ?? {}, {
        selectAudioOutput: () => Promise.reject(new DOMException('made to fail', 'NotFoundError')),
      })
    },
  })
  const { page } = ada
  await page.waitForFunction(() => document.querySelectorAll('#mic-device option').length === 3)
  const [mics, cameras, speakers] = [
    await choices(ada, '#mic-device'),
    await choices(ada, '#camera-device'),
    await choices(ada, '#speaker-device'),
  ]
  t.strictSame([mics.length, cameras.length, speakers.length], [2, 2, 2])
  const [mic1 = '', mic2 = ''] = mics
  const [camera1 = '', camera2 = ''] = cameras
  const [speaker1 = '', speaker2 = ''] = speakers

  await t.test('in the lobby, where the microphone and the speaker can be tried', async (t) => {
    await page.setViewportSize({ width: 360, height: 640 })
    const bottom = await page.$eval('#join', (join) => join.getBoundingClientRect().bottom)
    t.ok(bottom <= 640, `Join is seen on a small phone: it ends at ${bottom}`)
    await page.setViewportSize({ width: 800, height: 500 })
    await page.click('#devices > summary')
    await page.waitForFunction((text) => document.querySelector('#mic-heard')?.textContent === text, texts.micIsHeard)
    t.ok(await page.isVisible('#mic-meter'))
    await page.selectOption('#mic-device', mic2)
    await page.selectOption('#camera-device', camera2)
    await page.selectOption('#speaker-device', speaker2)
    await page.click('#test-speaker')
    await finds(ada, texts.speakerFindings['did-you-hear'])
    t.notOk(await page.isVisible('#ask-speaker'), 'Chromium has no list of its own')

    await bo.page.click('#devices > summary')
    await bo.page.click('#test-speaker')
    await finds(bo, texts.speakerFindings['cannot-test'])
    await bo.screenshot('lobby-devices-firefox')
    await bo.page.click('#ask-speaker')
    await finds(bo, texts.speakerFindings['no-speaker'])
  })

  await t.test('in the call, in a dialog', async (t) => {
    // From the link to talking: the second click.
    await page.click('#join')
    await bo.page.click('#join')
    await ada.seesAndHears()
    await sendsWith(ada, 'audio', mic2)
    await sendsWith(ada, 'video', camera2)
    await playsOn(ada, speaker2, 1)
    await Promise.all([noteNegotiations(ada), noteNegotiations(bo)])
    await ada.choose('#devices-button')
    await page.waitForFunction(() => document.querySelector<HTMLVideoElement>('#preview')?.paused === false)
    await page.waitForFunction((text) => document.querySelector('#mic-heard')?.textContent === text, texts.micIsHeard)
    t.equal(await page.inputValue('#mic-device'), mic2)
    await page.selectOption('#mic-device', mic1)
    await sendsWith(ada, 'audio', mic1)
    await page.selectOption('#camera-device', camera1)
    await sendsWith(ada, 'video', camera1)
    await page.selectOption('#speaker-device', speaker1)
    await playsOn(ada, speaker1, 1)
    await page.keyboard.press('Escape')
    t.equal(await page.evaluate(() => document.activeElement?.id), 'more')
    // The other one that Chromium makes up has a format that it does not send.
    await bo.seesAndHears()
    for (const person of [ada, bo])
      t.strictSame(await person.page.evaluate(() => globalThis.signalboxNegotiations), [], 'nothing is negotiated')
  })

  await t.test(
    'a screen is heard on the same speaker; one that goes is replaced, and used again when it is back',
    async () => {
      await bo.page.evaluate(() => {
        const canvas = document.createElement('canvas')
        canvas.getContext('2d')?.fillRect(0, 0, 10, 10)
        const [track] = canvas.captureStream(5).getVideoTracks()
        return globalThis.signalboxCall?.publish('screen', track ?? null)
      })
      await playsOn(ada, speaker1, 2)
      await ada.isTold(texts.sharesScreen(undefined))
      // Playwright can unplug nothing; this is what a browser tells then.
      await page.evaluate((gone) => {
        const devices = navigator.mediaDevices
        const list = devices.enumerateDevices.bind(devices)
        devices.enumerateDevices = async () => (await list()).filter(({ deviceId }) => deviceId !== gone)
        Object.assign(globalThis, { plugIn: () => (devices.enumerateDevices = list) })
        devices.dispatchEvent(new Event('devicechange'))
      }, speaker1)
      await ada.isTold(texts.speakerGone)
      await playsOn(ada, '', 2)
      await page.evaluate(() => {
        Reflect.apply(Reflect.get(globalThis, 'plugIn'), undefined, [])
        navigator.mediaDevices.dispatchEvent(new Event('devicechange'))
      })
      await ada.isTold(texts.speakerBack)
      await playsOn(ada, speaker1, 2)
      await bo.page.evaluate(() => globalThis.signalboxCall?.publish('screen', null))
      await playsOn(ada, speaker1, 1)
    },
  )

  for (const [name, person, other] of [
    ['Chromium', ada, bo],
    ['Firefox', bo, ada],
  ] as const) {
    await t.test(
      `in ${name} who is muted is heard while they hold the space bar, and not a moment longer`,
      async (t) => {
        const { keyboard } = person.page
        const isMuted = () => person.page.waitForSelector('#mic[aria-pressed="false"]')
        await person.page.click('#mic')
        await hears(other, false)
        await keyboard.down(' ')
        await hears(other, true)
        t.ok(await isTalking(person))
        await person.page.waitForSelector('#mic[aria-pressed="true"]')
        await person.screenshot(`push-to-talk-${name.toLowerCase()}`)
        await keyboard.up(' ')
        await hears(other, false)
        t.notOk(await isTalking(person))
        await isMuted()

        await keyboard.down(' ')
        t.ok(await isTalking(person))
        await person.page.evaluate(() => globalThis.dispatchEvent(new Event('blur')))
        await hears(other, false)
        // Held down a key goes on to be told.
        await keyboard.down(' ')
        t.notOk(await isTalking(person), 'a key that was held before says nothing any more')
        await keyboard.up(' ')
        await isMuted()
        await keyboard.down(' ')
        await person.page.evaluate(() => {
          Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })
          document.dispatchEvent(new Event('visibilitychange'))
          Reflect.deleteProperty(document, 'visibilityState')
        })
        await hears(other, false)
        await keyboard.up(' ')
        // A button would take it for a click.
        await person.page.evaluate(() => document.activeElement instanceof HTMLElement && document.activeElement.blur())
        await keyboard.press('Shift+ ')
        t.notOk(await isTalking(person))

        await person.choose('#devices-button')
        await person.page.focus('#mic-device')
        await keyboard.down(' ')
        t.notOk(await isTalking(person), 'not in a field')
        await keyboard.up(' ')
        await keyboard.press('Escape')
        if (await person.page.isVisible('#devices-dialog')) await keyboard.press('Escape')
        await person.page.waitForSelector('#devices-dialog', { state: 'hidden' })
        // Who comes by keyboard sees where the focus is, and means that.
        await person.page.focus('#leave')
        while ((await person.page.evaluate(() => document.activeElement?.id)) !== 'mic')
          await keyboard.press('Shift+Tab')
        await keyboard.press(' ')
        await person.page.waitForSelector('#mic[aria-pressed="true"]')
        t.notOk(await isTalking(person), 'not on a control')
        await hears(other, true)
      },
    )
  }

  await t.test('the keys are listed, and the space bar is off where they are', async (t) => {
    await page.click('#mic')
    await hears(bo, false)
    await page.keyboard.press('?')
    await page.waitForSelector('#keys-dialog', { state: 'visible' })
    await page.keyboard.press('Escape')
    await ada.choose('#devices-button')
    await page.uncheck('#shortcuts')
    await page.click('#devices-dialog .primary')
    await page.mouse.click(400, 150)
    await page.keyboard.down(' ')
    t.notOk(await isTalking(ada))
    await page.keyboard.up(' ')
    await ada.choose('#keys-button')
    await page.waitForSelector('#keys-dialog', { state: 'visible' })
    await page.keyboard.press('Escape')
  })

  await t.test('all of it is remembered, and a call that ends closes the dialog', async (t) => {
    await page.reload()
    await ada.view('call')
    await sendsWith(ada, 'video', camera1)
    await playsOn(ada, speaker1, 1)
    await hears(bo, false)
    await page.click('#mic')
    await sendsWith(ada, 'audio', mic1)
    await ada.choose('#devices-button')
    await page.evaluate(() => globalThis.signalboxCall?.leave())
    await ada.view('end')
    await page.click('#back-to-start')
    await ada.view('lobby')
    t.ok(await page.isVisible('#lobby #preview'))
    t.notOk(await page.isVisible('#devices-dialog'))
    t.strictSame([...ada.complaints, ...bo.complaints], [])
  })
})

async function finds({ page }: Person, sentence: string): Promise<void> {
  await page.waitForFunction((text) => document.querySelector('#speaker-result')?.textContent === text, sentence)
}

function stepsOf({ page }: Person): Promise<string> {
  return page.$$eval('#allow-steps li', (steps) => steps.map(({ textContent }) => textContent).join('\n'))
}

t.test('devices that were refused start by themselves once they are allowed, also in a call', async (t) => {
  const { url } = await startService(t)
  const ada = await Person.open(t, await openBrowser('chromium'), url)
  const bo = await Person.open(t, await openBrowser('chromium', 'refused'), url, { locale: 'zh-CN' })
  const { texts } = languages['zh-CN']
  await bo.page.click('#how-to-allow')
  t.equal(await stepsOf(bo), texts.allowSteps.chrome)
  await bo.page.click('#allow-more > summary')
  await bo.page.keyboard.press('Escape')
  await ada.join(room, 'Ada')
  await bo.join(room, 'Bo')
  await bo.seesAndHears()
  await bo.page.click('#camera')
  await bo.page.waitForSelector('#call-help', { state: 'visible' })
  // While the browser is asked about the camera again only the microphone is said to be blocked.
  await bo.page.waitForFunction(
    (text) => document.querySelector('#call-help')?.textContent === text,
    `${texts.blocked.both} ${texts.howInCall}`,
  )
  await bo.choose('#devices-button')
  await bo.page.click('#how-to-allow')
  await bo.page.context().grantPermissions(['camera', 'microphone'])
  await ada.seesAndHears()
  await bo.page.waitForSelector('#allow-dialog', { state: 'hidden' })
  await bo.page.waitForSelector('#media-notice', { state: 'hidden' })
  t.ok(await bo.page.isVisible('#devices-dialog #preview'))
  t.strictSame([...ada.complaints, ...bo.complaints], [])
})

t.test('who has refused is said, and what to do about it in this browser', async (t) => {
  const { url } = await startService(t)
  const ada = await Person.open(t, await openBrowser('chromium'), url, {
    userAgent:
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
    prepare: () => {
      const devices = navigator.mediaDevices
      const getUserMedia = devices.getUserMedia.bind(devices)
      globalThis.signalboxRefusal = 'Permission denied by system'
      navigator.permissions.query = () => Promise.reject(new TypeError('made to fail'))
      devices.getUserMedia = async (constraints) => {
        if (globalThis.signalboxRefusal !== '') throw new DOMException(globalThis.signalboxRefusal, 'NotAllowedError')
        return getUserMedia(constraints)
      }
    },
  })
  const { page } = ada
  const says = (sentence: string) =>
    page.waitForFunction(
      (text) => document.querySelector('#media-help')?.textContent === text,
      `${sentence} ${texts.joinAllTheSame}`,
    )
  await says(texts.blockedBySystem.both)
  await page.click('#how-to-allow')
  t.equal(await stepsOf(ada), texts.systemSteps.windows)
  t.notOk(await page.isVisible('#allow-more'), 'nothing else would help')
  await page.evaluate(() => (globalThis.signalboxRefusal = 'Permission dismissed'))
  await page.click('#allow-dialog [value="again"]')
  await says(texts.dismissed.both)
  await page.evaluate(() => (globalThis.signalboxRefusal = ''))
  await page.click('#how-to-allow')
  await page.click('#allow-dialog [value="again"]')
  await page.waitForFunction(() => (document.querySelector<HTMLVideoElement>('#preview')?.videoWidth ?? 0) > 0)
  t.notOk(await page.isVisible('#media-notice'))
})

t.test('without devices there is nothing to choose, and a speaker can be tried all the same', async (t) => {
  const { url } = await startService(t)
  const ada = await Person.open(t, await openBrowser('chromium', 'absent'), url)
  await ada.page.waitForSelector('#media-help', { state: 'visible' })
  await ada.page.click('#devices > summary')
  t.strictSame([await choices(ada, '#mic-device'), await choices(ada, '#camera-device')], [[], []])
  t.notOk(await ada.page.isVisible('#speaker-device'))
  t.notOk(await ada.page.isVisible('#how-to-allow'), 'nobody has refused anything')
  await ada.page.click('#test-speaker')
  await finds(ada, texts.speakerFindings['did-you-hear'])
})
