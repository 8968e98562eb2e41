import { CallError, type Peer } from '../sdk/index.js'
import { make } from './elements.js'
import { cardButton, label, showProgress } from './file-card.js'
import { shareIn } from './formats.js'
import type { Language, Texts } from './texts.js'

/** How a file is on its way to somebody. */
export type DeliveryState = keyof Texts['deliveries']

/** What a `Delivery` tells. */
export interface DeliveryEvents {
  /** It is in another state. */
  readonly onChange: (delivery: Delivery) => void
  /** A button is about to go that may have the focus. */
  readonly onVanish: (button: Element) => void
}

/** One file on its way to one person, as a line that shows how far it is. */
export class Delivery {
  readonly element = make('li', 'delivery')
  readonly #file: File
  readonly #events: DeliveryEvents
  readonly #name = make('bdi', 'delivery-name')
  readonly #state = make('span', 'delivery-state')
  readonly #bar = make('progress', 'file-progress')
  readonly #cancel = cardButton('quiet', () => this.cancel())
  readonly #again = cardButton('quiet', () => void this.start())
  #peer: Peer
  #texts: Texts
  #language: Language
  #controller = new AbortController()
  #current: DeliveryState = 'waiting'
  #sentBytes = 0

  constructor(file: File, peer: Peer, texts: Texts, language: Language, events: DeliveryEvents) {
    this.#file = file
    this.#peer = peer
    this.#texts = texts
    this.#language = language
    this.#events = events
    this.element.append(this.#name, this.#state, this.#bar, this.#cancel, this.#again)
  }

  get state(): DeliveryState {
    return this.#current
  }

  get name(): string | undefined {
    return this.#peer.name
  }

  /** Whether something can still come of it. */
  get isOpen(): boolean {
    return this.#current === 'waiting' || this.#current === 'sending'
  }

  /** Offers the file, and sends it when it is wanted. Resolves when nothing can come of it any more. */
  async start(): Promise<void> {
    this.#controller = new AbortController()
    const { signal } = this.#controller
    this.#sentBytes = 0
    this.#become('waiting')
    const onprogress = (sentBytes: number): void => {
      if (!this.isOpen) return
      this.#sentBytes = sentBytes
      if (this.#current === 'waiting') this.#become('sending')
      else this.#write()
    }
    try {
      await this.#peer.sendFile(this.#file, { signal, onprogress })
      this.#become('done')
    } catch (error) {
      if (!(error instanceof CallError)) throw error
      this.#become(this.#peer.state === 'closed' ? 'left' : outcomeOf(error))
    }
  }

  /** It is not to be sent any more. */
  cancel(): void {
    this.#controller.abort()
  }

  /** Somebody has come back as another peer: what is offered again goes there. */
  succeed(peer: Peer, successor: Peer): void {
    if (this.#peer === peer) this.#peer = successor
    this.#write()
  }

  /** Somebody has gone for good. */
  leave(peer: Peer): void {
    if (this.#peer === peer && this.#current !== 'done') this.#become('left')
  }

  /** Shows the texts of another language. */
  speak(texts: Texts, language: Language): void {
    this.#texts = texts
    this.#language = language
    this.#write()
  }

  #become(state: DeliveryState): void {
    // Who has gone is not offered anything again; what breaks off because of that is no news.
    if (this.#current === 'left') return
    this.#current = state
    this.#write()
    this.#events.onChange(this)
  }

  #write(): void {
    const { deliveries, somebody, cancel, cancelFor, offerAgain, offerAgainTo, progressOf } = this.#texts
    const isSending = this.#current === 'sending'
    this.element.dataset['state'] = this.#current
    this.#name.textContent = this.name ?? somebody
    this.#state.textContent = isSending
      ? shareIn(this.#language, this.#sentBytes, this.#file.size)
      : deliveries[this.#current]
    this.#bar.hidden = !isSending
    this.#bar.setAttribute('aria-label', progressOf(this.name ?? somebody))
    showProgress(this.#bar, this.#sentBytes, this.#file.size)
    label(this.#cancel, cancel, cancelFor(this.name))
    label(this.#again, offerAgain, offerAgainTo(this.name))
    this.#show(this.#cancel, this.isOpen)
    this.#show(this.#again, ['failed', 'channel-closed', 'cancelled', 'refused'].includes(this.#current))
  }

  #show(button: HTMLButtonElement, isShown: boolean): void {
    if (!isShown) this.#events.onVanish(button)
    button.hidden = !isShown
  }
}

function outcomeOf({ code }: CallError): DeliveryState {
  if (code === 'aborted') return 'cancelled'
  if (code === 'file-refused') return 'refused'
  return code === 'channel-closed' ? code : 'failed'
}
