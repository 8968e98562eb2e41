import type { Shape } from './shape.js'

const en = {
  raiseHand: 'Raise hand',
  raisedHand: (name) => (name ? `${name} has raised a hand.` : 'Somebody has raised a hand.'),
  ownHandRaised: 'Your hand is raised.',
  ownHandLowered: 'Your hand is lowered.',
  handPlace: (place) => `It is number ${place ?? 'one'}.`,
} satisfies Shape

const zhCN: typeof en = {
  raiseHand: '举手',
  raisedHand: (name) => (name ? `${name} 举手了。` : '有人举手了。'),
  ownHandRaised: '你已举手。',
  ownHandLowered: '你已放下手。',
  handPlace: (place) => `排在第 ${place ?? '一'} 位。`,
}

/** Asking for the floor. */
export const handsTexts = { en, 'zh-CN': zhCN }
