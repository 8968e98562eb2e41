import { find } from './elements.js'

/** The list of the keys that do something by themselves. */
export class KeysDialog {
  readonly #dialog = find('keys-dialog', HTMLDialogElement)

  constructor() {
    for (const id of ['show-keys', 'keys-button']) {
      find(id, HTMLButtonElement).addEventListener('click', () => this.open())
    }
  }

  open(): void {
    if (!this.#dialog.open) this.#dialog.showModal()
  }

  /** The call is over. */
  close(): void {
    this.#dialog.close()
  }
}
