import { find } from './elements.js'
import type { LocalMedia } from './local-media.js'
import { areShortcutsOn, isTyping } from './shortcuts.js'

/**
 * While the space bar is held a microphone that is off is heard. It is let go with whatever could hide that the key was: an
 * open microphone that nobody knows of is worse than a word that is cut off.
 */
export class PushToTalk {
  readonly #media: LocalMedia
  readonly #isActive: () => boolean
  readonly #sign = find('talking', HTMLElement)
  /** `spent`: the key is still down, and says nothing any more. */
  #key: 'up' | 'talking' | 'spent' = 'up'
  /** Whether what has the focus showed that when it got it. In Chromium it does so at the next key, whatever gave it the focus. */
  #isFocusSeen = false

  /** @param isActive  whether the key counts now */
  constructor(media: LocalMedia, isActive: () => boolean) {
    this.#media = media
    this.#isActive = isActive
    // Before the control that has the focus takes the key for a click.
    document.addEventListener('keydown', (event) => this.#onKeyDown(event), { capture: true })
    document.addEventListener('keyup', (event) => this.#onKeyUp(event), { capture: true })
    for (const type of ['blur', 'pagehide']) globalThis.addEventListener(type, () => this.release())
    document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && this.release())
    document.addEventListener('focusin', ({ target }) => {
      this.#isFocusSeen = target instanceof Element && target.matches(':focus-visible')
      if (isTyping(target)) this.release()
    })
    media.on('change', () => this.#show())
  }

  /** The microphone is off again, whatever the key is. */
  release(): void {
    if (this.#key === 'talking') this.#key = 'spent'
    this.#media.talk(false)
    this.#show()
  }

  #onKeyDown(event: KeyboardEvent): void {
    if (event.key !== ' ') return
    if (event.repeat) {
      // A key that is held says so again and again; what has the focus must not take that for a press of its own.
      if (this.#key !== 'up') event.preventDefault()
      return
    }
    this.#key = 'up'
    const hasModifier = event.ctrlKey || event.metaKey || event.altKey || event.shiftKey
    if (hasModifier || !areShortcutsOn() || !this.#isActive() || this.#usesSpace(event.target)) return
    if (this.#media.isWanted('mic') || document.querySelector('dialog[open]') !== null) return
    event.preventDefault()
    this.#key = 'talking'
    this.#media.talk(true)
    this.#show()
  }

  #onKeyUp(event: KeyboardEvent): void {
    if (event.key !== ' ' || this.#key === 'up') return
    // A button is clicked when the key comes up: that of the microphone, say, which would then stay on.
    event.preventDefault()
    this.release()
    this.#key = 'up'
  }

  /**
   * Whether the space bar belongs to what has the focus: where somebody types, and on a control that shows its focus. One that was
   * clicked with a mouse has it, too, but showed nothing of it, and nobody means it.
   */
  #usesSpace(target: EventTarget | null): boolean {
    if (!(target instanceof Element) || target === document.body) return false
    return isTyping(target) || this.#isFocusSeen
  }

  #show(): void {
    this.#sign.hidden = !(this.#key === 'talking' && this.#media.isOn('mic'))
  }
}
