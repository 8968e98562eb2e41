import { type Code, Emitter, type Peer } from '../sdk/index.js'
import { find, make } from './elements.js'
import type { Speech } from './language.js'
import type { StatusLine } from './status-line.js'

/** What a person knows of the code of a connection: there is none, it was not compared, or what came of it. */
export type CodeMark = 'none' | 'unchecked' | 'matches' | 'differs'

/** The dialog in which two people compare the code of their connection, and what they have found. */
export class CodeCheck extends Emitter<{ change: undefined }> {
  readonly #speech: Speech
  readonly #status: StatusLine
  readonly #dialog = find('code-dialog', HTMLDialogElement)
  readonly #symbols = find('code', HTMLOListElement)
  /** What was found, by the code: another one has to be compared anew. */
  readonly #found = new WeakMap<Code, 'matches' | 'differs'>()
  /** Whose side of the agreement was not kept to. */
  readonly #failed = new WeakSet<Peer>()
  #peer: Peer | undefined
  #shown: Code | undefined

  constructor(speech: Speech, status: StatusLine) {
    super()
    this.#speech = speech
    this.#status = status
    this.#dialog.addEventListener('close', () => this.#onClose())
    speech.on('change', () => this.#write())
  }

  /** What is known of the connection to somebody. */
  mark(peer: Peer): CodeMark {
    if (this.#failed.has(peer)) return 'differs'
    return peer.code === undefined ? 'none' : (this.#found.get(peer.code) ?? 'unchecked')
  }

  /** Shows the code to compare with somebody, as long as it is that one. */
  open(peer: Peer): void {
    if (peer.code === undefined) {
      this.#warn(peer)
      return
    }
    this.#peer = peer
    this.#shown = peer.code
    this.#dialog.returnValue = ''
    this.#write()
    this.#dialog.showModal()
  }

  /** The code of somebody is another one, or none. */
  renew(peer: Peer): void {
    if (peer.code !== undefined) this.#failed.delete(peer)
    if (peer === this.#peer && peer.code !== this.#shown) this.close()
  }

  /** Somebody has not kept to what leads to a code: as if it were another one. */
  fail(peer: Peer): void {
    this.#failed.add(peer)
    this.#warn(peer)
    this.emit('change', undefined)
  }

  /** What was compared is over: there is another connection. */
  sayChanged({ name }: Peer): void {
    this.#status.announce(this.#speech.texts.codeChanged(name))
  }

  close(): void {
    this.#dialog.close()
  }

  #write(): void {
    const { texts } = this.#speech
    find('code-title', HTMLElement).textContent = texts.codeTitle(this.#peer?.name)
    const items = (this.#shown?.symbols ?? []).map(({ emoji, name }) => {
      const picture = make('span', 'code-emoji', emoji)
      picture.setAttribute('aria-hidden', 'true')
      return make('li', 'code-symbol', picture, make('span', 'code-name', texts.codeNames[name] ?? name))
    })
    this.#symbols.replaceChildren(...items)
  }

  #onClose(): void {
    const [peer, code] = [this.#peer, this.#shown]
    const { returnValue } = this.#dialog
    this.#peer = undefined
    this.#shown = undefined
    if (peer === undefined || code === undefined || (returnValue !== 'matches' && returnValue !== 'differs')) return
    this.#found.set(code, returnValue)
    const { texts } = this.#speech
    if (returnValue === 'matches') this.#status.announce(texts.codeMatched(peer.name))
    else this.#warn(peer)
    this.emit('change', undefined)
  }

  #warn({ name }: Peer): void {
    find('alert', HTMLElement).textContent = this.#speech.texts.codeWarning(name)
  }
}
