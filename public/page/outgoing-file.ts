import type { Peer } from '../sdk/index.js'
import { Delivery, type DeliveryEvents } from './delivery.js'
import { make } from './elements.js'
import { cardButton, FileCard, label } from './file-card.js'
import type { Speech } from './language.js'

/** A file that this person offers, with a line for everybody it is offered to. */
export class OutgoingFile extends FileCard {
  readonly #deliveries: readonly Delivery[]
  readonly #cancelAll: HTMLButtonElement
  readonly #events: DeliveryEvents

  constructor(file: File, peers: readonly Peer[], speech: Speech, events: DeliveryEvents) {
    super(speech, { name: undefined, isSelf: true }, file)
    this.#events = events
    this.#cancelAll = cardButton('quiet', () => {
      for (const delivery of this.#deliveries) delivery.cancel()
    })
    const { texts, language } = speech
    this.#deliveries = peers.map(
      (peer) =>
        new Delivery(file, peer, texts, language, {
          ...events,
          onChange: (delivery) => {
            this.#review()
            events.onChange(delivery)
          },
        }),
    )
    const list = make('ul', 'deliveries', ...this.#deliveries.map(({ element }) => element))
    this.content.append(list, this.#cancelAll)
    this.says((texts, language) => {
      label(this.#cancelAll, texts.cancelAll, texts.cancelAllOf(file.name))
      for (const delivery of this.#deliveries) delivery.speak(texts, language)
    })
    this.onDispose(() => {
      for (const delivery of this.#deliveries) delivery.cancel()
    })
  }

  /** How many have not answered. */
  get unanswered(): number {
    return this.#deliveries.filter(({ state }) => state === 'waiting').length
  }

  get isSending(): boolean {
    return this.#deliveries.some(({ state }) => state === 'sending')
  }

  /** Offers it to everybody it is for. */
  start(): void {
    for (const delivery of this.#deliveries) delivery.start().catch(reportError)
    this.#review()
  }

  /** Somebody has come back as another peer, or has gone for good. */
  hearLeft(peer: Peer, successor: Peer | undefined): void {
    for (const delivery of this.#deliveries) {
      if (successor === undefined) delivery.leave(peer)
      else delivery.succeed(peer, successor)
    }
  }

  #review(): void {
    const open = this.#deliveries.filter(({ isOpen }) => isOpen).length
    this.isBusy = open > 0
    // With one line it would be the same button twice.
    if (open < 2) this.#events.onVanish(this.#cancelAll)
    this.#cancelAll.hidden = open < 2
  }
}
