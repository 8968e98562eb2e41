import type { CallError } from '../sdk/index.js'
import { find, ignoreHeldKeys } from './elements.js'
import type { Speech } from './language.js'
import type { Texts } from './texts.js'
import { setTitle } from './title.js'
import { setState, setView } from './view.js'

/** What the person can do after a call. */
export interface EndActions {
  readonly onRejoin: () => void
  readonly onBack: () => void
}

/** The screen after a call: what happened, and the way back. */
export class EndScreen {
  readonly #speech: Speech
  #reason: CallError | 'left' = 'left'

  constructor(speech: Speech, { onRejoin, onBack }: EndActions) {
    this.#speech = speech
    const rejoin = find('rejoin', HTMLButtonElement)
    rejoin.addEventListener('click', onRejoin)
    ignoreHeldKeys(rejoin)
    find('back-to-start', HTMLButtonElement).addEventListener('click', onBack)
    speech.on('change', () => this.#write())
  }

  /** Shows why the call ended. */
  show(reason: CallError | 'left'): void {
    this.#reason = reason
    setView('end')
    setState('ended')
    this.#write()
    setTitle(this.#speech.texts.titleEnded)
    const rejoin = find('rejoin', HTMLButtonElement)
    // It would only be refused.
    rejoin.hidden = reason !== 'left' && reason.code === 'kicked'
    ;(rejoin.hidden ? find('back-to-start', HTMLButtonElement) : rejoin).focus()
    if (reason === 'left') return
    const [title, detail] = sentences(reason, this.#speech.texts)
    find('alert', HTMLElement).textContent = detail ?? title
  }

  #write(): void {
    const [title, detail] = sentences(this.#reason, this.#speech.texts)
    find('end-title', HTMLElement).textContent = title
    const reason = find('end-reason', HTMLElement)
    reason.textContent = detail ?? ''
    reason.hidden = detail === undefined
  }
}

function sentences(reason: CallError | 'left', texts: Texts): readonly [title: string, detail?: string] {
  if (reason === 'left') return [texts.endLeft]
  switch (reason.code) {
    case 'kicked':
      return [texts.endKicked, texts.kicked]
    case 'replaced':
      return [texts.endLost, texts.endReplaced]
    case 'access-denied':
      return [texts.endLost, texts.inviteExpired]
    case 'closed':
      return [texts.endPutAway]
    case 'room-full':
      return [texts.endLost, texts.endFull]
    case 'rejected':
      return [texts.endLost, texts.endRejected]
    default:
      return [texts.endLost, texts.serverAway]
  }
}
