import type { Shape } from './shape.js'

const en = {
  callTitle: 'Call',
  controls: 'Call controls',
  you: 'You',
  moveSelf: 'Move your picture: with the arrow keys, or by dragging it',
  corners: {
    'bottom-right': 'Your picture is at the bottom right.',
    'bottom-left': 'Your picture is at the bottom left.',
    'top-left': 'Your picture is at the top left.',
    'top-right': 'Your picture is at the top right.',
  },
  more: 'More',
  leave: 'Leave',
  done: 'Done',
  cancel: 'Cancel',
  close: 'Close',
  tapToHear: 'Tap to hear',
  micOff: 'Microphone is off',
  mutedSpeech: 'Your microphone is off: the others do not hear you.',
  waiting: 'Waiting for the other person…',
  left: (name) => (name ? `${name} left.` : 'The other person left.'),
  present: (name) => (name ? `In the call: ${name}.` : 'Somebody is in the call.'),
  joined: (name) => (name ? `${name} joined.` : 'Somebody joined.'),
  lostOne: (name) => (name ? `${name} lost the connection.` : 'Somebody lost the connection.'),
  others: (count) => (count === '1' ? 'one other' : `${count ?? 'some'} others`),
  lost: (name) =>
    name
      ? `The connection to ${name} was lost. They can come back with the same link.`
      : 'The connection to the other person was lost. They can come back with the same link.',
  titleWaiting: 'Waiting',
  titleConnecting: 'Connecting',
  titleUnstable: 'Unstable',
  titleConnected: (name) => name || 'In a call',
} satisfies Shape

const zhCN: typeof en = {
  callTitle: '通话',
  controls: '通话控制',
  you: '我',
  moveSelf: '移动你的画面：用方向键，或拖动',
  corners: {
    'bottom-right': '你的画面在右下角。',
    'bottom-left': '你的画面在左下角。',
    'top-left': '你的画面在左上角。',
    'top-right': '你的画面在右上角。',
  },
  more: '更多',
  leave: '离开',
  done: '完成',
  cancel: '取消',
  close: '关闭',
  tapToHear: '点按播放声音',
  micOff: '麦克风已关闭',
  mutedSpeech: '你的麦克风已关闭，对方听不到你说话。',
  waiting: '正在等待对方加入…',
  left: (name) => (name ? `${name} 已离开。` : '对方已离开。'),
  present: (name) => (name ? `通话中有：${name}。` : '通话中还有一人。'),
  joined: (name) => (name ? `${name} 已加入。` : '有人已加入。'),
  lostOne: (name) => (name ? `${name} 的连接已断开。` : '有人的连接已断开。'),
  others: (count) => `另外 ${count ?? '几'} 人`,
  lost: (name) =>
    name ? `与 ${name} 的连接已断开，对方可通过同一链接重新加入。` : '与对方的连接已断开，对方可通过同一链接重新加入。',
  titleWaiting: '等待中',
  titleConnecting: '连接中',
  titleUnstable: '连接不稳定',
  titleConnected: (name) => name || '通话中',
}

/** In a call: what is seen of it, and who comes and goes. */
export const callTexts = { en, 'zh-CN': zhCN }
