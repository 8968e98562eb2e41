import { make } from './elements.js'
import { timeIn } from './formats.js'
import type { Speech } from './language.js'
import type { Language, Texts } from './texts.js'

/** Who has said or offered something. */
export interface Author {
  readonly name: string | undefined
  /** Whether it is the person in front of this page. */
  readonly isSelf: boolean
}

/** Something in the chat, under who it is from and when it came. */
export class LogEntry {
  readonly element: HTMLElement
  /** Whether it goes on: then it stays, however much comes after it. */
  isBusy = false
  readonly #speech: Speech
  readonly #ended = new AbortController()

  /** @param content  goes below the name and the time */
  constructor(speech: Speech, { name, isSelf }: Author, ...content: readonly HTMLElement[]) {
    this.#speech = speech
    const author = make('bdi', 'entry-author')
    const time = make('time', 'entry-time')
    const at = new Date()
    time.dateTime = at.toISOString()
    this.element = make('div', 'entry', make('p', 'entry-head', author, ' ', time), ...content)
    this.element.toggleAttribute('data-own', isSelf)
    this.says(({ you, somebody }, language) => {
      author.textContent = isSelf ? you : (name ?? somebody)
      time.textContent = timeIn(language, at)
    })
  }

  /** Writes now, and again whenever the page speaks another language. */
  says(write: (texts: Texts, language: Language) => void): void {
    const { signal } = this.#ended
    this.#speech.on('change', (texts) => write(texts, this.#speech.language), { signal })
    write(this.#speech.texts, this.#speech.language)
  }

  /** Takes the entry away. */
  dispose(): void {
    this.#ended.abort()
    this.element.remove()
  }

  /** What is to be done when it is taken away. */
  onDispose(act: () => void): void {
    this.#ended.signal.addEventListener('abort', act)
  }
}
