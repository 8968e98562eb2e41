import t from 'tap'
import { languages } from '../../public/page/texts.js'
import { startService } from '../helper.js'
import { type BrowserName, openBrowser, openCachingBrowser, Person, type Received } from './browsers.js'

const room = '1001'
const samplesPerSecond = 48_000

t.test('two people see and hear each other, and hear of it when one is muted', async (t) => {
  const browsers = { chromium: await openBrowser('chromium'), firefox: await openBrowser('firefox') }
  const pairs: [BrowserName, BrowserName][] = [
    ['chromium', 'chromium'],
    ['firefox', 'firefox'],
    ['chromium', 'firefox'],
    ['firefox', 'chromium'],
  ]
  for (const [first, newcomer] of pairs) {
    await t.test(`${first} is there, ${newcomer} comes`, async (t) => {
      const { url } = await startService(t)
      const ada = await Person.open(t, browsers[first], url)
      const bo = await Person.open(t, browsers[newcomer], url)
      await ada.join(room, 'Ada')
      await ada.state('waiting')
      await bo.join(` ${room} `, 'Bo')
      await Promise.all([ada.state('connected'), bo.state('connected')])
      await ada.isTold(languages.en.texts.connected('Bo'))
      for (const person of [ada, bo]) {
        const received = await person.seesAndHears()
        t.ok(received.framesDecoded >= 12 && received.audioEnergy > 0, JSON.stringify(received))
      }
      await ada.screenshot(`call-${first}-with-${newcomer}`)
      for (const [teller, hearer, of] of [
        [ada, bo, first],
        [bo, ada, newcomer],
      ] as const) {
        // What Chromium's microphone beeps is shorter than any word, and can fall between two looks for ever.
        if (of === 'firefox') await hearer.page.waitForSelector('.tile[data-speaking]', { state: 'attached' })
        await teller.page.click('#mic')
        // By the track alone the other would be sending: a muted microphone sends silence.
        await hearer.page.waitForFunction(() => {
          const [peer] = globalThis.signalboxCall?.peers.values() ?? []
          return peer?.isSending('mic') === false
        })
        await hearer.page.waitForSelector(`.tile-label [aria-label="${languages.en.texts.micOff}"]`, {
          state: 'visible',
        })
      }
      if (first === newcomer) {
        // It is known after some seconds; between two it is seen when it is bad, and else only told.
        const mark = await ada.page.waitForSelector('.tile .quality[data-level]', { state: 'attached' })
        const label = (await mark.getAttribute('aria-label')) ?? ''
        t.ok(
          Object.values(languages.en.texts.qualityLevels).some((level) => label.startsWith(level)),
          label,
        )
      }

      await bo.page.click('#leave')
      await bo.view('end')
      await ada.state('left')
      await ada.isTold('Bo left.')
      t.strictSame([ada.complaints, bo.complaints], [[], []])
    })
  }
})

