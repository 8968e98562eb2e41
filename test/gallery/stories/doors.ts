import { access } from '../../browser/invitations.js'
import { room } from '../scene.js'
import { openMenu, type Story } from '../story.js'

export const doors: readonly Story[] = [
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
]
