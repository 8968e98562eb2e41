import type { PageState } from './call-state.js'
import { make } from './elements.js'
import type { Texts } from './texts.js'
import { advice, type Trouble } from './trouble.js'

/** What the person is told: what is wrong, and what to do next. */
export function sentenceOf(trouble: Trouble, texts: Texts): string {
  return `${texts.troubles[trouble]} ${texts.nextSteps[trouble]}`
}

/** The same, to be seen. */
export function write(element: HTMLElement, trouble: Trouble | undefined, texts: Texts): void {
  element.hidden = trouble === undefined
  if (trouble === undefined) element.replaceChildren()
  else element.replaceChildren(make('strong', '', texts.troubles[trouble]), ` ${texts.nextSteps[trouble]}`)
}

/** What the page is about then. */
export function stateOf(trouble: Trouble): PageState {
  return advice[trouble].state ?? 'rejected'
}

/** What the browser itself lacks for a call, before anybody asks for one. */
export function standingTrouble(): Trouble | undefined {
  if (typeof globalThis.RTCPeerConnection !== 'function') return 'unsupported'
  return navigator.onLine ? undefined : 'offline'
}