t.test('in a call', async (t) => {
  const browser = await openBrowser('chromium')

  t.test(
    'a third person is told that the room is full, and gets in when somebody has left; who closes the window is gone',
    async (t) => {
      const { url } = await startService(t, { maxRoomCapacity: 2 })
      const [ada, bo, cy] = [
        await Person.open(t, browser, url),
        await Person.open(t, browser, url),
        await Person.open(t, browser, url),
      ]
      await ada.join(room)
      await bo.join(room)
      await ada.seesAndHears()
      await cy.page.fill('#room', room)
      await cy.page.click('#join')
      await cy.state('full')
      t.match(await cy.page.textContent('#lobby-notice'), /full/)
      await cy.screenshot('room-full')
      await bo.page.click('#leave')
      await ada.state('left')
      await cy.page.click('#join')
      await cy.view('call')
      await Promise.all([ada.seesAndHears(), cy.seesAndHears()])

      await cy.page.close({ runBeforeUnload: false })
      await ada.state('left')
      await ada.page.waitForSelector('#invite', { state: 'visible' })
      await ada.screenshot('the-other-left')
    },
  )

  t.test('between two', async (call) => {
    const first = await startService(call, { drainMs: 0 })
    const [ada, bo] = [await Person.open(call, browser, first.url), await Person.open(call, browser, first.url)]
    await ada.join(room, 'Ada')
    await bo.join(room, 'Bo')
    await ada.seesAndHears()

    await call.test('camera off and mute reach the other, and cost no negotiation', async (t) => {
      await ada.page.evaluate(() => {
        const [peer] = globalThis.signalboxCall?.peers.values() ?? []
        peer?.pc.addEventListener('signalingstatechange', () => document.body.setAttribute('data-negotiated', ''))
      })

      const sending = (slot: 'mic' | 'camera', expected: boolean) =>
        ada.page.waitForFunction(
          ([slot, expected]) => {
            const [peer] = globalThis.signalboxCall?.peers.values() ?? []
            return peer?.isSending(slot) === expected
          },
          [slot, expected] as const,
        )
      await bo.page.click('#camera')
      await sending('camera', false)
      await ada.screenshot('the-other-camera-off')
      t.equal(await bo.page.getAttribute('#camera', 'aria-pressed'), 'false')
      t.strictSame(
        await bo.page.evaluate(() => {
          const video = document.querySelector<HTMLVideoElement>('#self')
          const stream = video?.srcObject
          return {
            live: stream instanceof MediaStream && stream.getTracks().some(({ readyState }) => readyState === 'live'),
            visible: video?.checkVisibility({ visibilityProperty: true }),
          }
        }),
        { live: false, visible: false },
        'the own picture is off too',
      )
      await bo.page.keyboard.press('m')
      await sending('mic', false)
      // What was on its way when the key was pressed still arrives.
      const { audioSamples: heard } = await ada.received()
      await receives(ada, ({ audioSamples }) => audioSamples > heard + samplesPerSecond / 2)
      const muted = await ada.received()
      const later = await receives(ada, ({ audioSamples }) => audioSamples > muted.audioSamples + 2 * samplesPerSecond)
      // Two seconds of the fake microphone's beeps are some tenths; what the decoder makes of silence is about 1e-6.
      t.ok(later.audioEnergy - muted.audioEnergy < 1e-4, `silence comes: ${later.audioEnergy - muted.audioEnergy}`)
      await bo.page.keyboard.press('m')
      await sending('mic', true)
      await receives(ada, ({ audioEnergy }) => audioEnergy > later.audioEnergy + 1e-2)
      await bo.page.keyboard.press('v')
      await sending('camera', true)
      await ada.seesAndHears()
      t.equal(await ada.page.getAttribute('body', 'data-negotiated'), null)
    })

    await call.test(
      'while the service is away the call goes on; when it is back, so are both in the room',
      async (t) => {
        // Also to who does not see the pill.
        const said = [await ada.page.textContent('#status'), languages.en.texts.reconnecting]
        await first.app.close()
        await ada.page.waitForSelector('#pill', { state: 'visible' })
        t.match(await ada.page.textContent('#pill'), /Your call continues/)
        t.strictSame(
          await ada.page
            .$$eval('.messages > :not(#pill)', (lines) =>
              lines.flatMap((line) => (line.checkVisibility() && line.textContent) || []),
            )
            .then((lines) => lines.filter((line) => !said.includes(line))),
          [],
          'and nothing else is said',
        )
        await ada.state('connected')
        await ada.screenshot('service-away')
        await Promise.all([ada.seesAndHears(), bo.seesAndHears()])

        const { app } = await startService(call, {}, Number(new URL(first.url).port))
        await Promise.all([ada, bo].map((person) => person.page.waitForSelector('#pill', { state: 'hidden' })))
        await Promise.all([ada.seesAndHears(), bo.seesAndHears()])
        t.equal((await app.inject('/readyz')).statusCode, 200)
      },
    )

    await call.test('a reload comes back into the call', async (t) => {
      const ids = (person: Person) => person.page.evaluate(() => [...(globalThis.signalboxCall?.peers.keys() ?? [])])
      const before = await ids(ada)
      await bo.page.reload()
      await bo.view('call')
      await Promise.all([ada.state('connected'), bo.state('connected')])
      await bo.seesAndHears()
      const after = await ids(ada)
      t.equal(after.length, 1)
      t.not(after[0], before[0], 'it is another connection')
      await Promise.all([ada.seesAndHears(), bo.seesAndHears()])
    })
  })

  t.test('a page that goes into the back-forward cache has left, and offers to come back', async (t) => {
    const { url } = await startService(t)
    const ada = await Person.open(t, browser, url)
    const bo = await Person.open(t, await openCachingBrowser(t), url)
    await ada.join(room, 'Ada')
    await bo.join(room, 'Bo')
    await ada.seesAndHears()
    await bo.page.evaluate(() => {
      globalThis.addEventListener('pageshow', ({ persisted }) => {
        document.body.dataset['restored'] = String(persisted)
      })
    })
    await bo.page.goto(`${url.replace(/^ws/, 'http')}/livez`)
    await ada.state('left')
    await bo.page.evaluate(() => globalThis.history.back())
    await bo.page.waitForSelector('body[data-restored="true"]')
    await bo.view('end')
    await bo.page.click('#rejoin')
    await Promise.all([ada.seesAndHears(), bo.seesAndHears()])
  })

  t.test('where the browser wants a click before there is sound, the page asks for it', async (t) => {
    const { url } = await startService(t)
    const ada = await Person.open(t, browser, url)
    await ada.join(room, 'Ada')
    // As after a browser has restored its tabs. Whatever Playwright does in a page counts as done by the person, so the page
    // joins by itself, and says by itself when it asks.
    const prepare = (): void => {
      const timer = setInterval(() => {
        const button = document.querySelector('.tap-to-hear:not([hidden])')
        const isLobby = document.readyState === 'complete' && document.documentElement.dataset['view'] === 'lobby'
        if (button === null && isLobby) document.querySelector<HTMLElement>('#join')?.click()
        if (button === null) return
        clearInterval(timer)
        console.info('asks')
      }, 100)
    }
    const guarded = await openBrowser('chromium', 'guarded')
    const bo = await Person.open(t, guarded, `${url}/#room=${room}`, { prepare })
    await bo.page.waitForEvent('console', { predicate: (message) => message.text() === 'asks' })
    await bo.screenshot('tap-to-hear')
    await bo.page.click('.tap-to-hear')
    await bo.page.waitForSelector('.tap-to-hear', { state: 'hidden' })
    await bo.page.waitForFunction(() => document.querySelector<HTMLVideoElement>('.tile video')?.paused === false)
  })

  t.test('by keyboard alone: lobby, call, mute, leave, rejoin', async (t) => {
    const { url } = await startService(t)
    const bo = await Person.open(t, browser, url)
    await bo.join(room, 'Bo')
    const ada = await Person.open(t, browser, `${url}/#room=${room}`)
    const { keyboard } = ada.page
    await tabTo(ada, 'join')
    await keyboard.press('Enter')
    await ada.view('call')
    await ada.seesAndHears()
    t.equal(await focused(ada), 'leave', 'the focus is where one can hang up')
    await keyboard.press('m')
    t.equal(await ada.page.getAttribute('#mic', 'aria-pressed'), 'false')
    await keyboard.press('Enter')
    await ada.view('end')
    t.equal(await focused(ada), 'rejoin')
    await keyboard.press('Enter')
    await ada.view('call')
    await ada.seesAndHears()
  })
})

