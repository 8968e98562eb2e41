import { type ConnectionDetails, type Peer, type Slot, type StreamDetails, slots } from '../sdk/index.js'
import { make } from './elements.js'
import { type Measure, measures, shortly, summaryOf } from './figures.js'
import type { Speech } from './language.js'
import { describe } from './quality-sentence.js'
import { Sparkline } from './sparkline.js'
import type { Texts } from './texts.js'

const columns = ['now', 'worst', 'average'] as const

/** What a row of the table shows. */
interface Row {
  readonly measure: Measure
  readonly plot: Sparkline
  readonly head: HTMLElement
  readonly cells: readonly HTMLElement[]
}

/** How the connection to one other person is: in a sentence, in facts, in plots, and in the numbers of these. */
export class PersonDetails {
  readonly element = make('section', 'person-details')
  readonly #speech: Speech
  readonly #name = make('h3', '')
  readonly #sentence = make('p', '')
  readonly #facts = make('dl', 'facts')
  readonly #caption = make('caption', 'unseen')
  readonly #heads = ['measure', 'lastMinutes', ...columns].map(() => make('th', ''))
  readonly #rows: readonly Row[]
  #written = ''

  constructor(speech: Speech) {
    this.#speech = speech
    this.#rows = measures.map((measure) => ({
      measure,
      plot: new Sparkline(measure),
      head: make('th', ''),
      cells: columns.map(() => make('td', 'number')),
    }))
    for (const head of this.#heads) head.scope = 'col'
    const body = make('tbody', '')
    for (const { head, plot, cells } of this.#rows) {
      head.setAttribute('scope', 'row')
      body.append(make('tr', '', head, make('td', '', plot.element), ...cells))
    }
    const table = make('table', 'figures', this.#caption, make('thead', '', make('tr', '', ...this.#heads)), body)
    this.element.append(this.#name, this.#sentence, this.#facts, table)
  }

  /** Brings the person's name into sight. */
  reveal(): void {
    this.element.scrollIntoView({ block: 'start' })
  }

  /** Shows how it is now. */
  show(peer: Peer): void {
    const { texts, language } = this.#speech
    const { quality, details, history, name } = peer
    write(this.#name, name ?? texts.somebodyElse)
    write(this.#sentence, sentenceOf(peer, texts))
    write(this.#caption, texts.figuresOf(name))
    for (const [index, key] of (['measure', 'lastMinutes', ...columns] as const).entries()) {
      const head = this.#heads[index]
      if (head !== undefined) write(head, texts[key])
    }
    const facts = quality === undefined ? [] : [[texts.score, `${quality.mos.toFixed(1)} / 4.5`] as const]
    this.#showFacts([...facts, ...(details === undefined ? [] : factsOf(details, texts))])
    const nowMs = performance.now()
    for (const { measure, plot, head, cells } of this.#rows) {
      write(head, texts.measures[measure])
      plot.element.setAttribute('aria-label', texts.measures[measure])
      plot.draw(history, nowMs, language)
      const summary = summaryOf(history, measure)
      for (const [index, column] of columns.entries()) {
        const cell = cells[index]
        if (cell !== undefined) write(cell, summary === undefined ? '–' : shortly(summary[column], measure, language))
      }
    }
  }

  #showFacts(facts: readonly (readonly [string, string])[]): void {
    const written = JSON.stringify(facts)
    if (written === this.#written) return
    this.#written = written
    this.#facts.replaceChildren(
      ...facts.map(([term, value]) => make('div', '', make('dt', '', term), make('dd', '', value))),
    )
  }
}

function sentenceOf({ state, quality, name }: Peer, texts: Texts): string {
  if (state !== 'live' && state !== 'closed') return texts.conditions[state]
  return quality === undefined ? texts.unmeasured : describe(quality, name, texts)
}

function factsOf(details: ConnectionDetails, texts: Texts): (readonly [string, string])[] {
  const way = [details.isRelayed ? texts.relayed : texts.direct, details.transport?.toUpperCase()]
  const streams = (['received', 'sent'] as const).flatMap((direction) =>
    slots.flatMap((slot: Slot) => {
      const stream = details[direction].get(slot)
      return stream === undefined ? [] : [[texts[direction][slot], streamFact(stream)] as const]
    }),
  )
  return [[texts.way, listed(way)], ...streams]
}

function streamFact({ width, height, framesPerSecond, codec, kbps }: StreamDetails): string {
  const size = width && height ? `${width} × ${height}` : undefined
  const rate = framesPerSecond ? `${Math.round(framesPerSecond)}/s` : undefined
  return listed([size, rate, codec, `${Math.round(kbps)} kbit/s`])
}

function listed(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join(' · ')
}

/** What is the same is not written again: a selection in it would be lost. */
function write(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text
}
