import { lobby, type Story, writeToEachOther } from '../story.js'

export const panels: readonly Story[] = [
  {
    name: 'panels',
    states: [
      {
        name: 'pair-hands',
        reach: async (scene) => {
          await lobby(scene)
          await scene.joins('Ada')
          await scene.come('Bo')
          await (await scene.crowd()).raiseHand('Bo')
          await scene.me.isTold(scene.texts.raisedHand('Bo'))
          await scene.me.choose('#hand')
          await scene.me.page.waitForSelector('#self-tile .hand-mark', { state: 'visible' })
        },
      },
      {
        name: 'pair-unread',
        reach: async (scene) => {
          await (await scene.crowd()).write('Bo', 'Shall we begin?')
          await scene.me.page.waitForSelector('#chat-unread', { state: 'visible' })
        },
      },
      { name: 'pair-chat', reach: writeToEachOther },
      {
        name: 'pair-file',
        reach: async (scene) => {
          await (await scene.crowd()).offerFile('Bo', 'Minutes of the meeting.pdf', 240_000)
          await scene.me.page.waitForSelector('.file-name', { state: 'visible' })
        },
      },
      {
        name: 'pair-details',
        reach: async ({ me }) => {
          await me.page.click('#close-chat')
          await me.choose('#stats-button')
          await me.page.waitForFunction(() => Number(document.querySelector('.figures .number')?.textContent) > 0)
        },
      },
      {
        name: 'pair-devices',
        reach: async ({ me }) => {
          await me.page.click('#close-details')
          await me.choose('#devices-button')
          await me.page.waitForSelector('#mic-meter', { state: 'visible' })
        },
      },
      {
        name: 'pair-keys',
        reach: async ({ me }) => {
          await me.page.click('#devices-dialog .primary')
          await me.choose('#keys-button')
          await me.page.waitForSelector('#keys-dialog', { state: 'visible' })
        },
      },
    ],
  },
]
