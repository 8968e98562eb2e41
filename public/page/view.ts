import type { PageState } from './call-state.js'
import { find } from './elements.js'

/** The three screens of the page. */
export type View = 'lobby' | 'call' | 'end'

const views: readonly View[] = ['lobby', 'call', 'end']

/** Shows one screen; `document.documentElement.dataset.view` tells styles and tests which. */
export function setView(view: View): void {
  document.documentElement.dataset['view'] = view
  for (const other of views) find(other, HTMLElement).hidden = other !== view
}

/** Tells styles and tests what the page is about, in `document.documentElement.dataset.state`. */
export function setState(state: PageState): void {
  document.documentElement.dataset['state'] = state
}
