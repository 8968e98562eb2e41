import t, { type Test } from 'tap'
import { languages } from '../../public/page/texts.js'
import { startService } from '../helper.js'
import { type BrowserName, openBrowser, Person } from './browsers.js'
import { access, invite } from './invitations.js'

const { texts } = languages.en

/** Somebody who has no mouse. */
class Typist {
  readonly #t: Test
  readonly #person: Person

  constructor(t: Test, person: Person) {
    this.#t = t
    this.#person = person
  }

  async press(...keys: string[]): Promise<void> {
    for (const key of keys) await this.#person.page.keyboard.press(key)
  }

  /** Goes to an element with a key, which is to show on the way where it is. */
  async walk(key: 'Tab' | 'Shift+Tab' | 'ArrowDown', id: string): Promise<void> {
    const way: string[] = []
    while (!way.at(-1)?.split(' ').includes(id)) {
      if (way.length > 40) throw new Error(`${id} is not on the way: ${way.join(', ')}`)
      await this.press(key)
      way.push(await this.isAt())
    }
  }

  /** Where the focus is, which has to be seen. @param id  where it should be: an id, or a class */
  async isAt(id?: string): Promise<string> {
    const { page } = this.#person
    if (id !== undefined)
      await page.waitForFunction((id) => document.activeElement?.matches(`[id="${id}"], .${id}`), id)
    const found = await page.evaluate(() => {
      const element = document.activeElement ?? document.body
      const { outlineStyle, outlineWidth } = getComputedStyle(element)
      const { left, top, right, bottom } = element.getBoundingClientRect()
      return {
        id: element.id || element.className || element.tagName,
        isSeen: element.matches(':focus-visible') && outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2,
        isInside: left < innerWidth && top < innerHeight && right > 0 && bottom > 0,
        isLost: element === document.body,
      }
    })
    this.#t.match(found, { isSeen: true, isInside: true, isLost: false }, `the focus is seen on ${found.id}`)
    return found.id
  }
}

