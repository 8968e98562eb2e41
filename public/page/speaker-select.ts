import { find } from './elements.js'
import type { Speech } from './language.js'
import type { LocalMedia } from './local-media.js'
import type { SpeakerFinding } from './output-choice.js'
import type { Speaker } from './speaker.js'
import { playTestSound } from './test-sound.js'

/** The field to choose the speaker with, and the button to hear it. */
export class SpeakerSelect {
  readonly #speaker: Speaker
  readonly #speech: Speech
  readonly #select = find('speaker-device', HTMLSelectElement)
  readonly #test = find('test-speaker', HTMLButtonElement)
  readonly #ask = find('ask-speaker', HTMLButtonElement)
  #finding: SpeakerFinding | undefined
  #isTesting = false

  constructor(speaker: Speaker, media: LocalMedia, speech: Speech) {
    this.#speaker = speaker
    this.#speech = speech
    this.#select.addEventListener('change', () => {
      this.#find(undefined)
      speaker.choose(this.#select.value)
    })
    this.#test.addEventListener('click', () => void this.#playTest())
    this.#ask.addEventListener('click', () => void this.#askBrowser())
    speaker.on('change', () => this.#fill())
    // Once the microphone is allowed there may be more to choose from.
    media.on('change', () => void speaker.review())
    speech.on('change', () => this.#fill())
    this.#fill()
  }

  #fill(): void {
    const { outputs, inUse, canAsk } = this.#speaker
    const options = outputs.map(({ label, deviceId }) => new Option(label, deviceId))
    this.#select.replaceChildren(new Option(this.#speech.texts.browserDefault, ''), ...options)
    this.#select.value = inUse
    find('speaker-field', HTMLElement).hidden = outputs.length === 0
    this.#ask.hidden = !canAsk
    this.#write()
  }

  async #playTest(): Promise<void> {
    if (this.#isTesting) return
    this.#isTesting = true
    this.#find('testing')
    const isPlayed = await playTestSound((element) => this.#speaker.use(element))
    this.#isTesting = false
    this.#find(isPlayed ? 'did-you-hear' : 'cannot-test')
  }

  async #askBrowser(): Promise<void> {
    this.#find((await this.#speaker.ask()) ? undefined : 'no-speaker')
  }

  #find(finding: SpeakerFinding | undefined): void {
    this.#finding = finding
    this.#write()
  }

  #write(): void {
    this.#test.setAttribute('aria-disabled', String(this.#isTesting))
    const result = find('speaker-result', HTMLElement)
    const sentence = this.#finding === undefined ? '' : this.#speech.texts.speakerFindings[this.#finding]
    // A live region says what changes in it, and nothing else should.
    if (result.textContent !== sentence) result.textContent = sentence
  }
}
