import type { Shape } from './shape.js'

const en = {
  endLeft: 'You left the call',
  endPutAway: 'The call ended when you left this page',
  endLost: 'The call ended',
  endFull: 'Somebody else took your place: the room is full now.',
  endKicked: 'You were removed from the call',
  rejoin: 'Rejoin',
  backToStart: 'Back to start',
  titleEnded: 'Call ended',
} satisfies Shape

const zhCN: typeof en = {
  endLeft: '你已离开通话',
  endPutAway: '你离开了此页面，通话已结束',
  endLost: '通话已结束',
  endFull: '有人已占用你的位置，房间已满。',
  endKicked: '你已被移出通话',
  rejoin: '重新加入',
  backToStart: '返回首页',
  titleEnded: '通话已结束',
}

/** After a call. */
export const endTexts = { en, 'zh-CN': zhCN }
