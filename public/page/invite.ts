import { find, keepFocus } from './elements.js'
import { isForAnybody } from './invitation.js'
import { drawCode } from './invite-code.js'
import type { Speech } from './language.js'
import { inviteLink } from './room-id.js'
import type { StatusLine } from './status-line.js'

const copiedForMs = 2500

/** The invite link: a panel, open by itself while nobody else is here, and a button that copies it. */
export class Invite {
  readonly #panel = find('invite', HTMLElement)
  readonly #link = find('invite-link', HTMLInputElement)
  readonly #notice = find('invite-notice', HTMLElement)
  readonly #close = find('close-invite', HTMLButtonElement)
  readonly #copyButton = find('copy-invite', HTMLButtonElement)
  readonly #open = find('invite-others', HTMLButtonElement)
  readonly #speech: Speech
  readonly #status: StatusLine
  #isAlone = true
  /** Whether the invitation is this person's own, and not to be passed on. */
  #isOwn = false
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(speech: Speech, status: StatusLine) {
    this.#speech = speech
    this.#status = status
    for (const button of [this.#copyButton, find('copy-link', HTMLButtonElement)]) {
      button.addEventListener('click', () => void this.#copy())
    }
    const share = find('share-invite', HTMLButtonElement)
    // Where the device has a sheet with the ways to pass something on.
    share.hidden = typeof navigator.share !== 'function'
    share.addEventListener('click', () => void this.#share())
    this.#link.addEventListener('focus', () => this.#link.select())
    this.#open.addEventListener('click', () => {
      this.#show(true)
      this.#copyButton.focus()
    })
    const close = (): void => {
      this.#show(false)
      find('more', HTMLButtonElement).focus()
    }
    this.#close.addEventListener('click', close)
    this.#panel.addEventListener('keydown', ({ key }) => key === 'Escape' && !this.#isAlone && close())
  }

  /**
   * Which room the link leads to.
   *
   * @param token  with which this person has come in, if it was one
   */
  use(room: string, token?: string): void {
    const page = new URL(location.href)
    page.search = ''
    this.#isOwn = token !== undefined && !isForAnybody(token)
    this.#link.value = this.#isOwn ? '' : inviteLink(room, page.href, token)
    find('invite-fields', HTMLElement).hidden = this.#isOwn
    find('invite-own', HTMLElement).hidden = !this.#isOwn
    find('copy-link', HTMLButtonElement).hidden = this.#isOwn
    this.#open.hidden = this.#isOwn
    drawCode(find('invite-code', SVGSVGElement), this.#link.value)
    find('invite-room', HTMLElement).textContent = room
    this.#setAlone(true)
  }

  /** Shows the panel to whoever is alone, and takes it away when somebody comes. */
  showAlone(isAlone: boolean): void {
    if (isAlone !== this.#isAlone) this.#setAlone(isAlone)
  }

  #setAlone(isAlone: boolean): void {
    this.#isAlone = isAlone
    this.#show(isAlone)
  }

  #show(isShown: boolean): void {
    if (!isShown) keepFocus(this.#panel)
    this.#panel.hidden = !isShown
    this.#close.hidden = this.#isAlone
    this.#notice.hidden = true
  }

  async #share(): Promise<void> {
    try {
      await navigator.share({ title: document.title, url: this.#link.value })
    } catch {
      // Closed without a choice, or refused: the link is still there to be copied.
    }
  }

  async #copy(): Promise<void> {
    const { texts } = this.#speech
    try {
      await navigator.clipboard.writeText(this.#link.value)
    } catch {
      // Refused, or absent where the page is not secure: the person copies.
      this.#show(true)
      this.#notice.textContent = texts.copyRefused
      this.#notice.hidden = false
      this.#link.focus()
      this.#link.select()
      return
    }
    this.#status.announce(texts.copiedStatus)
    this.#copyButton.textContent = texts.copied
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#copyButton.textContent = this.#speech.texts.copyLink
    }, copiedForMs)
  }
}
