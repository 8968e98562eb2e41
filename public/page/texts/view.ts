import type { Shape } from './shape.js'

const en = {
  pip: 'Small window',
  pipNobody: 'Nobody has a picture to show in a small window.',
  pipFailed: 'The small window could not be opened.',
  fullscreen: 'Full screen',
} satisfies Shape

const zhCN: typeof en = {
  pip: '小窗播放',
  pipNobody: '目前没有可在小窗中显示的画面。',
  pipFailed: '无法打开小窗。',
  fullscreen: '全屏',
}

/** Other ways to look at a call. */
export const viewTexts = { en, 'zh-CN': zhCN }
