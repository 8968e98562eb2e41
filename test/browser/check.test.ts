import t, { type Test } from 'tap'
import { encodeXorAddress } from '../../plugins/ice-servers/stun-address.js'
import { attributeTypes, encodeMessage, type ReceivedMessage } from '../../plugins/ice-servers/stun-message.js'
import { checkTexts } from '../../public/page/check/texts.js'
import { languages } from '../../public/page/texts.js'
import { startCoturn, turnSecret } from '../coturn.js'
import { startService } from '../helper.js'
import { startStub } from '../turn-stub.js'
import { faults, isForAxe, looksRight } from './accessibility.js'
import { type BrowserName, openBrowser, ownAddress, Person } from './browsers.js'

/** What the page has found, line by line. */
async function check(person: Person): Promise<string[]> {
  await person.page.click('#start')
  await person.page.waitForSelector('html[data-state="done"]', { state: 'attached' })
  return person.page.$$eval('.check-line', (lines) =>
    lines.map((line) => (line instanceof HTMLElement ? `${line.dataset['check']} ${line.dataset['finding']}` : '')),
  )
}

/** Answers with a public address. */
function address({ transactionId, ...request }: ReceivedMessage): Buffer {
  const value = encodeXorAddress({ address: '198.51.100.7', port: 40_000 }, transactionId)
  const attributes = [{ type: attributeTypes.xorMappedAddress, value }]
  return encodeMessage({ ...request, transactionId, class: 'success', attributes })
}

interface OpenOptions {
  readonly browserName?: BrowserName
  readonly fragment?: string
  readonly locale?: string
  readonly prepare?: () => void
  readonly media?: 'trusting' | 'refused' | 'absent'
}

async function open(
  t: Test,
  url: string,
  { browserName = 'chromium', fragment = '', locale = 'en', media = 'trusting', prepare }: OpenOptions = {},
): Promise<Person> {
  const browser = await openBrowser(browserName, browserName === 'chromium' ? media : 'given')
  return Person.open(t, browser, `${url.replace('ws', 'http')}/check${fragment}`, {
    locale,
    ...(prepare && { prepare }),
  })
}

t.test('everything works: it is said, each by itself', async (t) => {
  const coturn = await startCoturn(t)
  const { url } = await startService(t, {
    turnUrls: [coturn.urls.udp, coturn.urls.tcp, coturn.urls.tls],
    turnSecrets: [turnSecret],
  })
  const ada = await open(t, url)
  t.strictSame(await check(ada), [
    'camera works',
    'mic works',
    'service works',
    'turn-udp works',
    'turn-tcp works',
    'turn-tls works',
  ])
  t.equal(await ada.page.textContent('#summary'), checkTexts.en.allWell)
  for (const [size, viewport] of Object.entries({
    phone: { width: 360, height: 740 },
    desktop: { width: 1280, height: 800 },
  })) {
    await ada.page.setViewportSize(viewport)
    for (const colorScheme of ['light', 'dark'] as const) {
      await ada.page.emulateMedia({ colorScheme })
      await ada.screenshot(`check-${size}-${colorScheme}`)
      if (isForAxe(size, colorScheme)) t.strictSame(await faults(ada), [])
    }
  }
  t.strictSame(ada.complaints, [])
})

t.test('the public address is asked for where there is somebody to ask', async (t) => {
  for (const [answer, finding] of [
    [address, 'stun works'],
    [() => undefined, 'stun stun-silent'],
  ] as const) {
    const { port } = await startStub(t, answer)
    const { url } = await startService(t, { stunUrls: [`stun:127.0.0.1:${port}`], turnCheckIntervalMs: 0 })
    t.strictSame((await check(await open(t, url))).slice(3, 4), [finding])
  }
})

t.test('in Firefox, too', async (t) => {
  const coturn = await startCoturn(t, { address: ownAddress() })
  const { url } = await startService(t, { turnUrls: [coturn.urls.udp, coturn.urls.tcp], turnSecrets: [turnSecret] })
  const ada = await open(t, url, { browserName: 'firefox' })
  t.strictSame(await check(ada), ['camera works', 'mic works', 'service works', 'turn-udp works', 'turn-tcp works'])
})

