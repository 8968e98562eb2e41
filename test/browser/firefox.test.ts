import t from 'tap'
import { sentenceOf } from '../../public/page/join-notice.js'
import { languages } from '../../public/page/texts.js'
import type { Trouble } from '../../public/page/trouble.js'
import { startService } from '../helper.js'
import { room, seconds, secret, tokenBy } from '../plugins/access/token-kit.js'
import { openBrowser, Person } from './browsers.js'
import { Crowd } from './crowd.js'

const { texts } = languages.en
const told = (trouble: Trouble): string => sentenceOf(trouble, texts)

/** What a person is told of their devices. */
async function deviceHelp({ page }: Person): Promise<string | null> {
  await page.waitForSelector('#media-help', { state: 'visible' })
  return page.textContent('#media-help')
}

t.test('in Firefox, without devices: they are refused, or there are none, and one joins all the same', async (t) => {
  const { url } = await startService(t)
  const ada = await Person.open(t, await openBrowser('firefox', 'refused'), url)
  t.equal(await deviceHelp(ada), `${texts.blocked.both} ${texts.joinAllTheSame}`)
  await ada.page.click('#how-to-allow')
  t.equal(
    await ada.page.$$eval('#allow-steps li', (steps) => steps.map(({ textContent }) => textContent).join('\n')),
    texts.allowSteps.firefox,
  )
  await ada.screenshot('how-to-allow-firefox')
  await ada.page.keyboard.press('Escape')
  await ada.join(room, 'Ada')
  await ada.state('waiting')

  const bo = await Person.open(t, await openBrowser('firefox', 'absent'), url)
  t.equal(await deviceHelp(bo), texts.mediaHelp['media-not-found'])
  t.notOk(await bo.page.isVisible('#how-to-allow'), 'nobody has refused anything')
  await bo.join(room, 'Bo')
  await Promise.all([ada, bo].map((person) => person.state('connected')))
  t.strictSame([...ada.complaints, ...bo.complaints], [])
})

t.test('in Firefox, at the door: knocking, refused, let in, removed, full, locked, expired', async (t) => {
  const { url } = await startService(t, { tokenSecrets: [secret], waitingRoom: true })
  const firefox = await openBrowser('firefox')
  const tokenOf = (claims: object): Promise<string> => tokenBy(secret, { claims: { ...claims } })
  const opens = async (claims: object): Promise<Person> =>
    Person.open(t, firefox, `${url.replace('ws', 'http')}/#room=${room}&token=${await tokenOf(claims)}`)
  const notice = ({ page }: Person): Promise<string | null> => page.textContent('#lobby-notice')

  const ada = await opens({ name: 'Ada', role: 'host', capacity: 2 })
  await ada.page.click('#join')
  await ada.view('call')
  const bo = await opens({ name: 'Bo', sub: 'bo' })
  await bo.page.click('#join')
  await bo.state('knocking')
  t.equal(await bo.page.textContent('#lobby-waiting'), texts.knocking)
  await ada.isTold(texts.knocks('Bo'))
  await ada.page.click(`.knock [aria-label="${texts.refuseSomebody('Bo')}"]`)
  await bo.state('refused')
  t.equal(await notice(bo), told('refused'))
  await bo.page.click('#join')
  await ada.page.click(`.knock [aria-label="${texts.letSomebodyIn('Bo')}"]`)
  await bo.view('call')
  await Promise.all([ada.seesAndHears(), bo.seesAndHears()])

  const crowd = await Crowd.open(t, firefox, url)
  const knock = crowd.join(room, 'Cy', { token: await tokenOf({ name: 'Cy' }) })
  await ada.page.click(`.knock [aria-label="${texts.letSomebodyIn('Cy')}"]`)
  await ada.isTold(texts.noPlace)
  // A key counts in the window that is in front.
  await ada.page.bringToFront()
  await ada.page.focus('.remove')
  await ada.page.keyboard.press('Enter')
  await ada.page.click('#remove-dialog [value="remove"]')
  await bo.view('end')
  t.equal(await bo.page.textContent('#end-title'), texts.endKicked)
  await bo.screenshot('removed-firefox')
  await ada.page.click(`.knock [aria-label="${texts.letSomebodyIn('Cy')}"]`)
  await knock

  await ada.choose('#door')
  await ada.page.check('#door-dialog [value="open"]')
  await ada.page.click('#door-dialog .primary')
  await ada.isTold(texts.doorIs.open)
  const dee = await opens({ name: 'Dee', exp: seconds() - 60 })
  await dee.page.click('#join')
  await dee.state('denied')
  t.equal(await notice(dee), told('invite-expired'))
  const eve = await opens({ name: 'Eve' })
  await eve.page.click('#join')
  await eve.state('full')
  t.equal(await notice(eve), told('full'))
  await ada.choose('#door')
  await ada.page.check('#door-dialog [value="locked"]')
  await ada.page.click('#door-dialog .primary')
  await ada.isTold(texts.doorIs.locked)
  await eve.page.click('#join')
  await eve.state('locked')
  t.equal(await notice(eve), told('locked'))
})
