import type { Shape } from './shape.js'

const en = {
  shareScreen: 'Share screen',
  screenShort: 'Screen',
  sharing: 'You are sharing your screen.',
  sharingStopped: 'You have stopped sharing your screen.',
  stop: 'Stop',
  stopSharing: 'Stop sharing',
  screenFailed: 'Your screen could not be shared.',
  sharesScreen: (name) => (name ? `${name} is sharing a screen.` : 'Somebody is sharing a screen.'),
  screenOf: (name) => (name ? `${name}'s screen` : 'Shared screen'),
  showScreenOf: (name) => (name ? `Show ${name}'s screen large` : 'Show this screen large'),
} satisfies Shape

const zhCN: typeof en = {
  shareScreen: '共享屏幕',
  screenShort: '共享屏幕',
  sharing: '你正在共享屏幕。',
  sharingStopped: '你已停止共享屏幕。',
  stop: '停止',
  stopSharing: '停止共享',
  screenFailed: '无法共享你的屏幕。',
  sharesScreen: (name) => (name ? `${name} 正在共享屏幕。` : '有人正在共享屏幕。'),
  screenOf: (name) => (name ? `${name} 的屏幕` : '共享的屏幕'),
  showScreenOf: (name) => (name ? `放大显示 ${name} 的屏幕` : '放大显示此屏幕'),
}

/** Sharing a screen. */
export const screenTexts = { en, 'zh-CN': zhCN }
