import type { NetworkOutcome } from '../network/network-check.js'
import type { Shape } from './shape.js'

const en = {
  network: {
    relayed: 'Your network blocks direct calls. The server’s relay will be used.',
    'no-relay':
      'Your network blocks calls, and this server has no relay: you may see and hear nobody. Try another network.',
    'relay-away':
      'Your network blocks calls, and the server’s relay cannot be reached: you may see and hear nobody. Try another network.',
  } satisfies Partial<Record<NetworkOutcome, string>>,
  toCheck: 'Check it',
} satisfies Shape

const zhCN: typeof en = {
  network: {
    relayed: '你的网络不允许直接通话，将通过服务器的中继进行。',
    'no-relay': '你的网络不允许通话，此服务器也没有中继：你可能看不到也听不到任何人。请换一个网络。',
    'relay-away': '你的网络不允许通话，也无法连到服务器的中继：你可能看不到也听不到任何人。请换一个网络。',
  },
  toCheck: '检查网络',
}

/** What is wrong with the network, before a call. */
export const networkTexts = { en, 'zh-CN': zhCN }
