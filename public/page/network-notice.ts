import { find } from './elements.js'
import type { Speech } from './language.js'
import { checkNetwork, type NetworkOutcome } from './network/network-check.js'
import { roomOfFragment, tokenOfFragment } from './room-id.js'
import type { StatusLine } from './status-line.js'
import type { Texts } from './texts.js'

/** Whoever joins at once needs no check, and the devices and their pictures come first. */
const quietMs = 1500
/** So long what was found to be well is taken to be so still. What is not well is looked at anew with each visit. */
const wellForMs = 300_000
const wellKey = 'signalbox.network-well'

/** Says in the lobby what is wrong with the network, once that is known; nothing while all is well. */
export class NetworkNotice {
  readonly #speech: Speech
  readonly #status: StatusLine
  readonly #element = find('network-notice', HTMLElement)
  #outcome: NetworkOutcome | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #isChecking = false

  constructor(speech: Speech, status: StatusLine) {
    this.#speech = speech
    this.#status = status
    speech.on('change', () => this.#write())
    // Another network may be another matter.
    globalThis.addEventListener('online', () => {
      if (this.#outcome === undefined || sentenceOf(this.#outcome, speech.texts) === '') return
      this.#outcome = undefined
      void this.#check()
    })
  }

  /** Looks at the network in a moment, where that has not been done. */
  begin(): void {
    clearTimeout(this.#timer)
    if (wasWell()) this.#outcome ??= 'direct'
    this.#write()
    if (this.#outcome === undefined) this.#timer = setTimeout(() => void this.#check(), quietMs)
  }

  /** The person joins: whatever is wrong will show. */
  end(): void {
    clearTimeout(this.#timer)
  }

  async #check(): Promise<void> {
    if (this.#isChecking) return
    this.#isChecking = true
    this.#element.dataset['network'] = 'checking'
    const { hash } = location
    try {
      this.#outcome = await checkNetwork(roomOfFragment(hash) || 'check', tokenOfFragment(hash))
    } catch {
      // A browser that cannot make connections: joining says so.
      this.#outcome = 'unknown'
    }
    this.#isChecking = false
    if (this.#outcome === 'direct') rememberWell()
    this.#write()
    const sentence = sentenceOf(this.#outcome, this.#speech.texts)
    const isShown = document.documentElement.dataset['view'] === 'lobby'
    if (isShown && sentence !== '') this.#status.announce(sentence, { seen: false })
  }

  #write(): void {
    const sentence = this.#outcome === undefined ? '' : sentenceOf(this.#outcome, this.#speech.texts)
    if (this.#outcome !== undefined) this.#element.dataset['network'] = this.#outcome
    find('network-text', HTMLElement).textContent = sentence
    this.#element.hidden = sentence === ''
    // With the invitation, if there is one: without it that page may not be told anything.
    find('to-check', HTMLAnchorElement).href = `./check${location.hash}`
  }
}

function sentenceOf(outcome: NetworkOutcome, { network }: Texts): string {
  switch (outcome) {
    case 'relayed':
    case 'no-relay':
    case 'relay-away':
      return network[outcome]
    case 'direct':
    case 'unknown':
      return ''
  }
}

/** Services below several paths of one origin are several services. */
function place(): string {
  return new URL('.', document.baseURI).pathname
}

function wasWell(): boolean {
  try {
    const [at, where] = (sessionStorage.getItem(wellKey) ?? '').split(' ')
    const ageMs = Date.now() - Number(at)
    return where === place() && ageMs >= 0 && ageMs < wellForMs
  } catch {
    return false
  }
}

function rememberWell(): void {
  try {
    sessionStorage.setItem(wellKey, `${Date.now()} ${place()}`)
  } catch {
    // Without storage it is looked at anew with each visit.
  }
}
