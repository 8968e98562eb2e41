import { lobby, openMenu, type Story, share, writeToEachOther } from '../story.js'

export const calls: readonly Story[] = [
  {
    name: 'alone',
    states: [
      { name: 'lobby', reach: lobby },
      { name: 'lobby-devices', reach: ({ me }) => me.page.click('#devices > summary') },
      {
        name: 'lobby-notice',
        reach: async ({ me }) => {
          await me.page.click('#devices > summary')
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
      { name: 'group-of-4-chat', reach: writeToEachOther },
      {
        name: 'group-of-5',
        reach: async (scene) => {
          await scene.me.page.click('#close-chat')
          await (await scene.crowd()).share('Dee', null)
          await scene.come('Eve')
        },
      },
      { name: 'group-of-8', reach: (scene) => scene.come('Finn', 'Gul', 'Wilhelmina-Charlotte') },
      { name: 'group-of-8-screen', reach: (scene) => share(scene, 'Gul', [1280, 800]) },
      { name: 'group-of-8-two-screens', reach: (scene) => share(scene, 'Bo', [600, 900]) },
    ],
  },
]
