import type { Peer, PeerState } from '../sdk/index.js'
import type { CodeCheck, CodeMark } from './code-check.js'
import { icon, keepFocus, make } from './elements.js'
import { HandMark, type HandPlace } from './hand-mark.js'
import { Playback } from './playback.js'
import { QualityMark } from './quality-mark.js'
import type { Texts } from './texts.js'

/** From how much of a picture on, in its narrower direction, cropping loses more than bars beside it. */
const maxCrop = 1.7
/** The same in a small tile, where bars cost more: the face is in the middle. */
const maxCropSmall = 2.4

/**
 * One other person on the page: the picture, or a calm tile with the initial while there is none. It outlives its `Peer`:
 * somebody who comes back after a reconnect goes on in the same tile, with the same stream.
 */
export class Tile {
  readonly element = make('article', 'tile')
  readonly playback = new Playback()
  readonly #initial = make('span', 'initial')
  readonly #name = make('span', 'tile-name')
  readonly #micOff = icon('mic-off')
  readonly #quality = new QualityMark()
  readonly #label = make('span', 'tile-label', this.#micOff, this.#name, this.#quality.element)
  readonly #condition = make('span', 'tile-state')
  readonly #handMark = new HandMark()
  readonly #check = make('button', 'tile-button check-code')
  readonly #remove = make('button', 'tile-button remove', icon('remove'))
  readonly #codeCheck: CodeCheck
  #peer: Peer
  #texts: Texts
  #state: PeerState
  #wasLive = false
  #codeMark: CodeMark = 'none'
  /** Whether the code of the connection, or of the one before, was found to be the same. */
  #wasChecked = false
  #hand: HandPlace | undefined
  #onRemove: ((peer: Peer) => void) | undefined
  #listening = new AbortController()
  readonly #resizes = new ResizeObserver(() => this.#fit())

