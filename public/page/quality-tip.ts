import { find, keepFocus } from './elements.js'

/** Between the mark and what it says, and from the edges of the window. */
const gapPx = 8

/**
 * Says in a small bubble what a quality mark means: for whoever sees the four bars, by pointer, touch or key. Tiles come and go, so
 * it listens to all of them.
 */
export class QualityTip {
  readonly #bubble = find('quality-tip', HTMLElement)
  readonly #sentence = find('quality-sentence', HTMLElement)
  #mark: Element | undefined
  readonly #changes = new MutationObserver(() => this.#write())
  /** Where the tiles are divided anew, the mark is elsewhere. */
  readonly #moves = new ResizeObserver(() => this.#place())

  /** @param onDetails  is told whose connection the person wants to know more about, by the id of the peer */
  constructor(onDetails: (peerId: string | undefined) => void) {
    find('tiles', HTMLElement).addEventListener('click', ({ target }) => {
      const mark = target instanceof Element ? target.closest('.quality') : null
      if (mark !== null) this.#open(mark)
    })
    this.#bubble.addEventListener('toggle', () => this.#bubble.matches(':popover-open') || this.#onClose())
    find('quality-details', HTMLButtonElement).addEventListener('click', () => {
      const tile = this.#mark?.closest<HTMLElement>('.tile')
      this.#bubble.hidePopover()
      onDetails(tile?.dataset['peer'])
    })
  }

  /** The call is over. */
  close(): void {
    this.#bubble.hidePopover()
  }

  #open(mark: Element): void {
    this.#mark = mark
    this.#write()
    this.#changes.observe(mark, { attributeFilter: ['aria-label'] })
    this.#bubble.showPopover()
    this.#place()
    this.#moves.observe(mark.closest('.tile') ?? mark)
    find('quality-details', HTMLButtonElement).focus()
  }

  #write(): void {
    this.#sentence.textContent = this.#mark?.getAttribute('aria-label') ?? ''
  }

  /** Above the mark where there is room, else below it; never beyond the window. */
  #place(): void {
    const mark = this.#mark
    if (mark === undefined || mark.getClientRects().length === 0) {
      // The person has gone, or there is nothing more to say.
      keepFocus(this.#bubble)
      this.#bubble.hidePopover()
      return
    }
    const { left, top, bottom } = mark.getBoundingClientRect()
    const { offsetWidth: width, offsetHeight: height } = this.#bubble
    const above = top - height - gapPx
    this.#bubble.style.left = `${Math.max(gapPx, Math.min(left, innerWidth - width - gapPx))}px`
    this.#bubble.style.top = `${above >= gapPx ? above : Math.min(bottom + gapPx, innerHeight - height - gapPx)}px`
  }

  #onClose(): void {
    this.#changes.disconnect()
    this.#moves.disconnect()
  }
}
