import type { Call } from '../sdk/index.js'
import { find } from './elements.js'

/** The call on the whole screen: by the menu, or by a double click on the stage. */
export class FullScreen {
  readonly #button = find('fullscreen', HTMLButtonElement)

  constructor() {
    // iPhones have it for single videos alone.
    this.#button.hidden = document.fullscreenEnabled !== true
    this.#button.addEventListener('click', () => void toggle())
    find('tiles', HTMLElement).addEventListener('dblclick', ({ target }) => {
      if (!this.#button.hidden && target instanceof Element && target.closest('button') === null) void toggle()
    })
    document.addEventListener('fullscreenchange', () => {
      this.#button.setAttribute('aria-pressed', String(document.fullscreenElement !== null))
    })
  }

  /** Follows a call to its end. */
  use(call: Call): void {
    call.on('end', () => void leave())
  }
}

async function toggle(): Promise<void> {
  if (document.fullscreenElement !== null) {
    await leave()
    return
  }
  try {
    // All of the page, or dialogs and messages would stay below.
    await document.documentElement.requestFullscreen({ navigationUI: 'hide' })
  } catch {
    // Refused, as in a frame that may not: the page stays as large as it is, which is to be seen.
  }
}

async function leave(): Promise<void> {
  if (document.fullscreenElement !== null) await document.exitFullscreen()
}
