import t, { type Test } from 'tap'
import { heightToAskFor } from '../../public/page/shown-heights.js'
import { languages } from '../../public/page/texts.js'
import { Client, startService } from '../helper.js'
import { faults } from './accessibility.js'
import { openBrowser, Person } from './browsers.js'
import { Crowd } from './crowd.js'

const { texts } = languages.en

const sizes = {
  phone: { width: 360, height: 740 },
  landscape: { width: 740, height: 360 },
  desktop: { width: 1280, height: 800 },
}
const names = ['Ada', 'Bo', 'Cy', 'Dee', 'Eve', 'Finn', 'Wilhelmina-Charlotte']

/** How much of the stage the tiles take at least. */
const leastShare = { grid: 0.7, spotlight: 0.6 }

declare global {
  /** How high each control channel of the page has said that it shows what comes in a slot. */
  var signalboxWanted: Map<RTCDataChannel, Partial<Record<string, number>>> | undefined
}

/** Keeps what the page tells its peers of the size of their pictures. */
function keepWanted(): void {
  const wanted = new Map<RTCDataChannel, Partial<Record<string, number>>>()
  globalThis.signalboxWanted = wanted
  const send = RTCDataChannel.prototype.send
  RTCDataChannel.prototype.send = function (this: RTCDataChannel, data: string | Blob | ArrayBuffer | ArrayBufferView) {
    const message: unknown = typeof data === 'string' ? JSON.parse(data) : undefined
    const isWant = this.label === 'signalbox.control' && Reflect.get(Object(message), 'type') === 'want'
    if (isWant) wanted.set(this, Reflect.get(Object(message), 'heights'))
    Reflect.apply(send, this, [data])
  }
}