  constructor(peer: Peer, texts: Texts, codeCheck: CodeCheck) {
    this.#peer = peer
    this.#codeCheck = codeCheck
    this.#texts = texts
    this.#state = peer.state
    this.#initial.setAttribute('aria-hidden', 'true')
    this.#micOff.removeAttribute('aria-hidden')
    this.#micOff.setAttribute('role', 'img')
    this.playback.video.addEventListener('resize', () => this.#fit())
    this.#resizes.observe(this.element)
    const foot = make('div', 'tile-foot', this.#condition, this.#label)
    this.#remove.type = 'button'
    this.#remove.hidden = true
    this.#remove.addEventListener('click', () => this.#onRemove?.(this.#peer))
    this.#check.type = 'button'
    this.#check.addEventListener('click', () => codeCheck.open(this.#peer))
    const buttons = make('div', 'tile-buttons', this.#check, this.#remove)
    this.element.append(this.#initial, this.playback.video, this.#handMark.element, foot, this.playback.button, buttons)
    this.#follow(peer)
    this.speak(texts)
  }

  get peer(): Peer {
    return this.#peer
  }

  get name(): string | undefined {
    return this.#peer.name
  }

  /** The state to show: a peer that takes the place of a live one is no news until it is live, or fails. */
  get state(): PeerState {
    return this.#state
  }

  /** Whether the connection has worked: what breaks off needs other advice than what never came about. */
  get wasLive(): boolean {
    return this.#wasLive
  }

  get isSpeaking(): boolean {
    return this.element.hasAttribute('data-speaking')
  }

  /** Whether the person is to be seen talking. */
  set isSpeaking(isSpeaking: boolean) {
    this.element.toggleAttribute('data-speaking', isSpeaking)
  }

  /** The raised hand; undefined while it is not. */
  set hand(hand: HandPlace | undefined) {
    this.#hand = hand
    this.#showHand()
  }

  /** What the button to throw the person out does; without it there is no such button. */
  set onRemove(onRemove: ((peer: Peer) => void) | undefined) {
    this.#onRemove = onRemove
    if (onRemove === undefined) keepFocus(this.#remove)
    this.#remove.hidden = onRemove === undefined
  }

  /** Goes on with the peer that replaces this one. */
  replace(peer: Peer): void {
    this.#listening.abort()
    this.#listening = new AbortController()
    this.#follow(peer)
  }

  /** Lets the peer go. */
  dispose(): void {
    keepFocus(this.element)
    this.#listening.abort()
    this.#resizes.disconnect()
    this.playback.dispose()
    this.element.remove()
  }

  /** Shows the texts of another language. */
  speak(texts: Texts): void {
    this.#texts = texts
    this.playback.speak(texts)
    this.#quality.speak(texts)
    this.#micOff.setAttribute('aria-label', texts.micOff)
    this.#refresh()
  }

  #follow(peer: Peer): void {
    this.#peer = peer
    const { signal } = this.#listening
    this.element.dataset['peer'] = peer.id
    this.playback.show(peer.stream())
    this.#refresh()
    for (const type of ['state', 'media', 'profile', 'quality'] as const) {
      peer.on(type, () => this.#refresh(), { signal })
    }
    peer.on('code', () => this.#refreshCode(), { signal })
    peer.on('error', ({ code }) => code === 'code-failed' && this.#codeCheck.fail(peer), { signal })
    this.#codeCheck.on('change', () => this.#refreshCode(), { signal })
    this.#refreshCode()
    peer.on('track', () => void this.playback.play(), { signal })
  }

  #refresh(): void {
    const { state, name } = this.#peer
    const isSuccession = state === 'connecting' && this.#wasLive && this.#state !== 'failed'
    if (!isSuccession) this.#state = state
    if (state === 'live') this.#wasLive = true
    const isKnown = state === 'live' || state === 'unstable'
    // While a successor connects, and after everything, the last picture stays.
    if (isKnown) {
      this.element.toggleAttribute('data-picture', this.#peer.isSending('camera'))
      this.#micOff.toggleAttribute('hidden', this.#peer.isSending('mic'))
    } else if (!isSuccession && state === 'connecting') {
      this.element.toggleAttribute('data-picture', false)
      this.#micOff.toggleAttribute('hidden', true)
    }
    this.#name.textContent = name ?? ''
    this.#remove.setAttribute('aria-label', this.#texts.remove(name))
    this.#showCode()
    this.#showHand()
    this.#initial.textContent = initialOf(name)
    this.#quality.show(state === 'live' ? this.#peer.quality : undefined, name, this.#texts)
    const condition = conditionOf(this.#state, this.#texts)
    this.#condition.textContent = condition
    this.#condition.hidden = condition === ''
    const isNothingToSay = name === undefined && this.#micOff.hasAttribute('hidden') && !this.#quality.isPoor
    if (isNothingToSay) keepFocus(this.#label)
    this.#label.toggleAttribute('hidden', isNothingToSay)
    this.element.dataset['state'] = this.#state
  }

  #showHand(): void {
    const sentence = this.#texts.raisedHand(this.name)
    this.#handMark.show(this.#hand, sentence, this.#texts)
    this.element.setAttribute('aria-label', this.#handMark.name || (this.name ?? this.#texts.somebody))
  }

  #refreshCode(): void {
    this.#codeCheck.renew(this.#peer)
    this.#codeMark = this.#codeCheck.mark(this.#peer)
    if (this.#codeMark === 'unchecked' && this.#wasChecked) this.#codeCheck.sayChanged(this.#peer)
    if (this.#codeMark !== 'none') this.#wasChecked = this.#codeMark === 'matches'
    this.#showCode()
  }

  #showCode(): void {
    const mark = this.#codeMark
    if (mark === 'none') keepFocus(this.#check)
    this.#check.hidden = mark === 'none'
    if (this.element.dataset['code'] !== mark) {
      this.#check.replaceChildren(icon(mark === 'matches' ? 'checked' : mark === 'differs' ? 'differs' : 'shield'))
    }
    this.element.dataset['code'] = mark
    this.#check.setAttribute('aria-label', this.#texts.codeMarks[mark](this.#peer.name))
  }

  #fit(): void {
    const { shape } = this.playback
    const { clientWidth, clientHeight } = this.element
    if (shape === undefined || clientWidth === 0 || clientHeight === 0) return
    const shapes = [shape, clientWidth / clientHeight] as const
    const crop = Math.max(...shapes) / Math.min(...shapes)
    const isAlone = this.element.dataset['part'] === 'pair'
    this.element.dataset['fit'] = crop > (isAlone ? maxCrop : maxCropSmall) ? 'contain' : 'cover'
  }
}

/** What a tile says of a connection that does not work; '' while it does. */
function conditionOf(state: PeerState, texts: Texts): string {
  return state === 'live' || state === 'closed' ? '' : texts.conditions[state]
}

/** What stands for somebody without a picture: the first sign of the name as people see it, or a dot. */
export function initialOf(name: string | undefined): string {
  const [first] = new Intl.Segmenter().segment(name?.trim() ?? '')
  return first?.segment.toLocaleUpperCase() ?? '·'
}
