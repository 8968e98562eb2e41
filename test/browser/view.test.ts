import { generate } from 'lean-qr'
import t, { type Test } from 'tap'
import { type Language, languages } from '../../public/page/texts.js'
import { sizes, tell } from '../gallery/look.js'
import { stories } from '../gallery/stories.js'
import { startService } from '../helper.js'
import { faults, isForAxe } from './accessibility.js'
import { openBrowser, Person } from './browsers.js'
import { Crowd } from './crowd.js'

const { texts } = languages.en

// Groups are looked at in room.test.ts as well, and take longest; the gallery has them in every language and theme.
const told = (Object.keys(languages) as Language[]).flatMap((language) =>
  stories.filter(({ name }) => name !== 'group').map((story) => ({ story, language })),
)
for (const { story, language } of told) {
  t.test(`${story.name}, ${language}: nothing sticks out, all can be hit, and axe finds no fault`, async (t) => {
    await tell(
      t,
      story,
      language,
      async (me, { state, size, theme }) => {
        const name = `${state.name}-${size}-${theme}-${language}`
        await fits(t, me, name)
        if (isForAxe(size, theme)) t.strictSame(await faults(me), [], `${name} has no fault that axe can find`)
      },
      (size, theme) => isForAxe(size, theme) || (size === 'landscape' && theme === 'light'),
    )
  })
}

/** Nothing is too wide, too small, or out of reach. */
async function fits(t: Test, { page }: Person, name: string): Promise<void> {
  const found = await page.evaluate(() => {
    const operable = Array.from(document.querySelectorAll<HTMLElement>('button, select, input, summary')).filter(
      (element) => element.checkVisibility({ visibilityProperty: true }),
    )
    const nameOf = (element: HTMLElement): string => element.id || element.textContent
    return {
      overflow: document.documentElement.scrollWidth - innerWidth,
      small: operable
        .filter((element) => element.closest('label') === null && element.getBoundingClientRect().height < 43.5)
        .map(nameOf),
      beside: operable
        .filter((element) => {
          const { left, right } = element.getBoundingClientRect()
          return left < -0.5 || right > innerWidth + 0.5
        })
        .map(nameOf),
    }
  })
  t.strictSame(found, { overflow: Math.min(0, found.overflow), small: [], beside: [] }, `${name} fits`)
}

