import type { Language } from '../texts.js'

/** Every text of the page that is shown without a network, in one language. */
export interface OfflineTexts {
  readonly offline: string
  readonly offlineText: string
  readonly serviceAway: string
  readonly serviceAwayText: string
  readonly again: string
}

const en: OfflineTexts = {
  offline: 'You are offline',
  offlineText: 'The call page opens by itself when the network is back.',
  serviceAway: 'The service cannot be reached',
  serviceAwayText:
    'Your device has a network, but nobody answers. The call page opens by itself when the service is back.',
  again: 'Try again',
}

const zhCN: OfflineTexts = {
  offline: '你已离线',
  offlineText: '网络恢复后，通话页面会自动打开。',
  serviceAway: '无法连接到服务',
  serviceAwayText: '你的设备已联网，但服务没有响应。服务恢复后，通话页面会自动打开。',
  again: '重试',
}

export const offlineTexts: Readonly<Record<Language, OfflineTexts>> = { en, 'zh-CN': zhCN }
