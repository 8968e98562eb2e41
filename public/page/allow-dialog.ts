import { find, make } from './elements.js'
import type { Speech } from './language.js'
import type { LocalMedia } from './local-media.js'
import { refusalOfAny } from './media-help.js'
import { browserKindOf, systemKindOf } from './permission-help.js'

/** Says step by step how camera and microphone are allowed in this browser. */
export class AllowDialog {
  readonly #media: LocalMedia
  readonly #speech: Speech
  readonly #dialog = find('allow-dialog', HTMLDialogElement)

  constructor(media: LocalMedia, speech: Speech) {
    this.#media = media
    this.#speech = speech
    find('how-to-allow', HTMLButtonElement).addEventListener('click', () => this.#open())
    this.#dialog.addEventListener('close', () => {
      if (this.#dialog.returnValue === 'again') void media.open()
    })
    // What was to be allowed is allowed.
    media.on('change', () => {
      if (this.#dialog.open && refusalOfAny(media) === undefined) this.#dialog.close('')
    })
    speech.on('change', () => this.#write())
  }

  #open(): void {
    this.#write()
    this.#dialog.returnValue = ''
    this.#dialog.showModal()
  }

  #write(): void {
    const { allowSteps, systemSteps } = this.#speech.texts
    const bySite = allowSteps[browserKindOf(navigator)]
    const bySystem = systemSteps[systemKindOf(navigator)]
    const isSystem = refusalOfAny(this.#media) === 'system'
    list('allow-steps', isSystem ? bySystem : bySite)
    list('allow-more-steps', bySystem)
    find('allow-more', HTMLElement).hidden = isSystem
  }
}

function list(id: string, steps: string): void {
  find(id, HTMLOListElement).replaceChildren(...steps.split('\n').map((step) => make('li', 'step', step)))
}
