import { keepFocus, make } from './elements.js'
import type { Texts } from './texts.js'

/** A `<video>` that plays a stream with its sound, and asks for a tap where the browser wants one first. */
export class Playback {
  readonly video = make('video', 'picture')
  readonly button = make('button', 'primary tap-to-hear')

  constructor() {
    this.video.autoplay = true
    this.video.playsInline = true
    // Firefox would stop there with Tab, where nothing can be done.
    this.video.tabIndex = -1
    this.button.type = 'button'
    this.button.hidden = true
    this.button.addEventListener('click', () => void this.play())
  }

  /** Shows a stream; the same again changes nothing. */
  show(stream: MediaStream): void {
    if (this.video.srcObject !== stream) this.video.srcObject = stream
  }

  /** Browsers may refuse to play sound before the person has done something here; then they are asked. */
  async play(): Promise<void> {
    try {
      await this.video.play()
      keepFocus(this.button)
      this.button.hidden = true
    } catch (error) {
      // AbortError: another track came in and play was called again.
      if (error instanceof DOMException && error.name === 'NotAllowedError') this.button.hidden = false
    }
  }

  /** Width by height of the picture; undefined before its first frame. */
  get shape(): number | undefined {
    const { videoWidth, videoHeight } = this.video
    return videoWidth === 0 || videoHeight === 0 ? undefined : videoWidth / videoHeight
  }

  /** Shows the texts of another language. */
  speak(texts: Texts): void {
    this.button.textContent = texts.tapToHear
  }

  /** Lets the stream go. */
  dispose(): void {
    this.video.srcObject = null
  }
}
