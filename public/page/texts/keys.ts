import type { Shape } from './shape.js'

const en = {
  shortcuts: 'Use keyboard shortcuts',
  showKeys: 'Which ones?',
  keysTitle: 'Keyboard shortcuts',
  spaceBar: 'Space bar',
  keyMic: 'Microphone on or off',
  keyTalk: 'Hold it to talk while your microphone is off',
  keyCamera: 'Camera on or off',
  keyScreen: 'Share your screen, or stop',
  keyChat: 'Open the chat, or close it',
  keyHand: 'Raise your hand, or lower it',
  keyKeys: 'This list',
  keysOff: 'They can be switched off under Devices.',
  talking: 'You can be heard while you hold the space bar.',
} satisfies Shape

const zhCN: typeof en = {
  shortcuts: '使用键盘快捷键',
  showKeys: '有哪些？',
  keysTitle: '键盘快捷键',
  spaceBar: '空格键',
  keyMic: '打开或关闭麦克风',
  keyTalk: '麦克风关闭时，按住即可说话',
  keyCamera: '打开或关闭摄像头',
  keyScreen: '共享屏幕或停止共享',
  keyChat: '打开或关闭聊天',
  keyHand: '举手或放下',
  keyKeys: '显示此列表',
  keysOff: '可在“设备”中停用。',
  talking: '按住空格键时，对方能听到你说话。',
}

/** The keys that do something by themselves. */
export const keysTexts = { en, 'zh-CN': zhCN }
