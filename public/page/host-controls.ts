import type { Call, Door, Host, Knock, Peer } from '../sdk/index.js'
import { find, ignoreHeldKeys, keepFocus, make } from './elements.js'
import type { Speech } from './language.js'
import type { StatusLine } from './status-line.js'

/** What a host has besides: who can come in, who knocks, and who has to go. Hidden from everybody else. */
export class HostControls {
  readonly #speech: Speech
  readonly #status: StatusLine
  readonly #button = find('door', HTMLButtonElement)
  readonly #dialog = find('door-dialog', HTMLDialogElement)
  readonly #removal = find('remove-dialog', HTMLDialogElement)
  readonly #knocks = find('knocks', HTMLElement)
  #call: Call | undefined
  #host: Host | undefined
  #leaving: Peer | undefined

  constructor(speech: Speech, status: StatusLine) {
    this.#speech = speech
    this.#status = status
    this.#button.addEventListener('click', () => this.#dialog.showModal())
    for (const choice of this.#choices()) choice.addEventListener('change', () => this.#choose(choice.value))
    this.#removal.addEventListener('close', () => {
      if (this.#removal.returnValue === 'remove' && this.#leaving !== undefined) this.#host?.kick(this.#leaving)
      this.#leaving = undefined
    })
    speech.on('change', () => this.#refresh())
  }

  /** Follows a call from its beginning to its end. */
  use(call: Call): void {
    this.#call = call
    call.on('door', (door) => {
      if (this.#host !== undefined) this.#status.announce(this.#speech.texts.doorIs[door])
      this.#refresh()
    })
    call.on('error', ({ code }) => {
      if (code === 'room-full') this.#status.announce(this.#speech.texts.noPlace)
    })
    call.on('host', () => this.#refresh())
    this.#refresh()
  }

  /** The call is over. */
  clear(): void {
    this.#call = undefined
    this.#dialog.close()
    this.#removal.close()
    this.#refresh()
  }

  /** @returns what asks whether somebody is really to go; undefined for who is no host */
  get remove(): ((peer: Peer) => void) | undefined {
    if (this.#host === undefined) return undefined
    return (peer) => {
      this.#leaving = peer
      this.#removal.returnValue = ''
      find('remove-title', HTMLElement).textContent = this.#speech.texts.removeTitle(peer.name)
      this.#removal.showModal()
    }
  }

  #refresh(): void {
    const host = this.#call?.host
    if (host !== this.#host) this.#serve(host)
    const door = this.#call?.door ?? 'open'
    this.#button.hidden = host === undefined
    this.#markMore(host === undefined ? 'open' : door)
    find('door-icon', SVGUseElement).setAttribute('href', door === 'open' ? '#icon-door' : '#icon-locked')
    for (const choice of this.#choices()) choice.checked = choice.value === door
    this.#refreshKnocks()
  }

  /** Whoever wonders why nobody comes should not have to open the menu. */
  #markMore(door: Door): void {
    find('door-mark', SVGElement).toggleAttribute('hidden', door === 'open')
    find('door-note', HTMLElement).textContent = door === 'open' ? '' : this.#speech.texts.doorIs[door]
  }

  #serve(host: Host | undefined): void {
    this.#host = host
    host?.on('knock', (knock) => {
      this.#refreshKnocks()
      this.#status.announce(this.#speech.texts.knocks(knock.name), { seen: false })
    })
    host?.on('answered', () => this.#refreshKnocks())
  }

  #refreshKnocks(): void {
    const cards = [...(this.#host?.knocks.values() ?? [])]
    const present = new Map(Array.from(this.#knocks.children, (card) => [card.getAttribute('data-knock'), card]))
    for (const [id, card] of present) {
      if (cards.some((knock) => knock.id === id)) continue
      keepFocus(card)
      card.remove()
    }
    for (const knock of cards) {
      const card = this.#card(knock)
      const former = present.get(knock.id)
      if (former === undefined) this.#knocks.append(card)
      else if (former.textContent !== card.textContent) former.replaceWith(card)
    }
  }

  #card(knock: Knock): HTMLElement {
    const { texts } = this.#speech
    const button = (className: string, text: string, label: string, act: () => void): HTMLButtonElement => {
      const element = make('button', className, text)
      element.type = 'button'
      element.setAttribute('aria-label', label)
      element.addEventListener('click', act)
      ignoreHeldKeys(element)
      return element
    }
    const card = make(
      'div',
      'knock',
      make('p', 'knock-text', texts.knocks(knock.name)),
      button('secondary', texts.refuse, texts.refuseSomebody(knock.name), knock.refuse),
      button('primary', texts.letIn, texts.letSomebodyIn(knock.name), knock.admit),
    )
    card.dataset['knock'] = knock.id
    return card
  }

  #choices(): HTMLInputElement[] {
    return [...this.#dialog.querySelectorAll<HTMLInputElement>('input[name="door"]')]
  }

  #choose(door: string): void {
    if (!isDoor(door)) return
    if (door === 'open') this.#host?.unlock()
    else this.#host?.lock({ knock: door === 'knock' })
  }
}

function isDoor(value: string): value is Door {
  return value === 'open' || value === 'knock' || value === 'locked'
}
