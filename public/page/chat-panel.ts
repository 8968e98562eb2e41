import { find } from './elements.js'
import type { Speech } from './language.js'
import type { LogEntry } from './log-entry.js'

/** So many entries stay; somebody could fill the memory of the others. */
const maxEntries = 500
/** So near to its end the log follows what comes. */
const nearEndPx = 60

/** The panel beside the call: what was written and offered, and the button that opens it, which counts what was not seen. */
export class ChatPanel {
  readonly log = find('chat-log', HTMLElement)
  readonly field = find('chat-text', HTMLTextAreaElement)
  readonly #speech: Speech
  readonly #element = find('chat-panel', HTMLElement)
  readonly #button = find('chat', HTMLButtonElement)
  readonly #badge = find('chat-unread', HTMLElement)
  /** The same for who does not see it, as a part of what the button is called. */
  readonly #news = find('chat-news', HTMLElement)
  /** The end stays in sight, whatever becomes longer, or leaves less room. */
  readonly #resizes = new ResizeObserver(() => {
    this.#heightPx = this.log.clientHeight
    if (this.#isAtEnd) this.#scroll()
  })
  #isAtEnd = true
  #heightPx = 0
  #entries: LogEntry[] = []
  #unread = 0

  constructor(speech: Speech) {
    this.#speech = speech
    // Scrolled by keyboard, too, in browsers that do not make what scrolls focusable by themselves.
    this.log.tabIndex = 0
    this.log.addEventListener('scroll', () => {
      const { scrollHeight, scrollTop, clientHeight } = this.log
      // Where there is another height of it nobody has scrolled.
      if (clientHeight === this.#heightPx) this.#isAtEnd = scrollHeight - scrollTop - clientHeight < nearEndPx
    })
    this.#resizes.observe(this.log)
    this.#button.addEventListener('click', () => this.toggle())
    find('close-chat', HTMLButtonElement).addEventListener('click', () => this.close())
    this.#element.addEventListener('keydown', (event) => {
      // It also ends what an input method proposes.
      if (event.key !== 'Escape' || event.isComposing) return
      event.preventDefault()
      this.close()
    })
    speech.on('change', () => this.#showUnread())
  }

  get isOpen(): boolean {
    return !this.#element.hidden
  }

  toggle(): void {
    if (this.isOpen) this.close()
    else this.open()
  }

  /** Opens it, to be written in. */
  open(): void {
    if (this.isOpen) return
    this.#setOpen(true)
    this.#unread = 0
    this.#showUnread()
    this.#scroll()
    // A keyboard that comes up by itself would cover what one wants to read.
    if (matchMedia('(pointer: coarse)').matches) this.log.focus()
    else this.field.focus()
  }

  close(): void {
    const hadFocus = this.#element.contains(document.activeElement)
    this.#setOpen(false)
    if (hadFocus) this.#button.focus()
  }

  /** Adds what came, or what one has written or offered oneself. */
  add(entry: LogEntry): void {
    this.#entries.push(entry)
    this.log.append(entry.element)
    this.#resizes.observe(entry.element)
    if (this.#entries.length > maxEntries) this.#forgetOldest()
    const isOwn = entry.element.hasAttribute('data-own')
    if (this.#isAtEnd || isOwn) this.#scroll()
    if (this.isOpen || isOwn) return
    this.#unread += 1
    this.#showUnread()
  }

  /** The call is over: what was said in it goes. */
  clear(): void {
    for (const entry of this.#entries) this.#dispose(entry)
    this.#entries = []
    this.#unread = 0
    this.#showUnread()
    this.#setOpen(false)
  }

  /** Keeps the focus in the panel, where it is on something that is about to go. */
  keepFocus(vanishing: Element): void {
    if (vanishing.contains(document.activeElement)) this.log.focus()
  }

  #setOpen(isOpen: boolean): void {
    this.#element.hidden = !isOpen
    this.#button.setAttribute('aria-expanded', String(isOpen))
  }

  #forgetOldest(): void {
    const oldest = this.#entries.find(({ isBusy }) => !isBusy)
    if (oldest === undefined) return
    this.keepFocus(oldest.element)
    this.#entries = this.#entries.filter((entry) => entry !== oldest)
    this.#dispose(oldest)
  }

  #dispose(entry: LogEntry): void {
    this.#resizes.unobserve(entry.element)
    entry.dispose()
  }

  #scroll(): void {
    this.#isAtEnd = true
    this.log.scrollTop = this.log.scrollHeight
  }

  #showUnread(): void {
    const { chatUnread } = this.#speech.texts
    this.#badge.hidden = this.#unread === 0
    this.#badge.textContent = String(this.#unread)
    this.#news.textContent = this.#unread === 0 ? '' : chatUnread(String(this.#unread))
  }
}
