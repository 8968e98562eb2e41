import { find } from './elements.js'
import type { StatusLine } from './status-line.js'
import type { Texts } from './texts.js'

/** What is away: the network, the service during a call, or the service while nobody else is here. */
export type Away = 'offline' | 'service' | 'service-alone'

/** The small sign that something is away and comes back by itself. It never stands in the way. */
export class AwayPill {
  readonly #element = find('pill', HTMLElement)
  readonly #status: StatusLine
  #shown: Away | undefined

  constructor(status: StatusLine) {
    this.#status = status
  }

  /** @param away  undefined: nothing is */
  show(away: Away | undefined, texts: Texts): void {
    const sentence = away === undefined ? '' : sentenceOf(away, texts)
    if (away !== undefined && away !== this.#shown) this.#status.announce(sentence, { seen: false })
    this.#shown = away
    this.#element.hidden = away === undefined
    if (this.#element.textContent !== sentence) this.#element.textContent = sentence
  }
}

function sentenceOf(away: Away, texts: Texts): string {
  const sentences = {
    offline: texts.offlineInCall,
    service: texts.reconnecting,
    'service-alone': texts.reconnectingAlone,
  }
  return sentences[away]
}
