import { lobby, type Story } from '../story.js'

export const faults: readonly Story[] = [
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
        name: 'how-to-allow',
        reach: async ({ me }) => {
          await me.page.click('#how-to-allow')
          await me.page.click('#allow-more > summary')
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
  {
    name: 'network',
    // Nobody is there.
    service: {
      turnUrls: ['turn:127.0.0.1:9'],
      turnSecrets: ['the secret of a relay that is away'],
      turnCheckIntervalMs: 0,
    },
    states: [
      {
        name: 'lobby-network',
        reach: async (scene) => {
          await lobby(scene)
          await scene.me.page.waitForSelector('#network-notice', { state: 'visible' })
        },
      },
    ],
  },
]
