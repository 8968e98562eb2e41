import type { Call } from '../sdk/index.js'
import { find } from './elements.js'
import type { Speech } from './language.js'
import type { StatusLine } from './status-line.js'
import type { Tile } from './tile.js'

/**
 * The picture of whoever talks in a small window of the browser's, above all others (W3C Picture-in-Picture). It has a `<video>`
 * of its own, with another stream in it when another one talks: a browser opens the window for one of them only after a click.
 */
export class SmallWindow {
  readonly #speech: Speech
  readonly #status: StatusLine
  readonly #people: () => readonly Tile[]
  readonly #button = find('pip', HTMLButtonElement)
  readonly #video = find('pip-video', HTMLVideoElement)
  #speaker: Tile | undefined

  /** @param people  everybody else, oldest first */
  constructor(speech: Speech, status: StatusLine, people: () => readonly Tile[]) {
    this.#speech = speech
    this.#status = status
    this.#people = people
    // Some browsers do not have it, and frames may not be let to.
    this.#button.hidden = document.pictureInPictureEnabled !== true
    this.#button.addEventListener('click', () => void this.#toggle())
    this.#video.addEventListener('leavepictureinpicture', () => this.#forget())
  }

  /** Follows a call to its end. */
  use(call: Call): void {
    call.on('end', () => void this.#close())
  }

  /** Somebody has begun to talk. */
  follow(speaker: Tile): void {
    this.#speaker = speaker
    this.refresh()
  }

  /** Somebody's picture, or who is here, is different now. */
  refresh(): void {
    if (this.#isOpen) this.#show(this.#choose())
  }

  get #isOpen(): boolean {
    return document.pictureInPictureElement === this.#video
  }

  async #toggle(): Promise<void> {
    if (this.#isOpen) {
      await this.#close()
      return
    }
    const stream = this.#choose()
    if (stream === undefined) {
      this.#status.announce(this.#speech.texts.pipNobody)
      return
    }
    try {
      this.#show(stream)
      await this.#video.play()
      await this.#video.requestPictureInPicture()
      this.#button.setAttribute('aria-pressed', 'true')
    } catch {
      // The browser or its settings do not let us; what it says differs from one to the other.
      this.#forget()
      this.#status.announce(this.#speech.texts.pipFailed)
    }
  }

  /** Whoever talks, or has talked last, as long as there is a picture; then the first who has one. */
  #choose(): MediaStream | undefined {
    const seen = this.#people().filter(({ element }) => element.hasAttribute('data-picture'))
    const chosen = seen.find((tile) => tile === this.#speaker) ?? seen[0]
    return chosen?.peer.stream()
  }

  #show(stream: MediaStream | undefined): void {
    if (stream !== undefined && this.#video.srcObject !== stream) this.#video.srcObject = stream
  }

  async #close(): Promise<void> {
    this.#speaker = undefined
    if (this.#isOpen) await document.exitPictureInPicture()
    this.#forget()
  }

  #forget(): void {
    this.#video.srcObject = null
    this.#button.setAttribute('aria-pressed', 'false')
  }
}
