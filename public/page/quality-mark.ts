import { make } from './elements.js'
import type { Texts } from './texts.js'

/** What the mark shows of a `Quality`. A reason that has no words here is left out. */
export interface ShownQuality {
  readonly level: 0 | 1 | 2 | 3 | 4
  readonly reason?: string
}

/** From this level down the mark stands out: something can be seen or heard to be wrong. */
const worstGoodLevel = 3

/** How good a connection is, as four bars; in words for whoever does not see them. */
export class QualityMark {
  readonly element = make('span', 'quality', make('i', ''), make('i', ''), make('i', ''), make('i', ''))
  #quality: ShownQuality | undefined

  constructor() {
    this.element.setAttribute('role', 'img')
    this.element.hidden = true
  }

  /** Whether it stands out. */
  get isPoor(): boolean {
    return this.#quality !== undefined && this.#quality.level < worstGoodLevel
  }

  /** @param quality  undefined while nothing is known; then there is no mark */
  show(quality: ShownQuality | undefined, texts: Texts): void {
    this.#quality = quality
    this.element.hidden = quality === undefined
    if (quality === undefined) return
    const sentence = describe(quality, texts)
    // About once a second: what has not changed is not written again.
    if (this.element.getAttribute('aria-label') === sentence) return
    this.element.dataset['level'] = String(quality.level)
    this.element.toggleAttribute('data-poor', this.isPoor)
    this.element.setAttribute('aria-label', sentence)
    this.element.title = sentence
  }

  /** Shows the texts of another language. */
  speak(texts: Texts): void {
    this.show(this.#quality, texts)
  }
}

/** The quality in words: how good, and where it is not good, why. */
export function describe({ level, reason }: ShownQuality, texts: Texts): string {
  const { qualityLevels, qualityReasons } = texts
  const sentence = qualityLevels[level]
  const why = level < worstGoodLevel ? Object.entries(qualityReasons).find(([key]) => key === reason)?.[1] : undefined
  return why === undefined ? sentence : `${sentence} ${why}`
}
