import { find } from './elements.js'

/** What comes within this time is one announcement. */
const coalesceMs = 150
/** A good news, or an announcement, has been read by then; afterwards it only covers the picture. */
const quietAfterMs = 4000

/** The one polite live region of the page, and during a call its visible line. */
export class StatusLine {
  readonly #element = find('status', HTMLElement)
  #standing = ''
  #isPassing = false
  #isAnnouncing = false
  #pending: string[] = []
  #timer: ReturnType<typeof setTimeout> | undefined

  /**
   * Says how things stand. It stays until another sentence is said.
   *
   * @param passing  whether it may go out of sight after a moment; then it also waits until an announcement has been read
   */
  say(sentence: string, { passing = false }: { readonly passing?: boolean } = {}): void {
    // The same again is no news, and does not cut an announcement short.
    if (sentence === this.#standing && passing === this.#isPassing) return
    this.#standing = sentence
    this.#isPassing = passing
    if (passing && this.#isAnnouncing) return
    this.#pending = []
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#stand(), coalesceMs)
  }

  /**
   * Says something that happened, also the same again; afterwards the line says how things stand.
   *
   * @param seen  whether the line shows it, because nothing else on the page does
   */
  announce(sentence: string, { seen = true }: { readonly seen?: boolean } = {}): void {
    // A live region says what changes in it.
    if (this.#element.textContent === sentence) this.#element.textContent = ''
    clearTimeout(this.#timer)
    this.#isAnnouncing = true
    if (!this.#pending.includes(sentence)) this.#pending.push(sentence)
    this.#timer = setTimeout(() => {
      this.#write(this.#pending.join(' '), seen ? 'announcement' : 'unseen')
      this.#pending = []
      this.#timer = setTimeout(() => this.#stand(), quietAfterMs)
    }, coalesceMs)
  }

  #stand(): void {
    this.#isAnnouncing = false
    this.#write(this.#standing, 'standing')
    if (this.#isPassing) this.#timer = setTimeout(() => (this.#element.dataset['quiet'] = ''), quietAfterMs)
  }

  #write(sentence: string, kind: 'standing' | 'announcement' | 'unseen'): void {
    if (this.#element.textContent !== sentence) this.#element.textContent = sentence
    this.#element.dataset['kind'] = kind
    delete this.#element.dataset['quiet']
  }
}
