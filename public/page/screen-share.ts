import { type Call, CallError } from '../sdk/index.js'
import { find } from './elements.js'
import type { Speech } from './language.js'
import type { StatusLine } from './status-line.js'

/** The person's own screen in the call: the control that shares it, and the notice that it is shared. */
export class ScreenShare {
  readonly #speech: Speech
  readonly #status: StatusLine
  readonly #control = find('screen', HTMLButtonElement)
  readonly #notice = find('sharing', HTMLElement)
  readonly #preview = find('sharing-preview', HTMLVideoElement)
  #call: Call | undefined
  #isAsking = false

  constructor(speech: Speech, status: StatusLine) {
    this.#speech = speech
    this.#status = status
    // Typed as always there; phones lack it, and so do pages that are not secure.
    const devices: MediaDevices | undefined = navigator.mediaDevices
    this.#control.hidden = typeof devices?.getDisplayMedia !== 'function'
    this.#control.addEventListener('click', () => void this.toggle())
    find('stop-sharing', HTMLButtonElement).addEventListener('click', () => void this.#stop())
  }

  /** A call begins. */
  use(call: Call): void {
    this.#call = call
    call.on('ended', ({ slot }) => slot === 'screen' && this.#show(null))
  }

  /** The call is over; the call itself has stopped the sharing. */
  clear(): void {
    this.#call = undefined
    this.#show(null)
  }

  /** Shares, or stops it. Must be called from a click or a key press; outside a call nothing happens. */
  async toggle(): Promise<void> {
    if (this.#control.hidden || this.#isAsking) return
    if (this.#isSharing) await this.#stop()
    else await this.#start()
  }

  get #isSharing(): boolean {
    return this.#preview.srcObject !== null
  }

  async #start(): Promise<void> {
    const call = this.#call
    if (call === undefined) return
    this.#isAsking = true
    try {
      const stream = await call.shareScreen()
      // It may have ended, or the call, before all of it was published.
      const isLive = stream.getVideoTracks().some(({ readyState }) => readyState === 'live')
      if (this.#call === call && isLive) this.#show(stream)
    } catch (error) {
      if (!(error instanceof CallError)) throw error
      // No is an answer, and so is leaving.
      const isAnswered = error.code === 'media-denied' || error.code === 'aborted'
      if (!isAnswered) this.#status.announce(this.#speech.texts.screenFailed)
    } finally {
      this.#isAsking = false
    }
  }

  async #stop(): Promise<void> {
    this.#show(null)
    await this.#call?.stopScreen()
  }

  #show(stream: MediaStream | null): void {
    const wasSharing = this.#isSharing
    const isSharing = stream !== null
    // The picture alone: one's own sound would be heard twice.
    this.#preview.srcObject = isSharing ? new MediaStream(stream.getVideoTracks()) : null
    if (!isSharing && this.#notice.contains(document.activeElement)) this.#control.focus()
    this.#notice.hidden = !isSharing
    this.#control.setAttribute('aria-pressed', String(isSharing))
    if (wasSharing === isSharing || this.#call === undefined) return
    const { sharing, sharingStopped } = this.#speech.texts
    this.#status.announce(isSharing ? sharing : sharingStopped, { seen: !isSharing })
  }
}
