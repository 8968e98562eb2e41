import t from 'tap'
import { sentenceOf } from '../../public/page/join-notice.js'
import { languages } from '../../public/page/texts.js'
import type { Trouble } from '../../public/page/trouble.js'
import { startService } from '../helper.js'
import { room, seconds, secret, tokenBy } from '../plugins/access/token-kit.js'
import { faults, looksRight } from './accessibility.js'
import { openBrowser, Person } from './browsers.js'
import { reportTrouble } from './reported-trouble.js'

const { texts } = languages.en
const told = (trouble: Trouble): string => sentenceOf(trouble, texts)

function markOf(name: string): string {
  return `.tile:has(.tile-name:text-is("${name}")) .quality`
}

async function connected(person: Person, others: number): Promise<void> {
  await person.page.waitForFunction(
    (others) => document.querySelectorAll('.tile[data-state="live"]').length === others,
    others,
  )
}

t.test('in a call: at whose end it is, the details of each connection, and a report that names nobody', async (t) => {
  const { url } = await startService(t)
  const browser = await openBrowser('chromium')
  const secretRoom = 'a room that nobody else is to hear of'
  const ada = await Person.open(t, browser, url, {
    prepare: reportTrouble,
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  const bo = await Person.open(t, await openBrowser('firefox'), url, { locale: 'zh-CN' })
  const { page } = ada
  await ada.join(secretRoom, 'Ada')
  await ada.choose('#stats-button')
  t.ok(await page.isVisible('#details-nobody'))
  await page.click('#close-details')
  await bo.join(secretRoom, 'Bo')
  await connected(ada, 1)

  await t.test('each connection in facts, plots and numbers, while the call goes on', async (t) => {
    await ada.choose('#stats-button')
    t.equal(await page.evaluate(() => document.activeElement?.id), 'details-title')
    await page.waitForFunction(() => {
      const [now] = Array.from(document.querySelectorAll('.figures .number'), ({ textContent }) => textContent)
      return Number(now?.replace(',', '')) > 20
    })
    t.equal(await page.textContent('.person-details h3'), 'Bo')
    const facts = await page.$$eval('.facts > div', (rows) => rows.map(({ textContent }) => textContent))
    t.ok(
      facts.some((fact) => /^WayDirect · UDP$/.test(fact ?? '')),
      facts.join('\n'),
    )
    t.ok(facts.some((fact) => /^Picture received\d+ × \d+ · \d+\/s · \w+ · \d+ kbit\/s$/.test(fact ?? '')))
    t.ok(facts.some((fact) => /^Sound sentopus · \d+ kbit\/s$/.test(fact ?? '')))
    const rows = await page.$$eval('.figures tbody tr', (rows) =>
      rows.map((row) => Array.from(row.children, ({ textContent }) => textContent)),
    )
    t.strictSame(
      rows.map(([head]) => head),
      Object.values(texts.measures),
    )
    for (const [head, , ...numbers] of rows) {
      t.equal(numbers.length, 3)
      for (const number of numbers) t.match(number, /^[\d,.]+$/, head ?? '')
    }
    const inked = await page.$eval('.plot', (plot) => {
      const { data = [] } =
        plot instanceof HTMLCanvasElement
          ? (plot.getContext('2d')?.getImageData(0, 0, plot.width, plot.height) ?? {})
          : {}
      return data.some((value) => value > 0)
    })
    t.ok(inked, 'something is drawn')
    await ada.seesAndHears()
  })

  await t.test('it can be paused, and Escape closes it', async (t) => {
    await page.emulateMedia({ reducedMotion: 'no-preference' })
    const figures = (): Promise<string | null> => page.textContent('.figures tbody')
    await page.click('#pause-details')
    t.equal(await page.getAttribute('#pause-details', 'aria-pressed'), 'true')
    const before = await figures()
    const length = () =>
      page.evaluate(() => [...(globalThis.signalboxCall?.peers.values() ?? [])][0]?.history.length ?? 0)
    const enough = (await length()) + 3
    while ((await length()) < enough) await page.waitForTimeout(200)
    t.equal(await figures(), before)
    await page.click('#pause-details')
    await page.waitForFunction((before) => document.querySelector('.figures tbody')?.textContent !== before, before)
    await page.keyboard.press('Escape')
    await page.waitForSelector('#details', { state: 'hidden' })
    t.equal(await page.evaluate(() => document.activeElement?.id), 'more')
    t.equal(await page.evaluate(() => document.querySelectorAll('.person-details').length), 0)
  })

  await t.test('in Firefox, and in Chinese', async (t) => {
    const zh = languages['zh-CN'].texts
    await bo.choose('#stats-button')
    t.equal(await bo.page.textContent('#details-title'), zh.details)
    await bo.page.waitForFunction(() => Number(document.querySelector('.figures .number')?.textContent) > 20)
    t.match(await bo.page.textContent('.facts'), new RegExp(`${zh.way}${zh.direct} · UDP.*${zh.received.mic}opus`))
    await bo.screenshot('details-firefox')
    await bo.page.keyboard.press('Escape')
    await bo.page.waitForSelector('#details', { state: 'hidden' })
  })

  const cy = await Person.open(t, browser, url, { prepare: reportTrouble })
  await cy.join(secretRoom, 'Cy')
  await connected(ada, 2)

  await t.test('a device that is too busy is known at both ends', async () => {
    await cy.page.evaluate(() => (globalThis.signalboxTrouble.isBusy = true))
    const atCy = `${texts.qualityLevels[3]} ${texts.qualityCauses['peer-cpu']('Cy')}`
    await page.waitForSelector(`${markOf('Cy')}[aria-label="${atCy}"]`)
    const own = `${texts.qualityLevels[3]} ${texts.qualityCauses['self-cpu']()}`
    await cy.page.waitForSelector(`${markOf('Ada')}[aria-label="${own}"]`)
    await cy.page.evaluate(() => (globalThis.signalboxTrouble.isBusy = false))
    await page.waitForSelector(`${markOf('Cy')}[aria-label="${texts.qualityLevels[4]}"]`)
  })

  await t.test('what one of several alone suffers from is at its end; the mark says so by key and touch', async (t) => {
    await page.evaluate(() => {
      for (const peer of globalThis.signalboxCall?.peers.values() ?? []) {
        if (peer.name === 'Cy') globalThis.signalboxTrouble.lossy = peer.pc
      }
    })
    const why = texts.qualityCauses['peer-receiving']('Cy')
    await page.waitForSelector(`${markOf('Cy')}[aria-label$="${why}"]`)
    await page.focus(markOf('Cy'))
    await page.keyboard.press('Enter')
    await page.waitForSelector('#quality-tip', { state: 'visible' })
    t.match(await page.textContent('#quality-sentence'), why)
    t.equal(await page.evaluate(() => document.activeElement?.id), 'quality-details')
    t.strictSame(await faults(ada), [])
    await ada.screenshot('quality-tip')
    await page.setViewportSize({ width: 360, height: 740 })
    await page.waitForFunction(
      () => (document.querySelector('#quality-tip')?.getBoundingClientRect().right ?? 999) <= 360,
    )
    await ada.screenshot('quality-tip-phone')
    const [mark, tip] = await Promise.all([markOf('Cy'), '#quality-tip'].map((of) => page.locator(of).boundingBox()))
    t.ok(
      mark && tip && tip.y + tip.height <= mark.y + mark.height && Math.abs(tip.x - mark.x) < 200,
      'it is where the mark is',
    )
    await page.setViewportSize({ width: 800, height: 500 })
    await page.keyboard.press('Escape')
    await page.waitForSelector('#quality-tip', { state: 'hidden' })
    t.ok(await page.evaluate(() => document.activeElement?.classList.contains('quality')), 'the focus is back')
    await page.click(markOf('Cy'))
    await page.click('#quality-details')
    await page.waitForSelector('.person-details')
    t.strictSame(await page.$$eval('.person-details h3', (names) => names.map(({ textContent }) => textContent)), [
      'Bo',
      'Cy',
    ])
    await looksRight(t, ada, 'details-of-two')
  })

  await t.test('the report has the numbers and what has happened, and nothing that is private', async (t) => {
    await page.click('#copy-report')
    await ada.isTold(texts.reportCopied)
    const report = await ada.copied()
    for (const line of [
      /^browser: Mozilla\//m,
      /^service: open; network: online$/m,
      /^Person 1: live\n {2}quality: score \d\.\d of 4\.5, level 4 of 4, good/m,
      /^Person 2: live\n {2}quality: score \d\.\d of 4\.5, level [0-3] of 4, network, side peer, worse receiving/m,
      /^ {2}way: direct, udp$/m,
      /^ {2}receives: mic opus \d+ kbit\/s; camera \w+ \d+x\d+ \d+\/s \d+ kbit\/s$/m,
      /^ {2}loss, % +[\d.]+ +[\d.]+ +[\d.]+$/m,
      /^ {2}\S+Z {2}person 2: level \d, network, peer$/m,
    ])
      t.match(report, line)
    t.notMatch(report, /\b(Ada|Bo|Cy)\b/, 'nobody is named')
    t.notMatch(report, secretRoom)
    t.notMatch(report, /a=|candidate|\d+\.\d+\.\d+\.\d+:|192\.|127\.|10\.\d+\.|token/i)
    await page.evaluate(() => {
      navigator.clipboard.writeText = async () => {
        throw new DOMException('made to fail', 'NotAllowedError')
      }
    })
    await page.click('#copy-report')
    await page.waitForSelector('#report', { state: 'visible' })
    const [value = '', start, end] = await page.$eval('#report', (area) =>
      area instanceof HTMLTextAreaElement ? [area.value, area.selectionStart, area.selectionEnd] : [],
    )
    t.match(`${value}`, /^Call report\n/)
    t.strictSame([start, end], [0, `${value}`.length], 'to be copied by hand')
  })

  await t.test('offline is said, the call goes on, and it is no news when it is over', async (t) => {
    await page.context().setOffline(true)
    await page.waitForSelector('#pill', { state: 'visible' })
    t.equal(await page.textContent('#pill'), texts.offlineInCall)
    await ada.isTold(texts.offlineInCall)
    await looksRight(t, ada, 'report-offline')
    await page.keyboard.press('Escape')
    await page.waitForSelector('#details', { state: 'hidden' })
    await ada.seesAndHears()
    await page.context().setOffline(false)
    await page.waitForSelector('#pill', { state: 'hidden' })
    await connected(ada, 2)
  })

  await t.test('the details end with the call', async (t) => {
    await ada.choose('#stats-button')
    await page.click('#leave')
    await ada.view('end')
    t.notOk(await page.isVisible('#details'))
    t.equal(await page.evaluate(() => document.activeElement?.id), 'rejoin')
  })
  const complaints = [...ada.complaints, ...bo.complaints, ...cy.complaints]
  t.strictSame(
    complaints.filter((line) => !line.includes('ERR_INTERNET_DISCONNECTED')),
    [],
  )
})

for (const name of ['chromium', 'firefox'] as const) {
  t.test(`offline in the lobby, in ${name}: it is said, and who wanted to join does when that is over`, async (t) => {
    const { url } = await startService(t)
    const ada = await Person.open(t, await openBrowser(name), url)
    const { page } = ada
    await page.context().setOffline(true)
    await ada.state('offline')
    t.equal(await page.textContent('#lobby-notice'), told('offline'))
    await page.context().setOffline(false)
    await ada.state('idle')
    t.notOk(await page.isVisible('#lobby-notice'))

    await page.context().setOffline(true)
    await ada.state('offline')
    await page.fill('#room', '1001')
    await page.click('#join')
    await ada.state('offline')
    await page.waitForSelector('#lobby-notice', { state: 'visible' })
    t.equal(await page.textContent('#join'), texts.tryAgain)
    if (name === 'chromium') await looksRight(t, ada, 'offline-in-the-lobby')
    await page.context().setOffline(false)
    await ada.view('call')
    await ada.isTold(texts.waiting)
  })
}

t.test('an invitation that has run out is told when one joins, and when one comes back', async (t) => {
  const { app, url } = await startService(t, { tokenSecrets: [secret] })
  // The service lets half a minute pass, as clocks differ.
  const exp = seconds() - 22
  const link = `${url}/#room=${room}&token=${await tokenBy(secret, { claims: { exp } })}`
  const browser = await openBrowser('chromium')
  const [ada, bo] = [await Person.open(t, browser, link), await Person.open(t, browser, link)]
  await ada.page.click('#join')
  await ada.view('call')
  await app.close()
  await ada.page.waitForFunction((exp) => Date.now() > (exp + 31) * 1000, exp)
  await startService(t, { tokenSecrets: [secret] }, Number(new URL(url).port))
  await ada.view('end')
  t.equal(await ada.page.textContent('#end-title'), texts.endLost)
  t.equal(await ada.page.textContent('#end-reason'), told('invite-expired'))
  t.notOk(await ada.page.isVisible('#rejoin'), 'it would only be refused')
  t.equal(await ada.page.evaluate(() => document.activeElement?.id), 'back-to-start')
  await looksRight(t, ada, 'invitation-expired')
  await bo.page.click('#join')
  await bo.state('denied')
  t.equal(await bo.page.textContent('#lobby-notice'), told('invite-expired'))
  t.equal(await bo.page.textContent('#join'), texts.join)
})

t.test('what the service, or the browser, does not let one do comes with what to do next', async (t) => {
  const browser = await openBrowser('chromium')

  await t.test('a browser that cannot make calls is told so at once', async (t) => {
    const { url } = await startService(t)
    const prepare = (): void => void Reflect.deleteProperty(globalThis, 'RTCPeerConnection')
    const ada = await Person.open(t, browser, url, { prepare })
    await ada.state('unsupported')
    t.equal(await ada.page.textContent('#lobby-notice'), told('unsupported'))
    await ada.page.fill('#room', '1001')
    await ada.page.click('#join')
    await ada.state('unsupported')
    t.strictSame(ada.complaints, [])
  })

  await t.test('a service that is full is not one that is away', async (t) => {
    const { url } = await startService(t, { maxMembers: 1 })
    const [ada, bo] = [await Person.open(t, browser, url), await Person.open(t, browser, url)]
    await ada.join('1001')
    await bo.page.fill('#room', '1001')
    await bo.page.click('#join')
    await bo.state('server-away')
    t.equal(await bo.page.textContent('#lobby-notice'), told('busy'))
    t.equal(await bo.page.textContent('#join'), texts.tryAgain)
    await ada.page.click('#leave')
    await ada.view('end')
    await bo.page.click('#join')
    await bo.view('call')
  })

  await t.test('a page that the service does not accept can be loaded anew', async (t) => {
    const { url } = await startService(t, { maxFrameBytes: 1024 })
    const ada = await Person.open(t, browser, `${url}/#room=1001&token=${'x'.repeat(2000)}`)
    await ada.page.click('#join')
    await ada.state('rejected')
    t.equal(await ada.page.textContent('#lobby-notice'), told('rejected'))
    await looksRight(t, ada, 'rejected')
    const loaded = ada.page.waitForEvent('load')
    await ada.page.click('#reload')
    await loaded
    await ada.state('idle')
  })
})
