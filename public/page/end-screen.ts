import type { CallError } from '../sdk/index.js'
import { find, ignoreHeldKeys } from './elements.js'
import { sentenceOf } from './join-notice.js'
import type { Speech } from './language.js'
import type { Texts } from './texts.js'
import { setTitle } from './title.js'
import { advice, troubleOf } from './trouble.js'
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
    find('end-reload', HTMLButtonElement).addEventListener('click', () => location.reload())
    speech.on('change', () => this.#write())
  }

  /** Shows why the call ended. */
  show(reason: CallError | 'left'): void {
    this.#reason = reason
    setView('end')
    setState('ended')
    this.#write()
    setTitle(this.#speech.texts.titleEnded)
    const action = reason === 'left' ? 'try-again' : advice[troubleOf(reason)].action
    const rejoin = find('rejoin', HTMLButtonElement)
    const reload = find('end-reload', HTMLButtonElement)
    // Where it would only be refused it is not offered.
    rejoin.hidden = action !== 'try-again'
    reload.hidden = action !== 'reload'
    const best = [rejoin, reload].find(({ hidden }) => !hidden) ?? find('back-to-start', HTMLButtonElement)
    best.focus()
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
  const trouble = troubleOf(reason)
  const next = texts.nextSteps[trouble]
  switch (trouble) {
    case 'kicked':
      return [texts.endKicked, next]
    case 'closed':
      return [texts.endPutAway, next]
    case 'full':
      return [texts.endLost, `${texts.endFull} ${next}`]
    default:
      return [texts.endLost, sentenceOf(trouble, texts)]
  }
}
