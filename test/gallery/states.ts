import type { BuildOptions } from '../../src/index.js'
import { access } from '../browser/invitations.js'
import { room, type Scene } from './scene.js'

/** How the page can look, and how one gets there from the state before it in the story. */
export interface State {
  readonly name: string
  readonly reach: (scene: Scene) => Promise<unknown>
}

/** States that come one after the other. */
export interface Story {
  readonly name: string
  readonly states: readonly State[]
  readonly service?: BuildOptions
  /** What the page's console says of necessity. */
  readonly expected?: RegExp
}

/** Everything that the gallery shows, and that axe looks at. Another state is another line here. */
export const stories: readonly Story[] = [
  {
    name: 'alone',
    states: [
      { name: 'lobby', reach: lobby },
      { name: 'lobby-devices', reach: ({ me }) => me.page.click('summary') },
      {
        name: 'lobby-notice',
        reach: async ({ me }) => {
          await me.page.click('summary')
          await me.page.click('#join')
          await me.page.waitForSelector('#lobby-notice', { state: 'visible' })
        },
      },
      {
        name: 'waiting',
        reach: async (scene) => {
          await scene.joins('Ada')
          await scene.me.isTold(scene.texts.waiting)
        },
      },
      { name: 'waiting-menu', reach: openMenu },
    ],
  },
  {
    name: 'pair',
    states: [
      {
        name: 'pair',
        reach: async (scene) => {
          await lobby(scene)
          await scene.joins('Ada')
          await scene.come('Bo')
          await scene.me.page.waitForSelector('.tile .check-code', { state: 'visible' })
        },
      },
      { name: 'pair-menu', reach: openMenu },
      {
        name: 'pair-invite',
        reach: async ({ me }) => {
          await me.page.click('#invite-others')
          await me.page.waitForSelector('#invite', { state: 'visible' })
        },
      },
      {
        name: 'pair-code',
        reach: async ({ me }) => {
          await me.page.click('#close-invite')
          await me.page.click('.check-code')
        },
      },
      {
        name: 'pair-own-corner',
        reach: async ({ me }) => {
          await me.page.click('#code-dialog [value="matches"]')
          await me.page.focus('#move-self')
          await me.page.keyboard.press('ArrowLeft')
        },
      },
      {
        name: 'pair-all-off',
        reach: async ({ me }) => {
          await me.page.keyboard.press('ArrowRight')
          await me.page.click('#mic')
          await me.page.click('#camera')
          await me.page.waitForSelector('#self-tile:not([data-picture])')
        },
      },
      {
        name: 'pair-sharing',
        reach: async ({ me }) => {
          await me.page.click('#camera')
          await me.page.click('#screen')
          await me.page.waitForSelector('#sharing', { state: 'visible' })
        },
      },
      {
        name: 'pair-left',
        reach: async (scene) => {
          await scene.me.page.click('#stop-sharing')
          await (await scene.crowd()).leave('Bo')
          await scene.me.isTold(scene.texts.left('Bo'))
        },
      },
      {
        name: 'end',
        reach: async ({ me }) => {
          await me.page.click('#leave')
          await me.view('end')
        },
      },
    ],
  },
  {
    name: 'group',
    states: [
      {
        name: 'pair-screen',
        reach: async (scene) => {
          await lobby(scene)
          await scene.joins('Ada')
          await scene.come('Bo')
          await share(scene, 'Bo', [1280, 800])
        },
      },
      {
        name: 'group-of-3',
        reach: async (scene) => {
          await (await scene.crowd()).share('Bo', null)
          await scene.come('Cy')
        },
      },
      { name: 'group-of-4', reach: (scene) => scene.come('Dee') },
      { name: 'group-of-4-screen', reach: (scene) => share(scene, 'Dee', [1280, 800]) },
      {
        name: 'group-of-5',
        reach: async (scene) => {
          await (await scene.crowd()).share('Dee', null)
          await scene.come('Eve')
        },
      },
      { name: 'group-of-8', reach: (scene) => scene.come('Finn', 'Gul', 'Wilhelmina-Charlotte') },
      { name: 'group-of-8-screen', reach: (scene) => share(scene, 'Gul', [1280, 800]) },
      { name: 'group-of-8-two-screens', reach: (scene) => share(scene, 'Bo', [600, 900]) },
    ],
  },
  {
    name: 'host',
    service: { ...access, waitingRoom: true },
    states: [
      {
        name: 'host-knock',
        reach: async (scene) => {
          await scene.opens(await scene.invite({ name: 'Ada', role: 'host' }))
          await scene.joins()
          await scene.knocks('Bo')
          await scene.me.page.waitForSelector('.knock')
        },
      },
      {
        name: 'host-remove',
        reach: async (scene) => {
          await scene.me.page.click('.knock .primary')
          await scene.areSeen()
          await scene.me.page.focus('.remove')
          await scene.me.page.keyboard.press('Enter')
        },
      },
      {
        name: 'host-door',
        reach: async ({ me }) => {
          await me.page.keyboard.press('Escape')
          await me.choose('#door')
          await me.page.check('#door-dialog [value="locked"]')
          await me.page.waitForSelector('#door-mark:not([hidden])')
        },
      },
      { name: 'host-locked', reach: ({ me }) => me.page.click('#door-dialog .primary') },
      { name: 'host-menu', reach: openMenu },
    ],
  },
  {
    name: 'guest',
    service: { ...access, waitingRoom: true },
    states: [
      {
        name: 'needs-invite',
        reach: async (scene) => {
          await scene.opens(`${scene.url}/#room=${room}`)
          await scene.me.page.click('#join')
          await scene.me.state('denied')
        },
      },
      {
        name: 'knocking',
        reach: async (scene) => {
          await scene.welcomesHost()
          await scene.opens(await scene.invite({ name: 'Bo', subject: 'bo' }))
          await scene.me.page.click('#join')
          await scene.me.state('knocking')
        },
      },
      {
        name: 'refused',
        reach: async ({ me, host }) => {
          await host.page.click('.knock .secondary')
          await me.state('refused')
        },
      },
      {
        name: 'own-invite',
        reach: async ({ me, host }) => {
          await me.page.click('#join')
          await host.page.click('.knock .primary')
          await me.view('call')
          await me.page.waitForSelector('.tile[data-state="live"]')
          await openMenu({ me })
        },
      },
      {
        name: 'removed',
        reach: async ({ me, host }) => {
          await me.page.keyboard.press('Escape')
          await host.page.focus('.remove')
          await host.page.keyboard.press('Enter')
          await host.page.click('#remove-dialog [value="remove"]')
          await me.view('end')
        },
      },
      {
        name: 'locked',
        reach: async (scene) => {
          await scene.host.page.evaluate(() => globalThis.signalboxCall?.host?.lock())
          await scene.host.page.waitForSelector('#door-mark:not([hidden])')
          await scene.opens(await scene.invite({ name: 'Cy' }))
          await scene.me.page.click('#join')
          await scene.me.state('locked')
        },
      },
    ],
  },
  {
    name: 'trouble',
    expected: /WebSocket connection to|ERR_CONNECTION_REFUSED/,
    states: [
      {
        name: 'devices-refused',
        reach: async (scene) => {
          await scene.opens(scene.url, 'refused')
          await scene.me.page.waitForSelector('#media-help', { state: 'visible' })
        },
      },
      {
        name: 'room-full',
        reach: async (scene) => {
          await lobby(scene)
          const crowd = await scene.crowd()
          for (const name of ['Bo', 'Cy']) await crowd.join('full', name, { capacity: 2, hasCamera: false })
          await scene.me.page.fill('#room', 'full')
          await scene.me.page.click('#join')
          await scene.me.state('full')
        },
      },
      {
        name: 'reconnecting',
        reach: async (scene) => {
          await scene.joins('Ada')
          await scene.come('Bo')
          await scene.service.close()
          await scene.me.page.waitForSelector('#pill', { state: 'visible' })
        },
      },
      {
        name: 'server-away',
        reach: async ({ me }) => {
          await me.page.click('#leave')
          await me.view('end')
          await me.page.click('#rejoin')
          await me.state('server-away')
        },
      },
    ],
  },
]

async function lobby(scene: Scene): Promise<void> {
  const { page } = await scene.opens()
  await page.waitForFunction(() => (document.querySelector<HTMLVideoElement>('#preview')?.videoWidth ?? 0) > 0)
}

async function openMenu({ me }: Pick<Scene, 'me'>): Promise<void> {
  await me.page.click('#more')
  await me.page.waitForSelector('#more-menu:popover-open')
}

/** Somebody shares a page of text; resolves when it is to be seen. */
async function share(scene: Scene, name: string, size: readonly [width: number, height: number]): Promise<void> {
  const before = await scene.me.page.locator('.screen-tile').count()
  await (await scene.crowd()).share(name, size)
  await scene.me.page.waitForFunction(
    (before) => document.querySelectorAll('.screen-tile').length === before + 1,
    before,
  )
  await scene.areSeen()
}