t.test('what is wrong is said, with what to do', async (t) => {
  const coturn = await startCoturn(t)
  await t.test('devices that are blocked, and a service without TURN', async (t) => {
    const { url } = await startService(t)
    const ada = await open(t, url, { media: 'refused', locale: 'zh-CN' })
    t.strictSame(await check(ada), ['camera denied', 'mic denied', 'service works', 'turn not-configured'])
    t.equal(await ada.page.textContent('#summary'), checkTexts['zh-CN'].someFailed)
    t.equal(await ada.page.getAttribute('html', 'lang'), 'zh-CN')
    await ada.screenshot('check-with-faults')
  })
  await t.test('devices that cannot be started, and a page that is not secure', async (t) => {
    const { url } = await startService(t)
    for (const [prepare, finding] of [
      [
        () => {
          navigator.mediaDevices.getUserMedia = async () => {
            throw new DOMException('made to fail', 'NotReadableError')
          }
        },
        'in-use',
      ],
      [() => void Object.defineProperty(globalThis, 'isSecureContext', { value: false }), 'insecure'],
    ] as const) {
      const ada = await open(t, url, { prepare })
      t.strictSame((await check(ada)).slice(0, 2), [`camera ${finding}`, `mic ${finding}`])
      t.strictSame(
        await ada.page.$$eval('.check-finding', (found) => found.slice(0, 2).map(({ textContent }) => textContent)),
        Array(2).fill(checkTexts.en.findings[finding]),
      )
    }
  })
  await t.test('a browser that cannot make connections', async (t) => {
    const { url } = await startService(t, { turnUrls: [coturn.urls.udp], turnSecrets: [turnSecret] })
    const ada = await open(t, url, { prepare: () => Reflect.deleteProperty(globalThis, 'RTCPeerConnection') })
    t.strictSame((await check(ada)).slice(3), ['turn-udp unsupported'])
  })
  await t.test('no devices', async (t) => {
    const { url } = await startService(t)
    t.strictSame((await check(await open(t, url, { media: 'absent' }))).slice(0, 2), [
      'camera not-found',
      'mic not-found',
    ])
  })
  await t.test('a password that the relay does not take, and a relay that is not there', async (t) => {
    const { url } = await startService(t, {
      turnUrls: [coturn.urls.udp, 'turn:127.0.0.1:9?transport=tcp'],
      turnSecrets: ['another secret than the one of the relay'],
    })
    const found = await check(await open(t, url))
    t.strictSame(found.slice(3), ['turn-udp turn-refused', 'turn-tcp turn-unreachable'])
  })
  await t.test('a relay that lets nothing through', async (t) => {
    const closed = await startCoturn(t, { extra: ['--denied-peer-ip=127.0.0.0-127.255.255.255'] })
    const { url } = await startService(t, { turnUrls: [closed.urls.udp], turnSecrets: [turnSecret] })
    t.strictSame((await check(await open(t, url))).slice(3), ['turn-udp turn-passes-nothing'])
  })
  await t.test('a service that lets in only with an invitation', async (t) => {
    const { url } = await startService(t, { tokenSecrets: ['the secret with which invitations are signed'] })
    const bare = await open(t, url)
    t.strictSame((await check(bare)).slice(2), ['service no-invitation'])
    t.equal(await bare.page.textContent('#summary'), checkTexts.en.someUnsure)
    const wrong = await open(t, url, { fragment: '#room=1001&token=made-up' })
    t.strictSame((await check(wrong)).slice(2), ['service invitation-refused'])
    t.equal(await wrong.page.getAttribute('#to-call', 'href'), './#room=1001&token=made-up')
  })
  await t.test('a service that does not answer', async (t) => {
    const { app, url } = await startService(t)
    const ada = await open(t, url)
    await app.close()
    t.strictSame((await check(ada)).slice(2), ['service silent-service'])
  })
})

t.test('the lobby says what is wrong with the network, and nothing while all is well', async (t) => {
  const coturn = await startCoturn(t, { address: ownAddress() })
  const [silent, answering] = await Promise.all([startStub(t, () => undefined), startStub(t, address)])
  const stunUrls = [`stun:127.0.0.1:${silent.port}`]
  const turn = { turnUrls: [coturn.urls.tcp], turnSecrets: [turnSecret] }
  const { network } = languages.en.texts

  /** Somebody who opens the lobby and waits until it knows. */
  const visit = async (
    outcome: string,
    settings: Parameters<typeof startService>[1],
    browserName: BrowserName = 'chromium',
  ): Promise<Person> => {
    const { url } = await startService(t, { turnCheckIntervalMs: 0, ...settings })
    const person = await Person.open(t, await openBrowser(browserName), `${url}/#room=1001`)
    await person.page.waitForSelector(`#network-notice[data-network="${outcome}"]`, { state: 'attached' })
    return person
  }
  // All at once, as what is waited for are answers that do not come.
  const [relayed, noRelay, relayAway, direct, inFirefox, unknown] = await Promise.all([
    visit('relayed', { stunUrls, ...turn }),
    visit('no-relay', { stunUrls }),
    visit('relay-away', { stunUrls, ...turn, turnUrls: ['turn:127.0.0.1:9?transport=tcp'] }),
    visit('direct', { stunUrls: [`stun:127.0.0.1:${answering.port}`] }),
    // The relay is asked as a STUN server.
    visit('direct', { ...turn, turnUrls: [coturn.urls.udp] }, 'firefox'),
    visit('unknown', { tokenSecrets: ['the secret with which invitations are signed'] }),
  ])
  for (const [person, sentence] of [
    [relayed, network.relayed],
    [noRelay, network['no-relay']],
    [relayAway, network['relay-away']],
  ] as const) {
    t.equal(await person.page.textContent('#network-text'), sentence)
  }
  for (const { page } of [direct, inFirefox, unknown]) t.notOk(await page.isVisible('#network-notice'))

  t.equal(await relayed.page.getAttribute('#to-check', 'href'), './check#room=1001')
  await looksRight(t, relayed, 'network-relayed')
  await noRelay.page.setViewportSize({ width: 360, height: 740 })
  await noRelay.screenshot('network-no-relay')
  const bottom = await noRelay.page.$eval('#join', (join) => join.getBoundingClientRect().bottom)
  t.ok(bottom <= 740, `Join ends at ${bottom}`)

  // What is well is taken to be so for some minutes.
  const asked: string[] = []
  direct.page.on('websocket', (socket) => asked.push(socket.url()))
  await direct.page.reload()
  await direct.page.waitForSelector('#network-notice[data-network="direct"]', { state: 'attached' })
  t.strictSame(asked, [])
})