t.test('one call, looked at in many ways', async (t) => {
  const { url } = await startService(t)
  const browser = await openBrowser('chromium')
  const me = await Person.open(t, browser, url, {
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  const { page } = me
  const crowd = await Crowd.open(t, browser, url)
  const boxOf = async (selector: string): Promise<{ x: number; y: number; width: number; height: number }> => {
    const box = await page.locator(selector).first().boundingBox()
    if (box === null) throw new Error(`${selector} is not to be seen`)
    return box
  }
  const isBefore = async (first: string, second: string): Promise<boolean> =>
    (await boxOf(first)).x < (await boxOf(second)).x
  const turn = (direction: 'ltr' | 'rtl') =>
    page.evaluate((direction) => {
      document.documentElement.dir = direction
    }, direction)

  await t.test('the lobby, from right to left', async (t) => {
    t.equal(await page.getAttribute('html', 'dir'), 'ltr')
    t.ok(await isBefore('.preview', '#join'))
    await turn('rtl')
    t.ok(await isBefore('#join', '.preview'))
    t.ok(await isBefore('#new-room', '#room'))
    for (const viewport of Object.values(sizes)) {
      await page.setViewportSize(viewport)
      await fits(t, me, `lobby from right to left, ${viewport.width}`)
    }
    await turn('ltr')
  })

  await me.join('view', 'Ada')
  await t.test('who is alone is shown the link as a code to scan', async (t) => {
    const link = await page.inputValue('#invite-link')
    t.equal(link, `${url.replace('ws', 'http')}/#room=view`)
    const code = generate(link)
    const outline = (await page.getAttribute('#invite-code path', 'd')) ?? ''
    const dark = Array.from(outline.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g), ([, from, row, count]) =>
      Array.from({ length: Number(count) }, (_, index) => `${Number(from) + index} ${row}`),
    ).flat()
    const all = Array.from({ length: code.size ** 2 }, (_, at) => [at % code.size, Math.floor(at / code.size)] as const)
    const expected = all.filter(([x, y]) => code.get(x, y)).map(([x, y]) => `${x} ${y}`)
    t.strictSame(dark.sort(), expected.sort())
    const drawn = await page.$eval('#invite-code', (svg) => {
      const [paper, ink] = svg.children
      return [
        svg.getAttribute('viewBox'),
        ...[paper, ink].map((part) => part !== undefined && getComputedStyle(part).fill),
      ]
    })
    t.strictSame(drawn, [`-4 -4 ${code.size + 8} ${code.size + 8}`, 'rgb(255, 255, 255)', 'rgb(16, 21, 19)'])
    t.equal(await page.getAttribute('#invite-code', 'aria-label'), texts.inviteCode)
  })

  for (const [name, hasSound] of [
    ['Dee', false],
    ['Bo', true],
  ] as const)
    await crowd.join('view', name, { hasSound })
  await page.waitForSelector('.tile[data-speaking][data-picture]')
  await page.waitForFunction(() => document.querySelectorAll('.tile[data-picture]').length === 2)

  await t.test('the panel that invites is a menu away, and leads back', async (t) => {
    t.equal(await page.isVisible('#invite'), false)
    await me.choose('#invite-others')
    t.ok(await page.isVisible('#invite-code'))
    t.equal(await focused(me), 'copy-invite')
    await page.keyboard.press('Enter')
    await me.isTold(texts.copiedStatus)
    t.equal(await me.copied(), await page.inputValue('#invite-link'))
    await page.keyboard.press('Escape')
    t.equal(await page.isVisible('#invite'), false)
    t.equal(await focused(me), 'more')
  })

  await t.test('the small window shows who talks, and then who is left', async (t) => {
    // The tracks stand for the streams, as each of these is another object here.
    const shown = () =>
      page.evaluate(() => {
        const video = document.pictureInPictureElement
        const [track] =
          video instanceof HTMLVideoElement && video.srcObject instanceof MediaStream
            ? video.srcObject.getVideoTracks()
            : []
        return [...(globalThis.signalboxCall?.peers.values() ?? [])].find(
          (peer) => track !== undefined && peer.stream().getVideoTracks().includes(track),
        )?.name
      })
    await me.choose('#pip')
    await page.waitForSelector('#pip[aria-pressed="true"]', { state: 'attached' })
    t.equal(await shown(), 'Bo')
    await crowd.leave('Bo')
    await page.waitForFunction(() => document.querySelectorAll('.tile').length === 1)
    t.equal(await shown(), 'Dee')
    await me.choose('#pip')
    await page.waitForSelector('#pip[aria-pressed="false"]', { state: 'attached' })
    t.equal(await page.evaluate(() => document.pictureInPictureElement), null)
    await crowd.join('view', 'Bo', { hasSound: true })
    await page.waitForSelector('.tile[data-speaking][data-picture]')
  })

  await t.test('full screen, by menu and by double click', async (t) => {
    const isFull = (isFull: boolean) =>
      page.waitForFunction((isFull) => (document.fullscreenElement !== null) === isFull, isFull)
    await me.choose('#fullscreen')
    await isFull(true)
    await page.waitForSelector('#fullscreen[aria-pressed="true"]', { state: 'attached' })
    await page.evaluate(() => document.exitFullscreen())
    await page.waitForSelector('#fullscreen[aria-pressed="false"]', { state: 'attached' })
    await page.dblclick('.tile', { position: { x: 30, y: 60 } })
    await isFull(true)
    await page.dblclick('.tile', { position: { x: 30, y: 60 } })
    await isFull(false)
    t.equal(await page.getAttribute('#fullscreen', 'aria-pressed'), 'false')
  })

  await t.test(
    'from right to left all is mirrored, but the own picture stays in the corner that was chosen',
    async (t) => {
      await page.setViewportSize(sizes.desktop)
      t.ok(await isBefore('.tile', '.tile >> nth=1'))
      await turn('rtl')
      t.ok(await isBefore('.tile >> nth=1', '.tile'), 'the grid')
      t.ok(await isBefore('#leave', '#mic'), 'the bar')
      await crowd.share('Bo', [960, 600])
      await page.waitForSelector('[data-part="spotlight"]')
      t.ok(await isBefore('[data-part="strip"]', '[data-part="spotlight"]'), 'the strip is at the end')
      const uppermost = await page.evaluate(
        () =>
          Array.from(document.querySelectorAll('[data-part="strip"]'))
            .sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)[0]
            ?.querySelector('.tile-name')?.textContent,
      )
      t.equal(uppermost, 'Bo', 'who presents is beside the screen, above who came before')
      await crowd.share('Bo', null)
      await page.waitForSelector('#tiles[data-layout="grid"]')
      for (const viewport of Object.values(sizes)) {
        await page.setViewportSize(viewport)
        await page.click('#more')
        await fits(t, me, `call from right to left, ${viewport.width}`)
        const [menu, bar] = [await boxOf('#more-menu'), await boxOf('.bar')]
        t.ok(menu.x >= 8 && menu.x + menu.width <= viewport.width - 8 && menu.y >= 0, 'the menu is in the window')
        t.ok(menu.y + menu.height <= bar.y, 'and above the bar')
        await page.keyboard.press('Escape')
      }
      await crowd.leave('Bo')
      await page.waitForSelector('#tiles[data-layout="pair"]')
      for (const viewport of Object.values(sizes)) {
        await page.setViewportSize(viewport)
        const [own, name] = [await boxOf('#self-tile'), await boxOf('.tile .tile-foot')]
        t.ok(own.x < 40 && name.x + name.width > viewport.width - 40, 'the own picture is at the end, the name is not')
      }
      await page.focus('#move-self')
      await page.keyboard.press('ArrowRight')
      await page.waitForSelector('#tiles[data-corner="bottom-right"]')
      for (const direction of ['rtl', 'ltr'] as const) {
        await turn(direction)
        const [own, name] = [await boxOf('#self-tile'), await boxOf('.tile .tile-foot')]
        t.ok(own.x + own.width > sizes.desktop.width - 40 && name.x < 40, `bottom right, ${direction}`)
      }
    },
  )

  await t.test('at 200 and 400 % nothing is lost, and nothing scrolls both ways', async (t) => {
    for (const viewport of [
      { width: 640, height: 400 },
      { width: 400, height: 250 },
      { width: 320, height: 256 },
    ]) {
      await page.setViewportSize(viewport)
      await fits(t, me, `call at ${viewport.width}`)
      t.strictSame(await covered(me, '.bar button'), [], 'the whole bar can be reached')
      await page.click('#more')
      for (const item of await page.locator('.menu-item:visible').all()) {
        await item.scrollIntoViewIfNeeded()
        t.ok(await item.evaluate((element) => element.getBoundingClientRect().bottom <= innerHeight))
      }
      await page.click('#invite-others')
      await fits(t, me, `panel at ${viewport.width}`)
      for (const id of ['#copy-invite', '#close-invite']) {
        await page.locator(id).scrollIntoViewIfNeeded()
        t.strictSame(await covered(me, id), [], `${id} can be reached`)
      }
      await me.screenshot(`zoomed-${viewport.width}`)
      await page.click('#close-invite')
    }
    await page.setViewportSize(sizes.desktop)
  })

  await t.test('with forced colours all that can be operated is seen', async (t) => {
    await page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' })
    await me.choose('#invite-others')
    const unseen = await page.evaluate(() =>
      Array.from(document.querySelectorAll<HTMLElement>('button, input'))
        .filter((element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
        .filter((element) => {
          const { borderTopWidth, borderTopColor, backgroundColor } = getComputedStyle(element)
          return Number.parseFloat(borderTopWidth) < 1 || borderTopColor === backgroundColor
        })
        .map(({ id, className }) => id || className),
    )
    t.strictSame(unseen, [])
    t.strictSame(await faults(me), [])
    await me.screenshot('forced-colours')
    await page.click('#close-invite')
    await page.click('#more')
    await me.screenshot('forced-colours-menu')
    await page.keyboard.press('Escape')
    await page.emulateMedia({ forcedColors: 'none', reducedMotion: 'reduce' })
  })

  await t.test('whoever wants no motion gets none', async (t) => {
    const moving = () =>
      page.evaluate(() =>
        Array.from(document.querySelectorAll('*'))
          .filter((element) => {
            const { transitionDuration, animationName } = getComputedStyle(element)
            return animationName !== 'none' || transitionDuration.split(', ').some((time) => time !== '0s')
          })
          .map(({ id, className }) => id || String(className)),
      )
    t.strictSame(await moving(), [])
    await page.emulateMedia({ reducedMotion: 'no-preference' })
    t.ok((await moving()).includes('status'), 'others do')
  })

  await page.click('#leave')
  await me.view('end')
  t.strictSame(me.complaints, [])
})

t.test('what a browser lacks is not offered', async (t) => {
  const { url } = await startService(t)
  const prepare = (): void => {
    for (const what of ['fullscreenEnabled', 'pictureInPictureEnabled'])
      Object.defineProperty(Document.prototype, what, { value: false })
  }
  const me = await Person.open(t, await openBrowser('firefox'), url, { prepare })
  await me.join('lacking', 'Ada')
  await me.page.click('#more')
  t.ok(await me.page.isVisible('#copy-link'))
  t.strictSame([await me.page.isVisible('#pip'), await me.page.isVisible('#fullscreen')], [false, false])
})

function focused({ page }: Person): Promise<string | undefined> {
  return page.evaluate(() => document.activeElement?.id)
}

/** Of what is meant, what somebody who presses on its middle would miss. */
function covered({ page }: Person, selector: string): Promise<string[]> {
  return page.evaluate(
    (selector) =>
      Array.from(document.querySelectorAll<HTMLElement>(selector))
        .filter((element) => element.checkVisibility())
        .filter((element) => {
          const { left, top, width, height } = element.getBoundingClientRect()
          return !element.contains(document.elementFromPoint(left + width / 2, top + height / 2))
        })
        .map(({ id }) => id),
    selector,
  )
}
