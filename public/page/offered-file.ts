import { CallError, type IncomingFile, maxBlobBytes } from '../sdk/index.js'
import { make } from './elements.js'
import { cardButton, FileCard, label, showProgress } from './file-card.js'
import { addressOf, canWriteFiles, openTarget } from './file-saving.js'
import { shareIn } from './formats.js'
import type { Speech } from './language.js'
import type { Texts } from './texts.js'

/** What has become of a file that was offered. */
export type ArrivalState = keyof Texts['arrivals']

/** What an `OfferedFile` tells. */
export interface OfferedFileEvents {
  /** It is in another state. */
  readonly onChange: (file: OfferedFile) => void
  /** A button is about to go that may have the focus. */
  readonly onVanish: (button: Element) => void
}

/** A file that somebody offers: accepted it is saved, as far as the browser lets a page do that. */
export class OfferedFile extends FileCard {
  readonly #file: IncomingFile
  readonly #events: OfferedFileEvents
  readonly #controller = new AbortController()
  readonly #state = make('p', 'file-state')
  readonly #bar = make('progress', 'file-progress')
  readonly #refuse = cardButton('secondary', () => this.#decline())
  readonly #accept = cardButton('primary', () => void this.#receive().catch(reportError))
  readonly #cancel = cardButton('quiet', () => this.#controller.abort())
  readonly #save = make('a', 'file-save')
  #texts: Texts
  #speech: Speech
  #current: ArrivalState
  #isChoosing = false
  #receivedBytes = 0

  constructor(file: IncomingFile, name: string | undefined, speech: Speech, events: OfferedFileEvents) {
    super(speech, { name, isSelf: false }, file)
    this.#file = file
    this.#events = events
    this.#speech = speech
    this.#texts = speech.texts
    this.#current = file.size > maxBlobBytes && !canWriteFiles() ? 'tooLarge' : 'offered'
    this.isBusy = true
    this.#save.download = file.name
    const buttons = make('div', 'file-buttons', this.#refuse, this.#accept, this.#cancel, this.#save)
    this.content.append(this.#state, this.#bar, buttons)
    this.says((texts) => {
      this.#texts = texts
      this.#write()
    })
    file.on('withdrawn', () => this.#become('withdrawn'))
    this.onDispose(() => {
      file.refuse()
      this.#controller.abort()
      URL.revokeObjectURL(this.#save.href)
    })
  }

  get state(): ArrivalState {
    return this.#current
  }

  /** What its sender calls it. */
  get name(): string {
    return this.#file.name
  }

  #decline(): void {
    this.#file.refuse()
    this.#become('refused')
  }

  async #receive(): Promise<void> {
    if (this.#isChoosing) return
    this.#isChoosing = true
    let to: WritableStream<Uint8Array> | undefined
    try {
      to = await openTarget(this.#file.name)
    } catch {
      // Who does not want to choose a place can still accept it.
      return
    } finally {
      this.#isChoosing = false
    }
    await this.#take(to)
  }

  async #take(to: WritableStream<Uint8Array> | undefined): Promise<void> {
    if (this.#current !== 'offered') {
      await to?.abort()
      return
    }
    this.#become('receiving')
    try {
      const blob = await this.#file.accept({
        ...(to && { to }),
        signal: this.#controller.signal,
        onprogress: (receivedBytes) => {
          this.#receivedBytes = receivedBytes
          this.#write()
        },
      })
      if (blob !== undefined) this.#download(blob)
      this.#become(blob === undefined ? 'saved' : 'kept')
    } catch (error) {
      if (!(error instanceof CallError)) throw error
      this.#become(error.code === 'aborted' ? 'cancelled' : error.cause === undefined ? 'failed' : 'unwritable')
    }
  }

  #download(blob: Blob): void {
    if (this.#controller.signal.aborted) return
    this.#save.href = addressOf(blob)
    // Accepting it was asking for it. Where the browser lets no page download by itself there is the link.
    this.#save.click()
  }

  #become(state: ArrivalState): void {
    this.#current = state
    this.isBusy = state === 'offered' || state === 'receiving' || state === 'tooLarge'
    this.#write()
    this.#events.onChange(this)
  }

  #write(): void {
    const { arrivals, accept, acceptFile, decline, declineFile, cancel, cancelFile, save, saveFile, progressOf } =
      this.#texts
    const { name, size } = this.#file
    const isReceiving = this.#current === 'receiving'
    this.element.dataset['state'] = this.#current
    this.#state.textContent = isReceiving
      ? `${arrivals.receiving} ${shareIn(this.#speech.language, this.#receivedBytes, size)}`
      : arrivals[this.#current]
    this.#bar.hidden = !isReceiving
    this.#bar.setAttribute('aria-label', progressOf(name))
    showProgress(this.#bar, this.#receivedBytes, size)
    label(this.#accept, accept, acceptFile(name))
    label(this.#refuse, decline, declineFile(name))
    label(this.#cancel, cancel, cancelFile(name))
    this.#save.textContent = save
    this.#save.setAttribute('aria-label', saveFile(name))
    this.#show(this.#accept, this.#current === 'offered')
    this.#show(this.#refuse, this.#current === 'offered' || this.#current === 'tooLarge')
    this.#show(this.#cancel, isReceiving)
    this.#show(this.#save, this.#current === 'kept')
  }

  #show(element: HTMLElement, isShown: boolean): void {
    if (!isShown) this.#events.onVanish(element)
    element.hidden = !isShown
  }
}
