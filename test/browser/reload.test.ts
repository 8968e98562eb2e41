import t, { type Test } from 'tap'
import { Client, startService } from '../helper.js'
import { type BrowserName, openBrowser, Person } from './browsers.js'
import { Member } from './member.js'

const room = '1001'
const browserNames: readonly BrowserName[] = ['chromium', 'firefox']

/** Somebody who wants to come in all the time. @returns ends it, and tells what the service has answered */
async function startPusher(t: Test, url: string): Promise<() => Promise<ReadonlySet<string>>> {
  const pusher = await Client.connect(t, `${url}/ws`)
  const answers = new Set<string>()
  let isOver = false
  const push = async (): Promise<void> => {
    while (!isOver) {
      pusher.send({ type: 'join', roomId: room })
      const { type } = JSON.parse(await pusher.nextFrame())
      answers.add(type)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
  const pushing = push()
  return async () => {
    isOver = true
    await pushing
    return answers
  }
}

/** Waits until somebody is gone. */
async function whyLeft(client: Client, peerId: string): Promise<string> {
  for (;;) {
    const message = JSON.parse(await client.nextFrame())
    if (message.type === 'peer-left' && message.peerId === peerId) return message.reason
  }
}

for (const name of browserNames) {
  t.test(`in ${name} a page that goes has left at once, and a reload has its seat again in a full room`, async (t) => {
    const { url } = await startService(t)
    const ada = await Client.join(t, `${url}/ws`, room, { name: 'Ada', updates: false })
    const bo = await Person.open(t, await openBrowser(name), url)
    await bo.join(room, 'Bo')
    const { peerId } = await ada.next('ready')
    const remembered = (): Promise<string[]> => bo.page.evaluate(() => Object.keys(globalThis.sessionStorage))
    t.notOk(
      (await remembered()).some((key) => key.startsWith('signalbox.seat')),
      'a tab that is duplicated finds nothing',
    )
    const endPush = await startPusher(t, url)
    await ada.rest()
    await bo.page.reload()
    await bo.view('call')
    t.strictSame([...(await endPush())], ['full'], 'nobody gets in between')
    t.equal(await whyLeft(ada, peerId), 'left')
    const again = await ada.next('ready')
    t.match(again, { isInitiator: false, name: 'Bo' })
    t.notOk(
      (await remembered()).some((key) => key.startsWith('signalbox.seat')),
      'it is good for once',
    )

    // What it takes to leave from a page that goes is there some milliseconds after the joining.
    await ada.next('offer')
    await bo.page.goto(`${url.replace(/^ws/, 'http')}/livez`)
    t.equal(await whyLeft(ada, again.peerId), 'left')
  })
}

for (const [what, leave] of [
  ['hangs up', (bo: Member) => bo.page.evaluate(() => globalThis.call.leave())],
  ['goes', (bo: Member, url: string) => bo.page.goto(`${url.replace(/^ws/, 'http')}/readyz`)],
] as const) {
  t.test(`who ${what} while its socket is away is gone at once all the same`, async (t) => {
    const { url } = await startService(t)
    const ada = await Client.join(t, `${url}/ws`, room, { name: 'Ada' })
    const bo = await Member.open(t, await openBrowser('chromium'), url)
    await bo.join({ room })
    const { peerId } = await ada.next('ready')
    await bo.cutOff()
    await bo.isTold('signaling reconnecting')
    await leave(bo, url)
    t.equal(await whyLeft(ada, peerId), 'left')
    const cy = await Client.connect(t, `${url}/ws`)
    cy.send({ type: 'join', roomId: room })
    // The page that goes may be only loaded anew.
    await cy.next(what === 'hangs up' ? 'joined' : 'full')
  })
}

t.test('where nothing can be sent from a page that goes the seat is swapped all the same', async (t) => {
  const { url } = await startService(t)
  const browser = await openBrowser('chromium')
  // The page makes rooms for eight; this one is for two.
  const host = await Client.join(t, `${url}/ws`, room)
  const ada = await Person.open(t, browser, url)
  const bo = await Person.open(t, browser, url, { prepare: () => (navigator.sendBeacon = () => true) })
  await ada.join(room, 'Ada')
  host.send({ type: 'leave' })
  await bo.join(room, 'Bo')
  await Promise.all([ada.seesAndHears(), bo.seesAndHears()])
  const endPush = await startPusher(t, url)
  await bo.page.reload()
  await bo.view('call')
  await Promise.all([ada.seesAndHears(), bo.seesAndHears()])
  t.strictSame([...(await endPush())], ['full'])
  t.equal(await ada.page.locator('.tile').count(), 1)
})