for (const name of ['chromium', 'firefox'] satisfies BrowserName[]) {
  t.test(`a whole call by keyboard alone, in ${name}`, async (t) => {
    const { url } = await startService(t)
    const link = `${url}/#room=keyboard`
    const ada = await Person.open(t, await openBrowser(name), link)
    const bo = await Person.open(t, await openBrowser('chromium'), link)
    const { page } = ada
    const keys = new Typist(t, ada)
    const waitFor = (selector: string) => page.waitForSelector(selector, { state: 'attached' })
    await waitFor('#preview')

    // Whoever has a link to a room only needs to join.
    await keys.isAt('join')
    await keys.walk('Shift+Tab', 'name')
    await page.keyboard.type('Ada')
    await keys.walk('Tab', 'join')
    await keys.press('Enter')
    await ada.view('call')
    await keys.isAt('leave')
    await bo.join('keyboard', 'Bo')
    await ada.state('connected')
    await bo.seesAndHears(5)
    await keys.isAt('leave')

    await waitFor('#mic[aria-pressed="true"]')
    await keys.press('m')
    await waitFor('#mic[aria-pressed="false"]')
    await keys.walk('Shift+Tab', 'mic')
    await keys.press('Space')
    await waitFor('#mic[aria-pressed="true"]')
    await keys.walk('Tab', 'camera')
    await keys.press('Enter')
    await waitFor('#camera[aria-pressed="false"]')
    await keys.press('v')
    await waitFor('#camera[aria-pressed="true"]')

    await t.test('the menu, and what is in it', async (t) => {
      await keys.walk('Tab', 'more')
      await keys.press('ArrowDown')
      await keys.isAt('hand')
      await keys.press('End')
      const last = await keys.isAt()
      await keys.press('ArrowDown')
      await keys.isAt('hand')
      await keys.press('ArrowUp')
      t.equal(await keys.isAt(), last, 'round and round')
      await keys.press('Home', 'ArrowDown')
      await keys.isAt('invite-others')
      await keys.press('Escape')
      await keys.isAt('more')
      await page.waitForSelector('#more-menu', { state: 'hidden' })
      await keys.press('Enter', 'Tab')
      await keys.isAt('hand')
      await keys.press('Enter')
      await bo.isTold(texts.raisedHand('Ada'))
      await keys.isAt('more')
      await keys.press('ArrowDown', 'ArrowDown', 'Enter')
      await keys.isAt('copy-invite')
      await keys.walk('Tab', 'close-invite')
      await keys.press('Enter')
      await keys.isAt('more')
      for (const [button, dialog] of [
        ['stats-button', 'details'],
        ['devices-button', 'devices-dialog'],
        ['keys-button', 'keys-dialog'],
      ] as const) {
        await keys.press('Enter')
        await keys.walk('ArrowDown', button)
        await keys.press('Enter')
        await page.waitForSelector(`#${dialog}`, { state: 'visible' })
        await keys.press('Escape')
        await page.waitForSelector(`#${dialog}`, { state: 'hidden' })
        await keys.isAt('more')
      }
    })

    await t.test('the chat, and the code of the call', async () => {
      await keys.press('c')
      await keys.isAt('chat-text')
      await page.keyboard.type('by hand')
      await keys.press('Enter')
      await bo.isTold(`${texts.writes('Ada')} by hand`)
      await keys.walk('Shift+Tab', 'close-chat')
      await keys.press('Enter')
      await keys.isAt('chat')
      await keys.walk('Shift+Tab', 'check-code')
      await keys.press('Enter')
      await page.waitForSelector('#code-dialog', { state: 'visible' })
      while (!(await page.locator('#code-dialog [value="matches"]:focus').count())) await keys.press('Tab')
      await keys.press('Enter')
      await page.waitForSelector('#code-dialog', { state: 'hidden' })
      await keys.isAt('check-code')
    })

    await keys.walk('Tab', 'move-self')
    await keys.press('ArrowLeft')
    await waitFor('#tiles[data-corner="bottom-left"]')
    await keys.press('ArrowUp')
    await waitFor('#tiles[data-corner="top-left"]')
    await keys.isAt('move-self')
    await keys.walk('Tab', 'leave')
    await keys.press('Enter')
    await ada.view('end')
    await keys.isAt('rejoin')
    await keys.press('Enter')
    await ada.view('call')
    await ada.state('connected')
    await keys.isAt('leave')
    t.strictSame(ada.complaints, [])
  })
}

t.test('a host by keyboard alone: who can come in, and who knocks', async (t) => {
  const { url } = await startService(t, access)
  const browser = await openBrowser('chromium')
  const room = 'keyboard'
  const ada = await Person.open(t, browser, await invite(url, { room, name: 'Ada', role: 'host' }))
  const keys = new Typist(t, ada)
  await keys.isAt('join')
  await keys.press('Enter')
  await ada.view('call')
  await keys.walk('Shift+Tab', 'more')
  await keys.walk('ArrowDown', 'door')
  await keys.press('Enter')
  await ada.page.waitForSelector('#door-dialog [value="open"]:focus')
  await keys.press('ArrowDown')
  await ada.page.waitForSelector('#door-dialog [value="knock"]:checked:focus')
  await keys.press('Enter')
  await ada.isTold(texts.doorIs.knock)
  await keys.isAt('more')
  t.ok(await ada.page.isVisible('#door-mark'))
  t.match(await ada.page.textContent('#door-note'), texts.doorIs.knock)

  const bo = await Person.open(t, browser, await invite(url, { room, name: 'Bo' }))
  await bo.page.click('#join')
  await ada.page.waitForSelector('.knock')
  await keys.isAt('more')
  for (let steps = 0; !(await ada.page.locator('.knock .primary:focus').count()); steps += 1) {
    if (steps > 20) throw new Error('whoever knocks cannot be let in by keyboard')
    await keys.press('Shift+Tab')
    await keys.isAt()
  }
  await keys.press('Enter')
  await bo.view('call')
  await ada.state('connected')
  await keys.isAt('leave')
  t.strictSame(ada.complaints, [])
})
