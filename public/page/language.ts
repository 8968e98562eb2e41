import { Emitter } from '../sdk/index.js'
import { personOfFragment } from './room-id.js'
import { recall, remember } from './settings.js'
import { type Language, languages, type Texts } from './texts.js'

/**
 * The language to begin with.
 *
 * @param saved      what the person chose here before
 * @param preferred  what the browser prefers (`navigator.languages`), best first
 */
export function chooseLanguage(saved: string | undefined, preferred: readonly string[]): Language {
  if (isLanguage(saved)) return saved
  for (const tag of preferred) {
    const [primary] = tag.toLowerCase().split('-')
    // Traditional Chinese has no texts of its own; simplified is nearer to it than English.
    if (primary === 'zh') return 'zh-CN'
    if (primary === 'en') return 'en'
  }
  return 'en'
}

/** Whether the page speaks this language. */
export function isLanguage(tag: string | undefined): tag is Language {
  return tag !== undefined && Object.hasOwn(languages, tag)
}

/** The language in use. `change` tells that every text of the page is another now. */
export class Speech extends Emitter<{ change: Texts }> {
  #language = chooseLanguage(personOfFragment(location.hash).lang ?? recall('language'), navigator.languages)

  get language(): Language {
    return this.#language
  }

  get texts(): Texts {
    return languages[this.#language].texts
  }

  /** Changes the language of the page, and remembers it. */
  use(language: Language): void {
    this.#language = language
    remember('language', language)
    this.apply()
  }

  /**
   * Writes the texts into index.html: the content of `[data-text]`, the accessible name of `[data-label]`, the placeholder
   * of `[data-placeholder]`.
   */
  apply(): void {
    document.documentElement.lang = this.#language
    document.documentElement.dir = languages[this.#language].direction
    for (const element of document.querySelectorAll<HTMLElement>('[data-text]')) {
      element.textContent = this.#plain(element.dataset['text'])
    }
    for (const element of document.querySelectorAll<HTMLElement>('[data-label]')) {
      element.setAttribute('aria-label', this.#plain(element.dataset['label']))
    }
    for (const element of document.querySelectorAll<HTMLElement>('[data-placeholder]')) {
      element.setAttribute('placeholder', this.#plain(element.dataset['placeholder']))
    }
    this.emit('change', this.texts)
  }

  #plain(key: string | undefined): string {
    const text = Object.entries(this.texts).find(([name]) => name === key)?.[1]
    if (typeof text === 'string') return text
    throw new Error(`index.html asks for the text ${key}, which is none`)
  }
}
