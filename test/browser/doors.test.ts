import t, { type Test } from 'tap'
import { sentenceOf } from '../../public/page/join-notice.js'
import { languages } from '../../public/page/texts.js'
import type { Trouble } from '../../public/page/trouble.js'
import { startService } from '../helper.js'
import { openBrowser, Person } from './browsers.js'
import { access, invite as inviteTo } from './invitations.js'

const { texts } = languages.en
const told = (trouble: Trouble): string => sentenceOf(trouble, texts)
const room = '1001'
function invite(url: string, claims: object): Promise<string> {
  return inviteTo(url, { room, ...claims })
}

async function opens(t: Test, link: string): Promise<Person> {
  return Person.open(t, await openBrowser('chromium'), link)
}

/** Joins by the link that was opened. */
async function join(person: Person): Promise<void> {
  await person.page.click('#join')
  await person.view('call')
}

t.test('a protected room lets in who has an invitation, and nobody else', async (t) => {
  const { url } = await startService(t, access)
  const page = url.replace('ws', 'http')
  for (const [link, state, sentence] of [
    [`${page}/#room=${room}`, 'denied', told('needs-invite')],
    [`${page}/#room=${room}&token=made-up`, 'denied', told('invite-invalid')],
    [(await invite(url, { name: 'Ada' })).replace(`room=${room}`, 'room=1002'), 'denied', told('invite-invalid')],
  ] as const) {
    const stranger = await opens(t, link)
    await stranger.page.click('#join')
    await stranger.state(state)
    t.equal(await stranger.page.textContent('#lobby-notice'), sentence)
    await stranger.screenshot('no-invitation')
    await stranger.page.context().close()
  }
  const [ada, bo] = [
    await opens(t, await invite(url, { name: 'Ada', subject: 'ada' })),
    await opens(t, await invite(url, {})),
  ]
  const addresses: string[] = []
  bo.page.on('request', (request) => addresses.push(request.url()))
  bo.page.on('websocket', (socket) => addresses.push(socket.url()))
  t.equal(await ada.page.inputValue('#room'), room)
  await join(ada)
  await join(bo)
  await Promise.all([ada.seesAndHears(), bo.seesAndHears()])
  t.equal(await bo.page.textContent('.tile .tile-name'), 'Ada', 'as the invitation says')
  await ada.page.click('#more')
  t.notOk(await ada.page.isVisible('#door'), 'a guest has no door')
  t.equal(await ada.page.isVisible('#copy-link'), false, 'an invitation of one’s own is not passed on')
  await ada.page.keyboard.press('Escape')
  await bo.page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await bo.choose('#copy-link')
  const copied = await bo.copied()
  t.match(copied, /#room=1001&token=/, 'one that is for anybody is')
  t.equal(await bo.page.evaluate(() => location.hash), new URL(copied).hash)

  await bo.page.reload()
  await bo.view('call')
  const token = new URLSearchParams(new URL(copied).hash.slice(1)).get('token') ?? ''
  const asked = addresses.map((address) => address.split('#')[0] ?? '')
  t.ok(asked.length > 2 && token.length > 20 && asked.every((address) => !address.includes(token)), 'in no address')
  await Promise.all([ada.seesAndHears(), bo.seesAndHears()])
})

t.test('who knocks waits until a host lets it in; who is thrown out stays out', async (t) => {
  const { url } = await startService(t, { ...access, waitingRoom: true })
  const ada = await opens(t, await invite(url, { name: 'Ada', role: 'host' }))
  await join(ada)
  const link = await invite(url, { name: 'Bo', subject: 'bo' })
  const bo = await opens(t, link)
  await bo.page.click('#join')
  await bo.state('knocking')
  t.equal(await bo.page.textContent('#lobby-waiting'), texts.knocking)

  await ada.page.waitForSelector('.knock')
  await ada.isTold(texts.knocks('Bo'))
  await bo.page.click('#join')
  await bo.state('idle')
  await ada.page.waitForSelector('.knock', { state: 'detached' })
  t.equal(await bo.page.textContent('#join'), texts.join, 'who does not want to wait need not')

  await bo.page.click('#join')
  await ada.page.click(`.knock [aria-label="${texts.refuseSomebody('Bo')}"]`)
  await bo.state('refused')
  t.equal(await bo.page.textContent('#lobby-notice'), told('refused'))
  await bo.page.click('#join')
  await ada.page.click(`.knock [aria-label="${texts.letSomebodyIn('Bo')}"]`)
  await bo.view('call')
  await Promise.all([ada.seesAndHears(), bo.seesAndHears()])
  t.equal(await ada.page.isVisible('.knock'), false)
  t.notOk(await bo.page.isVisible('.remove'), 'a guest throws nobody out')

  // By keyboard, and not by mistake.
  await ada.page.focus('.remove')
  await ada.page.keyboard.press('Enter')
  t.equal(await ada.page.textContent('#remove-title'), texts.removeTitle('Bo'))
  await ada.page.keyboard.press('Escape')
  await Promise.all([ada.seesAndHears(), bo.seesAndHears()])
  await ada.page.focus('.remove')
  await ada.page.keyboard.press('Enter')
  await ada.page.click('#remove-dialog [value="remove"]')
  await bo.view('end')
  t.equal(await bo.page.textContent('#end-title'), texts.endKicked)
  t.notOk(await bo.page.isVisible('#rejoin'))
  await bo.screenshot('removed')
  await ada.isTold(texts.removed('Bo'))
  await ada.page.waitForSelector('.tile', { state: 'detached' })

  const again = await opens(t, link)
  await again.page.click('#join')
  await again.state('kicked')
  t.equal(await again.page.textContent('#lobby-notice'), told('kicked'))
  t.strictSame(
    [...ada.complaints, ...bo.complaints, ...again.complaints].filter((line) => !line.includes('ICE failed')),
    [],
  )
})

t.test('whom a host has thrown out gets no picture any more, even if its own page is left as it was', async (t) => {
  const { url } = await startService(t, access)
  const ada = await opens(t, await invite(url, { name: 'Ada', role: 'host' }))
  await join(ada)
  const bo = await opens(t, await invite(url, { name: 'Bo' }))
  await bo.page.evaluate(() => {
    // A page that does not hear of it.
    globalThis.WebSocket = class extends globalThis.WebSocket {
      constructor(url: string | URL) {
        super(url)
        const add = this.addEventListener.bind(this)
        this.addEventListener = (type: string, listener: EventListenerOrEventListenerObject) => {
          if (type !== 'close') add(type, listener)
        }
      }
    }
  })
  await join(bo)
  await Promise.all([ada.seesAndHears(), bo.seesAndHears()])
  await ada.page.focus('.remove')
  await ada.page.keyboard.press('Enter')
  await ada.page.click('#remove-dialog [value="remove"]')
  await ada.page.waitForSelector('.tile', { state: 'detached' })
  const frames = async (): Promise<number> => (await bo.received()).framesDecoded
  let last = -1
  for (let now = await frames(); now !== last; now = await frames()) {
    last = now
    await bo.page.waitForTimeout(1000)
  }
  await bo.page.waitForTimeout(2000)
  t.equal(await frames(), last)
})

t.test('a full room: the host who lets somebody in is told so', async (t) => {
  const { url } = await startService(t, { ...access, waitingRoom: true })
  const ada = await opens(t, await invite(url, { name: 'Ada', role: 'host', capacity: 2 }))
  await join(ada)
  for (const name of ['Bo', 'Cy']) {
    const guest = await opens(t, await invite(url, { name }))
    await guest.page.click('#join')
    await ada.page.click(`.knock [aria-label="${texts.letSomebodyIn(name)}"]`)
  }
  // Perhaps in one breath with who has come.
  await ada.page.waitForFunction(
    (text) => document.querySelector('#status')?.textContent?.includes(text),
    texts.noPlace,
  )
  t.ok(await ada.page.isVisible('.knock'), 'who knocks goes on waiting')
})

t.test('one person, one place: a second page of the same person, as is asked for', async (t) => {
  for (const duplicateIdentity of ['reject', 'replace'] as const) {
    const { url } = await startService(t, { ...access, duplicateIdentity })
    const link = await invite(url, { name: 'Ada', subject: 'ada' })
    const [first, second] = [await opens(t, link), await opens(t, link)]
    await join(first)
    await second.page.click('#join')
    if (duplicateIdentity === 'reject') {
      await second.state('taken')
      t.equal(await second.page.textContent('#lobby-notice'), told('taken'))
    } else {
      await second.view('call')
      await first.view('end')
      t.equal(await first.page.textContent('#end-reason'), told('replaced'))
    }
  }
})

t.test('the door: open, guarded, locked', async (t) => {
  const { url } = await startService(t, access)
  const ada = await opens(t, await invite(url, { name: 'Ada', role: 'host' }))
  await join(ada)
  await ada.choose('#door')
  const choose = (door: string): Promise<void> => ada.page.check(`#door-dialog [value="${door}"]`)
  await choose('locked')
  await ada.page.waitForSelector('#door-icon[href="#icon-locked"]', { state: 'attached' })
  await ada.page.click('#door-dialog .primary')
  await ada.isTold(texts.doorIs.locked)
  const bo = await opens(t, await invite(url, { name: 'Bo' }))
  await bo.page.click('#join')
  await bo.state('locked')
  t.equal(await bo.page.textContent('#join'), texts.tryAgain)
  await ada.choose('#door')
  await choose('knock')
  await ada.page.click('#door-dialog .primary')
  await ada.isTold(texts.doorIs.knock)
  await bo.page.click('#join')
  await bo.state('knocking')
  await ada.page.waitForSelector('.knock')
  await ada.choose('#door')
  await choose('open')
  await bo.view('call')
  await ada.page.click('#door-dialog .primary')
  await Promise.all([ada.seesAndHears(), bo.seesAndHears()])
})
