import type { Call } from '../sdk/index.js'
import { CallLog } from './call-log.js'
import { reportOf } from './connection-report.js'
import { find } from './elements.js'
import type { Speech } from './language.js'
import { PersonDetails } from './person-details.js'
import type { StatusLine } from './status-line.js'

/** As often as there is something new. */
const everyMs = 1000
/** For whom it is too much that something moves all the time. */
const calmlyEveryMs = 5000

/**
 * The panel at the side that shows how each connection is, while the call goes on beside it. What it draws the SDK has anyway; while
 * it is closed it does nothing.
 */
export class ConnectionPanel {
  readonly #speech: Speech
  readonly #status: StatusLine
  readonly #dialog = find('details', HTMLDialogElement)
  readonly #people = find('details-people', HTMLElement)
  readonly #pause = find('pause-details', HTMLButtonElement)
  readonly #report = find('report', HTMLTextAreaElement)
  readonly #log = new CallLog()
  /** By the peer's id. */
  readonly #shown = new Map<string, PersonDetails>()
  readonly #calm = matchMedia('(prefers-reduced-motion: reduce)')
  #call: Call | undefined
  #timer: ReturnType<typeof setInterval> | undefined

  constructor(speech: Speech, status: StatusLine) {
    this.#speech = speech
    this.#status = status
    find('stats-button', HTMLButtonElement).addEventListener('click', () => this.open())
    find('close-details', HTMLButtonElement).addEventListener('click', () => this.#dialog.close())
    // For whoever scrolls by keys: not every browser lets one into what scrolls.
    find('details-body', HTMLElement).tabIndex = 0
    find('copy-report', HTMLButtonElement).addEventListener('click', () => void this.#copy())
    this.#pause.addEventListener('click', () => this.#setPaused(!this.#isPaused))
    this.#dialog.addEventListener('close', () => this.#onClose())
    document.addEventListener('keydown', ({ key }) => {
      // What lies above it is closed first, by the browser.
      const isBelow = document.querySelector(':popover-open, dialog:modal') !== null
      if (key === 'Escape' && !isBelow) this.#dialog.close()
    })
    speech.on('change', () => this.#refresh())
    this.#calm.addEventListener('change', () => this.#run())
    for (const query of ['(prefers-color-scheme: dark)', '(forced-colors: active)']) {
      matchMedia(query).addEventListener('change', () => this.#refresh())
    }
  }

  /** A call begins. */
  use(call: Call): void {
    this.#call = call
    this.#log.follow(call)
  }

  /** The call is over. */
  clear(): void {
    this.#call = undefined
    this.#log.end()
    this.#dialog.close()
  }

  /** Opens the panel, at somebody's connection. @param peerId  without it, at the first one */
  open(peerId?: string): void {
    if (!this.#dialog.open) {
      this.#setPaused(false)
      this.#dialog.show()
    }
    this.#refresh()
    find('details-title', HTMLElement).focus()
    if (peerId !== undefined) this.#shown.get(peerId)?.reveal()
  }

  get #isPaused(): boolean {
    return this.#pause.getAttribute('aria-pressed') === 'true'
  }

  #setPaused(isPaused: boolean): void {
    this.#pause.setAttribute('aria-pressed', String(isPaused))
    this.#run()
  }

  #run(): void {
    clearInterval(this.#timer)
    if (this.#call === undefined || this.#isPaused) return
    this.#timer = setInterval(() => this.#refresh(), this.#calm.matches ? calmlyEveryMs : everyMs)
  }

  #refresh(): void {
    if (!this.#dialog.open) return
    const peers = this.#call?.peers ?? new Map<string, never>()
    for (const [id, { element }] of this.#shown) {
      if (peers.has(id)) continue
      element.remove()
      this.#shown.delete(id)
    }
    for (const [id, peer] of peers) {
      const shown = this.#shown.get(id) ?? new PersonDetails(this.#speech)
      if (!this.#shown.has(id)) this.#people.append(shown.element)
      this.#shown.set(id, shown)
      shown.show(peer)
    }
    find('details-nobody', HTMLElement).hidden = peers.size > 0
  }

  #onClose(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    for (const { element } of this.#shown.values()) element.remove()
    this.#shown.clear()
    find('report-part', HTMLElement).hidden = true
    // Where it was has gone out of sight with the panel.
    if (this.#call !== undefined && document.activeElement === document.body) find('more', HTMLButtonElement).focus()
  }

  async #copy(): Promise<void> {
    const call = this.#call
    if (call === undefined) return
    const report = reportOf({
      madeAtMs: Date.now(),
      beganAtMs: this.#log.beganAtMs,
      browser: navigator.userAgent,
      signaling: call.signaling,
      isOnline: navigator.onLine,
      people: Array.from(call.peers.values(), (peer) => {
        const { state, quality, details, history } = peer
        return { number: this.#log.numberOf(peer), state, quality, details, history }
      }),
      events: this.#log.events,
    })
    try {
      await navigator.clipboard.writeText(report)
    } catch {
      // Refused, or absent where the page is not secure: the person copies.
      this.#report.value = report
      find('report-part', HTMLElement).hidden = false
      this.#report.focus()
      this.#report.select()
      this.#status.announce(this.#speech.texts.reportRefused, { seen: false })
      return
    }
    this.#status.announce(this.#speech.texts.reportCopied)
  }
}
