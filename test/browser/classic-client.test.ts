import Fastify from 'fastify'
import t, { type Test } from 'tap'
import { signalbox } from '../../src/index.js'
import { listen, urlOf } from '../helper.js'
import { openBrowser, Person } from './browsers.js'
import { classicPage } from './classic-client.js'

/** What a classic client has decoded. */
async function framesOf(classic: Person): Promise<number> {
  return classic.page.evaluate(async () => {
    const pc: unknown = Reflect.get(globalThis, 'classicPc')
    if (!(pc instanceof RTCPeerConnection)) return 0
    const reports = await pc.getStats()
    return Array.from(reports.values()).reduce((sum, report) => sum + (report.framesDecoded ?? 0), 0)
  })
}

async function seesFrames(classic: Person): Promise<number> {
  for (;;) {
    const frames = await framesOf(classic)
    if (frames >= 20) return frames
    await classic.page.waitForTimeout(50)
  }
}

async function startHost(t: Test): Promise<string> {
  const host = Fastify()
  await host.register(signalbox)
  host.get('/classic', (_request, reply) => reply.type('text/html').send(classicPage))
  await listen(t, host)
  return urlOf(host)
}

t.test('a client that knows only the two-person protocol calls as ever', async (t) => {
  const browser = await openBrowser('chromium')

  await t.test('with another of its kind', async (t) => {
    const url = await startHost(t)
    const first = await Person.open(t, browser, `${url}/classic`)
    await first.page.waitForFunction(() => document.title === 'joined 0')
    const second = await Person.open(t, browser, `${url}/classic`)
    t.ok((await seesFrames(first)) >= 20)
    t.ok((await seesFrames(second)) >= 20)
    const third = await Person.open(t, browser, `${url}/classic`)
    await third.page.waitForFunction(() => document.title === 'full')
    await second.page.close()
    await first.page.waitForFunction(() => document.title === 'alone')
  })

  for (const comesFirst of ['the classic client', 'the page']) {
    await t.test(`with the page, ${comesFirst} being there first`, async (t) => {
      const url = await startHost(t)
      const openClassic = () => Person.open(t, browser, `${url}/classic`)
      const openPage = async () => {
        const person = await Person.open(t, browser, url)
        await person.join('1001', 'Ada')
        return person
      }
      let classic: Person
      let ada: Person
      if (comesFirst === 'the page') {
        ada = await openPage()
        classic = await openClassic()
      } else {
        classic = await openClassic()
        await classic.page.waitForFunction(() => document.title === 'joined 0')
        ada = await openPage()
      }
      await ada.state('connected')
      await ada.seesAndHears()
      t.ok((await seesFrames(classic)) >= 20)
      t.strictSame(ada.complaints, [])
      await ada.page.click('#leave')
      await classic.page.waitForFunction(() => document.title === 'alone')
    })
  }
})
