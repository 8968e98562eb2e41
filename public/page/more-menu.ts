import { find } from './elements.js'

/** What has no place in the bar. It is a popover of the browser's, so that a press elsewhere or Escape closes it. */
export class MoreMenu {
  readonly #menu = find('more-menu', HTMLElement)

  constructor() {
    const more = find('more', HTMLButtonElement)
    // Before the item does what it does: a dialog gives the focus back to what had it when it was opened.
    this.#menu.addEventListener(
      'click',
      ({ target }) => {
        if (!(target instanceof Element) || target.closest('.menu-item') === null) return
        this.#menu.hidePopover()
        more.focus()
      },
      { capture: true },
    )
  }

  /** The call is over. */
  close(): void {
    this.#menu.hidePopover()
  }
}
