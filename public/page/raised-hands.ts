import type { Call } from '../sdk/index.js'
import { find } from './elements.js'
import { HandMark } from './hand-mark.js'
import { handOf, nextHand, placesOf, withHand } from './hand-order.js'
import type { Speech } from './language.js'
import type { StatusLine } from './status-line.js'
import type { Tile } from './tile.js'

/** Who asks for the floor: the hands of everybody on their tiles, and the own one. */
export class RaisedHands {
  readonly #speech: Speech
  readonly #status: StatusLine
  readonly #button = find('hand', HTMLButtonElement)
  readonly #own = new HandMark()
  /** Whose raised hand is known. A tile stays the same when somebody comes back. */
  #raised = new Set<Tile>()
  #people: readonly Tile[] = []
  #call: Call | undefined

  constructor(speech: Speech, status: StatusLine) {
    this.#speech = speech
    this.#status = status
    find('self-tile', HTMLElement).append(this.#own.element)
    this.#button.addEventListener('click', () => this.toggle())
  }

  /** A call begins. */
  use(call: Call): void {
    this.#call = call
    // The service may refuse what was said of oneself; then something else counts again.
    call.on('error', () => this.#refresh())
    this.#refresh()
  }

  /** The call is over. */
  clear(): void {
    this.#call = undefined
    this.#raised.clear()
    this.show([])
  }

  /** Raises the own hand, or lowers it. */
  toggle(): void {
    const call = this.#call
    if (call === undefined) return
    const { metadata } = call.self
    const isRaised = handOf(metadata) !== undefined
    const hands = this.#people.map(({ peer }) => handOf(peer.metadata))
    call.update({ metadata: withHand(metadata, isRaised ? undefined : nextHand(hands)) })
    const { ownHandLowered, ownHandRaised } = this.#speech.texts
    this.#status.announce(isRaised ? ownHandLowered : ownHandRaised, { seen: false })
    this.#refresh()
  }

  /** Shows the hands of these people, and says who has raised one. */
  show(people: readonly Tile[]): void {
    this.#people = people
    this.#refresh()
    const before = this.#raised
    this.#raised = new Set(people.filter(({ peer }) => handOf(peer.metadata) !== undefined))
    for (const tile of this.#raised) {
      if (!before.has(tile)) this.#status.announce(this.#speech.texts.raisedHand(tile.name))
    }
  }

  #refresh(): void {
    const { texts } = this.#speech
    const self = this.#call?.self
    const others = this.#people.map(({ peer: { id, metadata } }) => ({ id, hand: handOf(metadata) }))
    const places = placesOf([...others, ...(self ? [{ id: self.id, hand: handOf(self.metadata) }] : [])])
    const handFor = (id: string | undefined) => {
      const place = id === undefined ? undefined : places.get(id)
      return place === undefined ? undefined : { place, count: places.size }
    }
    for (const tile of this.#people) tile.hand = handFor(tile.peer.id)
    const own = handFor(self?.id)
    this.#own.show(own, texts.ownHandRaised, texts)
    this.#button.setAttribute('aria-pressed', String(own !== undefined))
  }
}