interface Box {
  readonly what: string
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

t.test('from two to eight people, everybody is seen on every size and in both themes', async (t) => {
  const browser = await openBrowser('chromium')
  const { url } = await startService(t)
  const me = await Person.open(t, browser, url, { reducedMotion: 'reduce', prepare: keepWanted })
  const crowd = await Crowd.open(t, browser, url)
  await me.join('room', 'Me')
  const hasSaid = await listenToStatus(me)
  let others = 0
  for (const people of [2, 3, 5, 8]) {
    await t.test(`${people} people`, async (t) => {
      for (; others < people - 1; others += 1) {
        // One without a camera, and one who is heard.
        await crowd.join('room', names[others] ?? '', { hasCamera: others !== 2, hasSound: others === 1 })
      }
      await allAreSeen(me, people - 1)
      if (people > 2) await isSpeaking(me, 'Bo')
      if (people === 3) await me.page.waitForSelector('[data-part="grid"] .quality[data-level]')
      if (people === 5) await hasSaid(texts.joined('Cy'), texts.joined('Cy and Dee'))
      await looksRight(t, me, `room-of-${people}`, people === 2 || people === 8 ? ['light', 'dark'] : ['light'])
    })
  }

  await t.test('a ninth is told that the room is full', async (t) => {
    const ninth = await Client.connect(t, url)
    ninth.send({ type: 'join', roomId: 'room' })
    await ninth.next('full')
  })

  await t.test('everybody is told how high their picture is shown, and that it is not', async () => {
    await me.page.setViewportSize(sizes.desktop)
    await wants(me, 'camera', 7, heightToAskFor({ width: 398, height: 224 }, 16 / 9, 'cover', 1))
    await me.page.setViewportSize(sizes.phone)
    await wants(me, 'camera', 7, heightToAskFor({ width: 168, height: 151 }, 16 / 9, 'cover', 1))
    await setVisibility(me, 'hidden')
    await wants(me, 'camera', 7, 0)
    await crowd.leave('Wilhelmina-Charlotte')
    await wants(me, 'camera', 6, 0)
    await crowd.join('room', 'Wilhelmina-Charlotte')
    // Who comes meanwhile is not looked at either.
    await wants(me, 'camera', 7, 0)
    await setVisibility(me, 'visible')
    await wants(me, 'camera', 7, heightToAskFor({ width: 168, height: 151 }, 16 / 9, 'cover', 1))
  })

  await t.test('a shared screen is what everybody looks at, with the faces beside it', async (t) => {
    await crowd.share('Ada', [960, 600])
    await isShownLarge(me, 'Ada', 960 / 600)
    t.equal(await me.page.textContent('[data-part="spotlight"] .tile-name'), texts.screenOf('Ada'))
    await looksRight(t, me, 'screen-of-ada', ['dark'])
    await me.page.setViewportSize(sizes.desktop)
    await isSharp(me, 600)
    await me.screenshot('screen-of-ada-sharp')
    const room = await me.page.$eval('[data-part="spotlight"] video', (video) => ({
      width: video.clientWidth,
      height: video.clientHeight,
    }))
    await wants(me, 'screen', 1, heightToAskFor(room, 960 / 600, 'contain', 1))
  })

  await t.test('of several screens the newest is large, and another can be chosen by keyboard', async (t) => {
    await crowd.share('Dee', [600, 800])
    await isShownLarge(me, 'Dee', 600 / 800)
    await looksRight(t, me, 'two-screens', ['light'])
    await me.page.focus('[data-part="strip"] .choose')
    await me.page.keyboard.press('Enter')
    await isShownLarge(me, 'Ada', 960 / 600)
    t.equal(
      await me.page.evaluate(() => document.activeElement?.getAttribute('aria-label')),
      texts.showScreenOf('Ada'),
      'the focus stays on what was chosen',
    )
    t.equal(await me.page.getAttribute('.choose:focus', 'aria-pressed'), 'true')
  })

  await t.test('a screen that ends gives way to the other one, and the last one to the grid', async () => {
    await crowd.share('Ada', null)
    await isShownLarge(me, 'Dee', 600 / 800)
    await crowd.share('Dee', null)
    await me.page.waitForSelector('#tiles[data-layout="grid"]')
  })

  await t.test('who goes together is named together, and two people are a pair again', async (t) => {
    await crowd.leave('Dee', 'Eve')
    // Each says it over a connection of its own, so either can be heard first.
    await me.page.waitForFunction(() => {
      const status = document.querySelector('#status')?.textContent ?? ''
      return status === 'Dee and Eve left.' || status === 'Eve and Dee left.'
    })
    await crowd.leave(...names.filter((name) => !['Ada', 'Dee', 'Eve'].includes(name)))
    await me.page.waitForSelector('#tiles[data-layout="pair"]')
    await me.isTold(texts.connected('Ada'))
    await crowd.leave('Ada')
    await me.isTold(texts.left('Ada'))
    t.strictSame(me.complaints, [])
  })
})

t.test('a screen is shared until it is stopped', async (t) => {
  const browser = await openBrowser('chromium')
  const { url } = await startService(t)
  const [ada, bo] = [await Person.open(t, browser, url), await Person.open(t, browser, url)]
  await ada.join('screen', 'Ada')
  await bo.join('screen', 'Bo')
  await Promise.all([ada.state('connected'), bo.state('connected')])
  const isShared = async (isShared: boolean): Promise<void> => {
    await ada.page.waitForSelector(`#screen[aria-pressed="${isShared}"]`)
    await ada.page.waitForSelector('#sharing', { state: isShared ? 'visible' : 'hidden' })
    await bo.page.waitForSelector(`#tiles[data-layout="${isShared ? 'spotlight' : 'pair'}"]`)
  }

  await t.test('by key: the other sees and hears it', async (t) => {
    await ada.page.keyboard.press('s')
    await isShared(true)
    await ada.isTold(texts.sharing)
    await bo.page.waitForFunction(() => {
      const video = document.querySelector<HTMLVideoElement>('[data-part="spotlight"] video')
      return video !== null && !video.muted && video.getVideoPlaybackQuality().totalVideoFrames > 5
    })
    await hearsScreen(bo)
    await Promise.all([ada.screenshot('sharing'), bo.screenshot('shared-with-one')])
    t.strictSame(await faults(ada), [])
    await ada.page.setViewportSize(sizes.phone)
    await ada.screenshot('sharing-phone')
    await ada.page.setViewportSize(sizes.desktop)
  })

  await t.test('stopped in the page', async (t) => {
    await ada.page.click('#stop-sharing')
    await isShared(false)
    await ada.isTold(texts.sharingStopped)
    t.equal(await ada.page.evaluate(() => document.activeElement?.id), 'screen', 'the focus is not lost')
  })

  await t.test('by click, and stopped in the browser', async () => {
    await ada.page.click('#screen')
    await isShared(true)
    await ada.isTold(texts.sharing)
    await ada.page.evaluate(() => {
      const stream = document.querySelector<HTMLVideoElement>('#sharing-preview')?.srcObject
      const [track] = stream instanceof MediaStream ? stream.getVideoTracks() : []
      track?.stop()
      // A browser says so when the person stops it, not when the page does.
      track?.dispatchEvent(new Event('ended'))
    })
    await isShared(false)
    await ada.isTold(texts.sharingStopped)
  })

  await t.test('who says no is left in peace, and what goes wrong is said', async (t) => {
    const refuse = (name: string) =>
      ada.page.evaluate((name) => {
        navigator.mediaDevices.getDisplayMedia = async () => {
          throw new DOMException('made to fail', name)
        }
      }, name)
    await refuse('NotAllowedError')
    await ada.page.click('#screen')
    t.equal(await ada.page.getAttribute('#screen', 'aria-pressed'), 'false')
    await refuse('NotReadableError')
    await ada.page.click('#screen')
    await ada.isTold(texts.screenFailed)
    t.strictSame([ada.complaints, bo.complaints], [[], []])
  })

  await t.test('where the browser cannot, there is no such button', async (t) => {
    const prepare = () => void Reflect.deleteProperty(MediaDevices.prototype, 'getDisplayMedia')
    const cy = await Person.open(t, browser, url, { prepare })
    await cy.join('phone')
    t.equal(await cy.page.isVisible('#screen'), false)
  })
})

/** Waits until the sound of the screen arrives. */
async function hearsScreen({ page }: Person): Promise<void> {
  await page.waitForFunction(
    async () => {
      const [peer] = globalThis.signalboxCall?.peers.values() ?? []
      const [sound] = peer?.stream('screen').getAudioTracks() ?? []
      const receiver = peer?.pc.getReceivers().find(({ track }) => track === sound)
      const reports = [...((await receiver?.getStats())?.values() ?? [])]
      return reports.some(({ type, totalAudioEnergy }) => type === 'inbound-rtp' && totalAudioEnergy > 0)
    },
    null,
    { polling: 200 },
  )
}

/** Waits until so many peers have been told to send a picture of this height. */
async function wants({ page }: Person, slot: string, count: number, height: number): Promise<void> {
  await page.waitForFunction(
    ([slot, count, height]) => {
      const open = [...(globalThis.signalboxWanted ?? [])].filter(([channel]) => channel.readyState === 'open')
      return open.filter(([, heights]) => heights[slot] === height).length === count
    },
    [slot, count, height] as const,
  )
}

/** As when the person turns to another tab, or comes back. */
async function setVisibility({ page }: Person, state: DocumentVisibilityState): Promise<void> {
  await page.evaluate((state) => {
    Object.defineProperty(document, 'visibilityState', { value: state, configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))
  }, state)
}

/** Waits until so many others are there and every picture that is sent moves. */
async function allAreSeen({ page }: Person, others: number): Promise<void> {
  await page.waitForFunction((others) => {
    const tiles = Array.from(document.querySelectorAll<HTMLElement>('.tile[data-peer]'))
    const isSeen = (tile: HTMLElement): boolean => {
      const video = tile.querySelector('video')
      return !tile.hasAttribute('data-picture') || (video?.getVideoPlaybackQuality().totalVideoFrames ?? 0) > 3
    }
    const pictures = tiles.filter((tile) => tile.hasAttribute('data-picture')).length
    const withCamera = others > 2 ? others - 1 : others
    return (
      tiles.length === others &&
      tiles.every((tile) => tile.dataset['state'] === 'live' && isSeen(tile)) &&
      pictures === withCamera
    )
  }, others)
}

/** @returns waits until the page has said one of these sentences since now, if only for a moment */
async function listenToStatus({ page }: Person): Promise<(...sentences: string[]) => Promise<unknown>> {
  await page.evaluate(() => {
    const said: string[] = []
    Object.assign(globalThis, { said })
    const status = document.querySelector('#status')
    if (status === null) throw new Error('there is no live region')
    const listen = new MutationObserver(() => said.push(status.textContent ?? ''))
    listen.observe(status, { childList: true, characterData: true, subtree: true })
  })
  return (...sentences) =>
    page.waitForFunction(
      (sentences) => sentences.some((text) => Reflect.get(globalThis, 'said').includes(text)),
      sentences,
    )
}

async function isSpeaking({ page }: Person, name: string): Promise<void> {
  await page.waitForFunction(
    (name) => document.querySelector('.tile[data-speaking] .tile-name')?.textContent === name,
    name,
  )
}

async function isShownLarge({ page }: Person, name: string, shape: number): Promise<void> {
  await page.waitForFunction(
    ([title, shape]) => {
      const tile = document.querySelector('[data-part="spotlight"]')
      const { videoWidth = 0, videoHeight = 0 } = tile?.querySelector('video') ?? {}
      // It may come smaller in the beginning.
      return (
        tile?.querySelector('.tile-name')?.textContent === title && Math.abs(videoWidth / videoHeight - shape) < 0.02
      )
    },
    [texts.screenOf(name), shape] as const,
  )
}

/** A pixel arrives for each one that is shown, or as many as there are. */
async function isSharp({ page }: Person, sourceHeight: number): Promise<void> {
  await page.waitForFunction((sourceHeight) => {
    const video = document.querySelector<HTMLVideoElement>('[data-part="spotlight"] video')
    if (video === null) return false
    const shownHeight = Math.min(video.clientHeight, (video.clientWidth * video.videoHeight) / video.videoWidth)
    return video.videoHeight >= Math.min(sourceHeight, Math.floor(shownHeight))
  }, sourceHeight)
}

/** In every size and theme: nothing covers anything, the room is used, and axe finds no fault. */
async function looksRight(
  t: Test,
  person: Person,
  name: string,
  themes: readonly ('light' | 'dark')[] = ['light', 'dark'],
): Promise<void> {
  const { page } = person
  for (const [sizeName, viewport] of Object.entries(sizes)) {
    await page.setViewportSize(viewport)
    for (const colorScheme of themes) {
      await page.emulateMedia({ colorScheme })
      await person.screenshot(`${name}-${sizeName}-${colorScheme}`)
      if (colorScheme === themes[0]) await isLaidOut(t, person, `${name}-${sizeName}`)
      // In landscape there is nothing that is not there on the others.
      if (sizeName !== 'landscape')
        t.strictSame(await faults(person), [], `${name}-${sizeName}-${colorScheme} has no fault that axe can find`)
    }
  }
}

async function isLaidOut(t: Test, { page }: Person, name: string): Promise<void> {
  const { layout, stage, tiles, labels, bar, view } = await page.evaluate(() => {
    const boxOf = (element: Element): Box => {
      const { left, top, right, bottom } = element.getBoundingClientRect()
      const what = element.closest('[data-part]')?.querySelector('.tile-name')?.textContent ?? element.className
      return { what, left, top, right, bottom }
    }
    const boxes = (selector: string): Box[] =>
      Array.from(document.querySelectorAll(selector))
        .filter((element) => element.checkVisibility())
        .map(boxOf)
    const stage = document.querySelector('#tiles')
    return {
      layout: stage instanceof HTMLElement ? stage.dataset['layout'] : undefined,
      stage: boxes('#tiles'),
      tiles: boxes('#tiles > *'),
      labels: boxes('#tiles .tile-label'),
      bar: boxes('.bar'),
      view: { what: 'the window', left: 0, top: 0, right: innerWidth, bottom: innerHeight },
    }
  })
  const faults: string[] = []
  const isInside = (inner: Box, outer: Box): boolean =>
    inner.left >= outer.left - 0.5 &&
    inner.top >= outer.top - 0.5 &&
    inner.right <= outer.right + 0.5 &&
    inner.bottom <= outer.bottom + 0.5
  const areApart = (a: Box, b: Box): boolean =>
    a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top
  for (const box of [...tiles, ...labels, ...bar]) if (!isInside(box, view)) faults.push(`${box.what} sticks out`)
  for (const label of labels) {
    for (const cover of bar) if (!areApart(label, cover)) faults.push(`the bar covers ${label.what}`)
    if (!tiles.some((tile) => isInside(label, tile))) faults.push(`the label ${label.what} is in no tile`)
  }
  if (layout !== 'pair') {
    for (const [index, a] of [...tiles, ...bar].entries()) {
      for (const b of [...tiles, ...bar].slice(index + 1))
        if (!areApart(a, b)) faults.push(`${a.what} covers ${b.what}`)
    }
    const area = ({ left, top, right, bottom }: Box): number => (right - left) * (bottom - top)
    const share = tiles.reduce((sum, tile) => sum + area(tile), 0) / stage.reduce((sum, box) => sum + area(box), 0)
    const least = layout === 'grid' ? leastShare.grid : leastShare.spotlight
    if (share < least) faults.push(`only ${share} of the stage is used`)
    t.comment(`${name}: ${Math.round(share * 100)} % of the stage`)
  }
  t.strictSame(faults, [], `${name}: nothing covers anything, and the room is used`)
}
