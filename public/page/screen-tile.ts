import type { Peer } from '../sdk/index.js'
import { keepFocus, make } from './elements.js'
import { Playback } from './playback.js'
import type { Texts } from './texts.js'

/** What a `ScreenTile` tells the page. */
export interface ScreenTileEvents {
  /** The person wants to look at this one. */
  readonly onChoose: () => void
  /** The picture has another shape: a window was resized, or another one is shared. */
  readonly onShape: () => void
}

/** A screen that somebody shares, with its sound: in the spotlight, or small in the strip, to be chosen. */
export class ScreenTile {
  readonly element = make('article', 'tile screen-tile')
  readonly playback = new Playback()
  readonly #name = make('span', 'tile-name')
  readonly #choose = make('button', 'choose')
  #peer: Peer
  #texts: Texts
  #listening = new AbortController()

  constructor(peer: Peer, texts: Texts, { onChoose, onShape }: ScreenTileEvents) {
    this.#peer = peer
    this.#texts = texts
    this.#choose.type = 'button'
    this.#choose.addEventListener('click', onChoose)
    this.playback.video.addEventListener('resize', onShape)
    const foot = make('div', 'tile-foot', make('span', 'tile-label', this.#name))
    this.element.append(this.playback.video, foot, this.#choose, this.playback.button)
    this.#follow(peer)
    this.speak(texts)
  }

  get peer(): Peer {
    return this.#peer
  }

  /**
   * Shows whether this is the one in the spotlight.
   *
   * @param isChoice  whether there is another one to choose
   */
  mark(isChosen: boolean, isChoice: boolean): void {
    if (!isChoice) keepFocus(this.#choose)
    this.#choose.hidden = !isChoice
    this.#choose.setAttribute('aria-pressed', String(isChosen))
  }

  /** Goes on with the peer that replaces this one. */
  replace(peer: Peer): void {
    this.#listening.abort()
    this.#listening = new AbortController()
    this.#follow(peer)
  }

  /** Shows the texts of another language. */
  speak(texts: Texts): void {
    this.#texts = texts
    this.playback.speak(texts)
    this.#write()
  }

  /** Lets the screen go. */
  dispose(): void {
    keepFocus(this.element)
    this.#listening.abort()
    this.playback.dispose()
    this.element.remove()
  }

  #follow(peer: Peer): void {
    this.#peer = peer
    const { signal } = this.#listening
    this.element.dataset['screenOf'] = peer.id
    this.playback.show(peer.stream('screen'))
    void this.playback.play()
    peer.on('track', () => void this.playback.play(), { signal })
    peer.on('profile', () => this.#write(), { signal })
    this.#write()
  }

  #write(): void {
    const title = this.#texts.screenOf(this.#peer.name)
    this.#name.textContent = title
    this.playback.video.setAttribute('aria-label', title)
    this.#choose.setAttribute('aria-label', this.#texts.showScreenOf(this.#peer.name))
  }
}
