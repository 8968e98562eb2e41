import { allowTexts } from './texts/allow.js'
import { callTexts } from './texts/call.js'
import { chatTexts } from './texts/chat.js'
import { codeTexts } from './texts/code.js'
import { connectionTexts } from './texts/connection.js'
import { detailsTexts } from './texts/details.js'
import { devicesTexts } from './texts/devices.js'
import { endTexts } from './texts/end.js'
import { filesTexts } from './texts/files.js'
import { handsTexts } from './texts/hands.js'
import { hostTexts } from './texts/host.js'
import { inviteTexts } from './texts/invite.js'
import { keysTexts } from './texts/keys.js'
import { lobbyTexts } from './texts/lobby.js'
import { networkTexts } from './texts/network.js'
import { qualityTexts } from './texts/quality.js'
import { screenTexts } from './texts/screen.js'
import { troubleTexts } from './texts/trouble.js'
import { viewTexts } from './texts/view.js'

const en = {
  ...allowTexts.en,
  ...callTexts.en,
  ...chatTexts.en,
  ...codeTexts.en,
  ...connectionTexts.en,
  ...detailsTexts.en,
  ...devicesTexts.en,
  ...endTexts.en,
  ...filesTexts.en,
  ...handsTexts.en,
  ...hostTexts.en,
  ...inviteTexts.en,
  ...keysTexts.en,
  ...lobbyTexts.en,
  ...qualityTexts.en,
  ...networkTexts.en,
  ...screenTexts.en,
  ...troubleTexts.en,
  ...viewTexts.en,
}

/** Every text of the page in one language. */
export type Texts = typeof en

const zhCN: Texts = {
  ...allowTexts['zh-CN'],
  ...callTexts['zh-CN'],
  ...chatTexts['zh-CN'],
  ...codeTexts['zh-CN'],
  ...connectionTexts['zh-CN'],
  ...detailsTexts['zh-CN'],
  ...devicesTexts['zh-CN'],
  ...endTexts['zh-CN'],
  ...filesTexts['zh-CN'],
  ...handsTexts['zh-CN'],
  ...hostTexts['zh-CN'],
  ...inviteTexts['zh-CN'],
  ...keysTexts['zh-CN'],
  ...lobbyTexts['zh-CN'],
  ...qualityTexts['zh-CN'],
  ...networkTexts['zh-CN'],
  ...screenTexts['zh-CN'],
  ...troubleTexts['zh-CN'],
  ...viewTexts['zh-CN'],
}

/** The languages of the page by their BCP 47 tags, with what they call themselves and where their lines begin. */
export const languages = {
  en: { own: 'English', direction: 'ltr', texts: en },
  'zh-CN': { own: '简体中文', direction: 'ltr', texts: zhCN },
} as const

/** A language of the page. */
export type Language = keyof typeof languages
