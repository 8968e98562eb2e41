import { find } from './elements.js'

/** What has no place in the bar. It is a popover of the browser's, so that a press elsewhere or Escape closes it. */
export class MoreMenu {
  readonly #menu = find('more-menu', HTMLElement)
  readonly #more = find('more', HTMLButtonElement)

  constructor() {
    // Before the item does what it does: a dialog gives the focus back to what had it when it was opened.
    this.#menu.addEventListener(
      'click',
      ({ target }) => {
        if (!(target instanceof Element) || target.closest('.menu-item') === null) return
        this.#menu.hidePopover()
        this.#more.focus()
      },
      { capture: true },
    )
    this.#menu.addEventListener('beforetoggle', () => this.#place())
    globalThis.addEventListener('resize', () => this.#place())
    this.#menu.addEventListener('keydown', (event) => this.#walk(event))
    this.#more.addEventListener('keydown', (event) => {
      if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
      this.#menu.showPopover()
      this.#walk(event)
    })
  }

  /** The call is over. */
  close(): void {
    this.#menu.hidePopover()
  }

  /** Tells the styles where the button is; where it is not to be seen, neither is the menu. */
  #place(): void {
    const { left, right } = this.#more.getBoundingClientRect()
    const isMirrored = getComputedStyle(this.#menu).direction === 'rtl'
    const fromEnd = isMirrored ? left : document.documentElement.clientWidth - right
    this.#menu.style.setProperty('--from-end', `${Math.round(fromEnd)}px`)
  }

  #walk(event: KeyboardEvent): void {
    const items = Array.from(this.#menu.querySelectorAll<HTMLElement>('.menu-item')).filter((item) =>
      item.checkVisibility(),
    )
    const at = items.findIndex((item) => item.matches(':focus'))
    const next = stepFrom(at, event.key)
    if (next === undefined) return
    event.preventDefault()
    items.at(next % items.length)?.focus()
  }
}

/** Where a key leads in the menu, -1 being its last item; undefined for one that leads nowhere. @param at  -1 for outside of it */
function stepFrom(at: number, key: string): number | undefined {
  switch (key) {
    case 'ArrowDown':
      return at + 1
    case 'ArrowUp':
      return Math.max(at, 0) - 1
    case 'Home':
      return 0
    case 'End':
      return -1
    default:
      return undefined
  }
}
