import { AllowDialog } from './allow-dialog.js'
import { bindDeviceSelect } from './device-select.js'
import { find } from './elements.js'
import type { Speech } from './language.js'
import { showLevel } from './level-meter.js'
import type { LocalMedia } from './local-media.js'
import { mediaHelp, refusalOfAny } from './media-help.js'
import { bindOwnPicture, bindToggle } from './self-view.js'
import { areShortcutsOn, switchShortcuts } from './shortcuts.js'
import { Speaker } from './speaker.js'
import { SpeakerSelect } from './speaker-select.js'
import type { StatusLine } from './status-line.js'

/**
 * The own picture, and the choice of camera, microphone and speaker. There is one of it: it stands in the lobby, and during a
 * call in a dialog, to which its elements are moved.
 */
export class DevicePanel {
  readonly #media: LocalMedia
  readonly #speech: Speech
  readonly #status: StatusLine
  readonly #speaker = new Speaker()
  readonly #element = find('device-side', HTMLElement)
  readonly #fields = find('devices', HTMLDetailsElement)
  readonly #dialog = find('devices-dialog', HTMLDialogElement)
  /** Where it stands outside of calls. */
  readonly #home = this.#element.parentElement
  #isShown = false
  #stopLevel: (() => void) | undefined
  #levelTrack: MediaStreamTrack | null = null
  /** Whether the meter shows anything, and whether it has shown that somebody talks. */
  #meterState: 'silent' | 'running' | 'heard' = 'silent'

  constructor(media: LocalMedia, speech: Speech, status: StatusLine) {
    this.#media = media
    this.#speech = speech
    this.#status = status
    bindOwnPicture('preview', media)
    bindToggle('lobby-mic', 'mic', media)
    bindToggle('lobby-camera', 'camera', media)
    bindDeviceSelect('mic', media, speech)
    bindDeviceSelect('camera', media, speech)
    new SpeakerSelect(this.#speaker, media, speech)
    this.#speaker.on('gone', () => status.announce(speech.texts.speakerGone))
    this.#speaker.on('back', () => status.announce(speech.texts.speakerBack))
    new AllowDialog(media, speech)
    const keys = find('shortcuts', HTMLInputElement)
    keys.checked = areShortcutsOn()
    keys.addEventListener('change', () => switchShortcuts(keys.checked))
    find('devices-button', HTMLButtonElement).addEventListener('click', () => this.#openDialog())
    this.#dialog.addEventListener('close', () => this.closeDialog())
    media.on('change', () => this.#refresh())
    speech.on('change', () => this.#refresh())
  }

  /** Shows it in the lobby. */
  show(): void {
    this.#isShown = true
    this.#refresh()
  }

  /** Nobody sees it: nothing needs to be measured. */
  hide(): void {
    this.#isShown = false
    this.#refresh()
  }

  /** The dialog is closed, or the call is over. */
  closeDialog(): void {
    if (this.#element.parentElement === this.#home) return
    this.#dialog.close()
    this.#home?.prepend(this.#element)
    this.#fields.open = false
    this.hide()
  }

  #openDialog(): void {
    find('devices-place', HTMLElement).append(this.#element)
    this.#fields.open = true
    this.show()
    this.#dialog.showModal()
    // What is moved in a document stops. A picture that is replaced meanwhile begins by itself.
    find('preview', HTMLVideoElement)
      .play()
      .catch(() => undefined)
  }

  #refresh(): void {
    const { texts } = this.#speech
    const isInCall = this.#element.parentElement !== this.#home
    const refusal = refusalOfAny(this.#media)
    const help = mediaHelp(this.#media, texts)
    const sentence = refusal === undefined || isInCall ? help : `${help} ${texts.joinAllTheSame}`
    const element = find('media-help', HTMLElement)
    if (element.textContent !== sentence) {
      element.textContent = sentence
      if (this.#isShown && !isInCall && sentence !== '') this.#status.announce(sentence, { seen: false })
    }
    find('media-notice', HTMLElement).hidden = sentence === ''
    find('how-to-allow', HTMLButtonElement).hidden = refusal === undefined
    find('preview-text', HTMLElement).textContent = this.#previewText()
    this.#refreshLevel()
  }

  #previewText(): string {
    const { texts } = this.#speech
    if (this.#media.isStarting('camera')) return texts.cameraStarting
    return this.#media.problem('camera') === 'media-denied' ? texts.cameraIsBlocked : texts.cameraIsOff
  }

  #refreshLevel(): void {
    this.#writeMeter()
    const track = this.#isShown ? this.#media.track('mic') : null
    if (track === this.#levelTrack) return
    this.#stopLevel?.()
    this.#levelTrack = track
    this.#setMeter('silent')
    if (track === null) {
      this.#stopLevel = undefined
      return
    }
    this.#stopLevel = showLevel(track, {
      elements: [find('level', HTMLElement), find('mic-level', HTMLElement)],
      onRunning: () => this.#setMeter('running'),
      onHeard: () => this.#setMeter('heard'),
    })
  }

  #setMeter(state: 'silent' | 'running' | 'heard'): void {
    this.#meterState = state
    this.#writeMeter()
  }

  #writeMeter(): void {
    const { texts } = this.#speech
    find('mic-meter', HTMLElement).hidden = this.#meterState === 'silent' || !this.#media.isOn('mic')
    find('mic-heard', HTMLElement).textContent = this.#meterState === 'heard' ? texts.micIsHeard : texts.saySomething
  }
}
