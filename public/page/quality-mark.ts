import { keepFocus, make } from './elements.js'
import { describe, type ShownQuality } from './quality-sentence.js'
import type { Texts } from './texts.js'

/** From this level down the mark stands out: something can be seen or heard to be wrong. */
const worstGoodLevel = 3

/** How good a connection is, as four bars; in words for whoever does not see them. Pressing it is `QualityTip`'s. */
export class QualityMark {
  readonly element = make('button', 'quality', make('i', ''), make('i', ''), make('i', ''), make('i', ''))
  #quality: ShownQuality | undefined
  #name: string | undefined

  constructor() {
    this.element.type = 'button'
    this.element.hidden = true
  }

  /** Whether it stands out. */
  get isPoor(): boolean {
    return this.#quality !== undefined && this.#quality.level < worstGoodLevel
  }

  /**
   * @param quality  undefined while nothing is known; then there is no mark
   * @param name     of the peer
   */
  show(quality: ShownQuality | undefined, name: string | undefined, texts: Texts): void {
    this.#quality = quality
    this.#name = name
    if (quality === undefined) keepFocus(this.element)
    this.element.hidden = quality === undefined
    if (quality === undefined) return
    const sentence = describe(quality, name, texts)
    // About once a second: what has not changed is not written again.
    if (this.element.getAttribute('aria-label') === sentence) return
    this.element.dataset['level'] = String(quality.level)
    this.element.toggleAttribute('data-poor', this.isPoor)
    this.element.setAttribute('aria-label', sentence)
    // One that is good again goes out of sight where there is one other person only.
    if (this.element.getClientRects().length === 0) keepFocus(this.element)
  }

  /** Shows the texts of another language. */
  speak(texts: Texts): void {
    this.show(this.#quality, this.#name, texts)
  }
}
