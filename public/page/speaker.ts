import { Emitter } from '../sdk/index.js'
import { choosable, type Output, outputToUse } from './output-choice.js'
import { recall, remember } from './settings.js'

declare global {
  interface MediaDevices {
    /** Firefox has it. */
    selectAudioOutput?(): Promise<MediaDeviceInfo>
  }
}

/** What `Speaker` tells. */
export interface SpeakerEvents {
  /** There are other devices, or another one is used. */
  change: undefined
  /** The chosen one went away while it was used. */
  gone: undefined
  /** It is back, and used again. */
  back: undefined
}

/** Chromium takes a device for an element once that has sound, which may be with any of these. */
const beginnings = ['loadstart', 'play', 'loadedmetadata', 'playing']

/**
 * Where everything that sounds on the page is played (W3C Audio Output Devices API): what the person chose, or the browser's
 * default while that is not there.
 */
export class Speaker extends Emitter<SpeakerEvents> {
  /** Whether this browser lets a page choose at all. */
  readonly isChoosable = 'setSinkId' in HTMLMediaElement.prototype
  #chosen = recall('speaker-device') ?? ''
  #inUse = ''
  #outputs: readonly Output[] = []
  #wasListed = false
  /** Weakly: whoever shows an element lets it go without a word. */
  #playing: WeakRef<HTMLMediaElement>[] = []

  constructor() {
    super()
    if (!this.isChoosable) return
    for (const type of beginnings) {
      // These do not bubble, but are seen on their way down: so nothing that sounds can be forgotten, and whoever makes such
      // an element need not know of this.
      document.addEventListener(type, ({ target }) => target instanceof HTMLMediaElement && this.use(target), {
        capture: true,
      })
    }
    const devices: MediaDevices | undefined = navigator.mediaDevices
    devices?.addEventListener('devicechange', () => void this.review())
    void this.review()
  }

  /** What can be chosen besides the browser's default. */
  get outputs(): readonly Output[] {
    return this.#outputs
  }

  /** The device in use; '' is the browser's default. */
  get inUse(): string {
    return this.#inUse
  }

  /** Whether this browser has a list of its own to choose from, with devices that the page does not know (Firefox). */
  get canAsk(): boolean {
    const devices: MediaDevices | undefined = navigator.mediaDevices
    return this.isChoosable && typeof devices?.selectAudioOutput === 'function'
  }

  /** Plays an element where everything else is played, also one that is in no document. */
  use(element: HTMLMediaElement): void {
    // One's own picture makes no sound.
    if (!this.isChoosable || element.muted) return
    if (!this.#playing.some((known) => known.deref() === element)) this.#playing.push(new WeakRef(element))
    void this.#direct(element)
  }

  /** Takes another device, and remembers it. '' is the browser's default. */
  choose(deviceId: string): void {
    remember('speaker-device', deviceId)
    this.#chosen = deviceId
    this.#wasListed = false
    this.#apply()
  }

  /**
   * Opens the browser's own list, and takes what the person chooses in it. Must be called from a click.
   *
   * @returns false where there is nothing to choose
   */
  async ask(): Promise<boolean> {
    try {
      const output = await navigator.mediaDevices.selectAudioOutput?.()
      if (output === undefined) return false
      await this.review()
      this.choose(output.deviceId)
      return true
    } catch (error) {
      // Closed without a choice, which is one.
      return error instanceof DOMException && error.name === 'NotAllowedError'
    }
  }

  /** Looks anew which devices there are: some are told of only once the microphone is allowed. */
  async review(): Promise<void> {
    if (!this.isChoosable) return
    const devices: MediaDevices | undefined = navigator.mediaDevices
    this.#outputs = choosable((await devices?.enumerateDevices()) ?? [])
    this.#apply()
  }

  #apply(): void {
    const before = this.#inUse
    this.#inUse = outputToUse(this.#chosen, this.#outputs)
    this.#playing = this.#playing.filter((known) => known.deref() !== undefined)
    for (const known of this.#playing) {
      const element = known.deref()
      if (element !== undefined) void this.#direct(element)
    }
    this.emit('change', undefined)
    const isListed = this.#inUse !== ''
    if (before !== '' && this.#chosen !== '' && !isListed) this.emit('gone', undefined)
    if (before === '' && isListed && this.#wasListed) this.emit('back', undefined)
    if (isListed) this.#wasListed = true
  }

  async #direct(element: HTMLMediaElement): Promise<void> {
    if (element.sinkId === this.#inUse) return
    try {
      await element.setSinkId(this.#inUse)
    } catch {
      // It has no sound yet, or the device went away this very moment: both are told next, and it is tried again then.
    }
  }
}
