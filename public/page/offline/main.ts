/**
 * The page that the service worker shows where no page can be had, at the address of that page: says so, and goes there by itself
 * once it can.
 *
 * @module
 */
import { find } from '../elements.js'
import { chooseLanguage } from '../language.js'
import { recall } from '../settings.js'
import { setTitle } from '../title.js'
import { offlineTexts } from './texts.js'

const firstAskMs = 1000
const longestAskMs = 30_000

const language = chooseLanguage(recall('language'), navigator.languages)
const texts = offlineTexts[language]
let askAfterMs = firstAskMs
let timer: ReturnType<typeof setTimeout> | undefined

function say(): void {
  const { onLine } = navigator
  const title = onLine ? texts.serviceAway : texts.offline
  setTitle(title)
  find('title', HTMLElement).textContent = title
  find('text', HTMLElement).textContent = onLine ? texts.serviceAwayText : texts.offlineText
}

/** Asks whether the service is there, later each time; and at once where something tells that it may be. */
async function ask(): Promise<void> {
  clearTimeout(timer)
  say()
  const isThere = await fetch('./livez', { cache: 'no-store' }).then(
    ({ ok }) => ok,
    () => false,
  )
  // The fragment stays, with the room; and a call that a reload interrupted goes on.
  if (isThere) return location.reload()
  clearTimeout(timer)
  timer = setTimeout(() => void ask(), askAfterMs)
  askAfterMs = Math.min(askAfterMs * 2, longestAskMs)
}

document.documentElement.lang = language
const again = find('again', HTMLButtonElement)
again.textContent = texts.again
again.addEventListener('click', () => location.reload())
globalThis.addEventListener('online', () => void ask())
globalThis.addEventListener('offline', say)
document.addEventListener('visibilitychange', () => {
  askAfterMs = firstAskMs
  if (!document.hidden) void ask()
})
await ask()
