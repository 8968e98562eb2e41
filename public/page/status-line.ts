import { find } from './elements.js'

/** What comes within this time is one announcement: only the last of it is said. */
const coalesceMs = 150
/** A good news has been read by then; afterwards it only covers the picture. */
const quietAfterMs = 4000

/** The one polite live region of the page, and during a call its visible line. */
export class StatusLine {
  readonly #element = find('status', HTMLElement)
  #timer: ReturnType<typeof setTimeout> | undefined
  #quietTimer: ReturnType<typeof setTimeout> | undefined

  /**
   * Says a sentence.
   *
   * @param passing  whether it may go out of sight after a moment
   */
  say(sentence: string, { passing = false }: { readonly passing?: boolean } = {}): void {
    clearTimeout(this.#timer)
    clearTimeout(this.#quietTimer)
    this.#timer = setTimeout(() => {
      if (this.#element.textContent !== sentence) this.#element.textContent = sentence
      delete this.#element.dataset['quiet']
      if (passing) this.#quietTimer = setTimeout(() => (this.#element.dataset['quiet'] = ''), quietAfterMs)
    }, coalesceMs)
  }
}
