import { icon, make } from './elements.js'
import type { Texts } from './texts.js'

/** The place of a raised hand, and how many there are. */
export interface HandPlace {
  readonly place: number
  readonly count: number
}

/** The mark of a raised hand; where there are several it says which one it is. */
export class HandMark {
  readonly element = make('span', 'hand-mark', icon('hand'))
  readonly #number = make('span', 'hand-place')

  constructor() {
    this.element.setAttribute('role', 'img')
    this.element.append(this.#number)
    this.element.hidden = true
  }

  /** What it says; '' while no hand is raised. */
  get name(): string {
    return this.element.hidden ? '' : (this.element.getAttribute('aria-label') ?? '')
  }

  /**
   * @param hand      undefined while it is not raised
   * @param sentence  what it means, in words
   */
  show(hand: HandPlace | undefined, sentence: string, texts: Texts): void {
    this.element.hidden = hand === undefined
    if (hand === undefined) return
    const isOneOfSeveral = hand.count > 1
    this.#number.textContent = isOneOfSeveral ? String(hand.place) : ''
    this.element.setAttribute(
      'aria-label',
      isOneOfSeveral ? `${sentence} ${texts.handPlace(String(hand.place))}` : sentence,
    )
  }
}
