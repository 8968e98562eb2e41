import { callTexts } from './texts/call.js'
import { codeTexts } from './texts/code.js'
import { connectionTexts } from './texts/connection.js'
import { devicesTexts } from './texts/devices.js'
import { endTexts } from './texts/end.js'
import { hostTexts } from './texts/host.js'
import { inviteTexts } from './texts/invite.js'
import { lobbyTexts } from './texts/lobby.js'
import { screenTexts } from './texts/screen.js'
import { viewTexts } from './texts/view.js'
import { troubleTexts } from './texts/trouble.js'

const en = {
  ...callTexts.en,
  ...codeTexts.en,
  ...connectionTexts.en,
  ...devicesTexts.en,
  ...endTexts.en,
  ...hostTexts.en,
  ...inviteTexts.en,
  ...lobbyTexts.en,
  ...screenTexts.en,
  ...viewTexts.en,
  ...troubleTexts.en,
}

/** Every text of the page in one language. */
export type Texts = typeof en

const zhCN: Texts = {
  ...callTexts['zh-CN'],
  ...codeTexts['zh-CN'],
  ...connectionTexts['zh-CN'],
  ...devicesTexts['zh-CN'],
  ...endTexts['zh-CN'],
  ...hostTexts['zh-CN'],
  ...inviteTexts['zh-CN'],
  ...lobbyTexts['zh-CN'],
  ...screenTexts['zh-CN'],
  ...viewTexts['zh-CN'],
  ...troubleTexts['zh-CN'],
}

/** The languages of the page by their BCP 47 tags, with what they call themselves and where their lines begin. */
export const languages = {
  en: { own: 'English', direction: 'ltr', texts: en },
  'zh-CN': { own: '简体中文', direction: 'ltr', texts: zhCN },
} as const

/** A language of the page. */
export type Language = keyof typeof languages