t.test('without a camera', async (t) => {
  const { texts } = languages.en
  const withMedia = await openBrowser('chromium')
  for (const [media, help] of [
    ['refused', `${texts.blocked.both} ${texts.joinAllTheSame}`],
    ['absent', texts.mediaHelp['media-not-found']],
  ] as const) {
    await t.test(`which is ${media}, the page says so, and one can join and see the others`, async (t) => {
      const { url } = await startService(t)
      const ada = await Person.open(t, withMedia, url)
      const bo = await Person.open(t, await openBrowser('chromium', media), url)
      await bo.page.waitForSelector('#media-help', { state: 'visible' })
      t.equal(await bo.page.textContent('#media-help'), help)
      await bo.screenshot(`camera-${media}`)
      await ada.join(room, 'Ada')
      await bo.join(room, 'Bo')
      await Promise.all([ada.state('connected'), bo.state('connected')])
      await bo.seesAndHears()
      await ada.screenshot(`the-other-has-no-camera-${media}`)
    })
  }
})

function focused(person: Person): Promise<string> {
  return person.page.evaluate(() => document.activeElement?.id ?? '')
}

async function tabTo(person: Person, id: string): Promise<void> {
  for (let presses = 0; presses < 30; presses += 1) {
    if ((await focused(person)) === id) return
    await person.page.keyboard.press('Tab')
  }
  throw new Error(`${id} cannot be reached with Tab`)
}

/** Asks what a person has received until it is enough. */
async function receives(person: Person, isEnough: (now: Received) => boolean): Promise<Received> {
  let now = await person.received()
  while (!isEnough(now)) {
    await person.page.waitForTimeout(100)
    now = await person.received()
  }
  return now
}
