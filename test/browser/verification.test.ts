import t, { type Test } from 'tap'
import { languages } from '../../public/page/texts.js'
import type { Call, CodeSymbol } from '../../public/sdk/index.js'
import { startService } from '../helper.js'
import { faults } from './accessibility.js'
import { openBrowser, Person } from './browsers.js'
import { Member } from './member.js'

const { texts } = languages.en

declare global {
  /** The other call of who is in between. */
  var otherCall: Call
}

/** Waits until a member has the code of its one peer, of this run or a later one. @returns what it shows, in words */
async function codeOf({ page }: Member, run = 1): Promise<string> {
  const code = await page.waitForFunction((run) => {
    const [peer] = globalThis.call.peers.values()
    return peer?.code !== undefined && peer.code.run >= run && peer.code.symbols
  }, run)
  const symbols = (await code.jsonValue()) as readonly CodeSymbol[]
  return symbols.map(({ name }) => name).join(' ')
}

/** Somebody who is Bo to Ada and Ada to Bo, and passes on what they send: what a service could do that brings them to it. */
async function standBetween(t: Test, url: string, prepare?: () => void): Promise<Member> {
  const mallory = await Member.open(t, await openBrowser('chromium'), url, prepare)
  await mallory.join({ room: 'as-bo', name: 'Bo', resume: false })
  await mallory.page.evaluate(async () => {
    const path = '/sdk/index.js'
    const { join }: typeof import('../../public/sdk/index.js') = await import(path)
    globalThis.otherCall = await join('/ws', { room: 'as-ada', name: 'Ada', resume: false })
    for (const [from, to] of [
      [globalThis.call, globalThis.otherCall],
      [globalThis.otherCall, globalThis.call],
    ] as const) {
      from.on('peer', (peer) => {
        peer.on('track', ({ slot, track }) => void to.publish(slot, track))
      })
    }
  })
  return mallory
}

/** Ends the connections of a page as if the browser had lost them. */
function breakConnections({ page }: Person): Promise<void> {
  return page.evaluate(() => {
    for (const peer of globalThis.signalboxCall?.peers.values() ?? []) peer.pc.close()
  })
}

/** Passes the steps of the agreement on as they come, in place of having a part in it. */
function passAgreementOn(): void {
  const channels: RTCDataChannel[] = []
  const isStep = (data: unknown): boolean => typeof data === 'string' && data.includes('"type":"agree"')
  const make = RTCPeerConnection.prototype.createDataChannel
  const send = RTCDataChannel.prototype.send
  RTCPeerConnection.prototype.createDataChannel = function (label: string, init?: RTCDataChannelInit) {
    const channel = make.call(this, label, init)
    if (label !== 'signalbox.control') return channel
    channels.push(channel)
    channel.addEventListener('message', (event) => {
      if (!isStep(event.data)) return
      event.stopImmediatePropagation()
      const others = channels.filter((other) => other !== channel)
      const pass = (): void => {
        for (const other of others) if (other.readyState === 'open') send.call(other, event.data)
      }
      if (others.some(({ readyState }) => readyState === 'open')) pass()
      else for (const other of others) other.addEventListener('open', pass)
    })
    return channel
  }
  RTCDataChannel.prototype.send = function (this: RTCDataChannel, data: string | Blob | ArrayBuffer | ArrayBufferView) {
    if (!isStep(data)) Reflect.apply(send, this, [data])
  }
}

t.test('two browsers have the same code, and another one when the connection is made anew', async (t) => {
  const { url } = await startService(t)
  const ada = await Member.join(t, await openBrowser('chromium'), url, { room: 'r', name: 'Ada' })
  const bo = await Member.join(t, await openBrowser('firefox'), url, { room: 'r', name: 'Bo' })
  const code = await codeOf(ada)
  t.equal(code.split(' ').length >= 5, true)
  t.equal(await codeOf(bo), code)
  await ada.breakConnection('Bo')
  const next = await codeOf(ada, 2)
  t.not(next, code)
  t.equal(await codeOf(bo, 2), next)
  t.notOk([...(await ada.told()), ...(await bo.told())].some((what) => what.includes('code-failed')))
})

t.test('with a man in the middle the two see and hear each other, and their codes differ', async (t) => {
  const { url } = await startService(t)
  const browser = await openBrowser('chromium')
  await standBetween(t, url)
  const ada = await Member.join(t, browser, url, { room: 'as-bo', name: 'Ada' })
  const bo = await Member.join(t, browser, url, { room: 'as-ada', name: 'Bo' })
  await Promise.all([ada.sees(['Bo']), bo.sees(['Ada'])])
  t.not(await codeOf(ada), await codeOf(bo))
})

t.test('one who passes on what they say is found out by what was said', async (t) => {
  const { url } = await startService(t)
  const browser = await openBrowser('chromium')
  await standBetween(t, url, passAgreementOn)
  const [ada, bo] = await Promise.all([Person.open(t, browser, url), Person.open(t, browser, url)])
  await ada.join('as-bo', 'Ada')
  await bo.join('as-ada', 'Bo')
  const isFoundOut = async (): Promise<boolean> => {
    const [own, other] = await Promise.all([ada, bo].map(({ page }) => page.locator('[data-code="differs"]').count()))
    return (own ?? 0) + (other ?? 0) > 0
  }
  // Which of them begins depends on the certificates. One time in four neither does, and then nobody has a code.
  for (let tries = 1; tries < 20; tries += 1) {
    await Promise.all([ada.seesAndHears(), bo.seesAndHears()])
    if (await isFoundOut()) break
    await breakConnections(ada)
  }
  t.ok(await isFoundOut())
  const warnings = await Promise.all([ada, bo].map(({ page }) => page.textContent('#alert')))
  t.ok(warnings.includes(texts.codeWarning('Bo')) || warnings.includes(texts.codeWarning('Ada')))
})

t.test('on the page: two compare, and see what came of it', async (t) => {
  const { url } = await startService(t)
  const browser = await openBrowser('chromium')
  const [ada, bo] = await Promise.all([Person.open(t, browser, url), Person.open(t, browser, url)])
  await ada.join('r', 'Ada')
  await bo.join('r', 'Bo')
  const open = async ({ page }: Person): Promise<string[]> => {
    await page.click('.check-code')
    return page.locator('.code-name').allTextContents()
  }
  const [own, other] = [await open(ada), await open(bo)]
  t.equal(own.length, 5)
  t.strictSame(own, other)
  for (const colorScheme of ['light', 'dark'] as const) {
    await ada.page.emulateMedia({ colorScheme })
    t.strictSame(await faults(ada), [])
    await ada.screenshot(`code-${colorScheme}`)
  }
  await ada.page.setViewportSize({ width: 360, height: 740 })
  await ada.screenshot('code-phone')
  await ada.page.click('#code-dialog [value="matches"]')
  await ada.isTold(texts.codeMatched('Bo'))
  await ada.page.waitForSelector('.tile[data-code="matches"]')
  t.equal(await ada.page.getAttribute('.check-code', 'aria-label'), texts.codeMarks.matches('Bo'))
  await ada.screenshot('code-matches')
  t.strictSame(await faults(ada), [])

  await bo.page.click('#code-dialog [value="differs"]')
  await bo.page.waitForSelector('.tile[data-code="differs"]')
  t.equal(await bo.page.textContent('#alert'), texts.codeWarning('Ada'))
  await bo.screenshot('code-differs')

  await breakConnections(bo)
  await ada.isTold(texts.codeChanged('Bo'))
  await ada.page.waitForSelector('.tile[data-code="unchecked"]')
  t.strictSame([ada.complaints, bo.complaints], [[], []])
})
