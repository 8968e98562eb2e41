import type { Peer, PeerState } from '../sdk/index.js'
import { icon, keepFocus, make } from './elements.js'
import type { Texts } from './texts.js'

/** From how much of a picture on, in its narrower direction, cropping loses more than bars beside it. */
const maxCrop = 1.7

/**
 * One other person on the page: the picture, or a calm tile with the initial while there is none. It outlives its `Peer`:
 * somebody who comes back after a reconnect goes on in the same tile, with the same stream.
 */
export class Tile {
  readonly element = make('article', 'tile')
  readonly #video = make('video', 'picture')
  readonly #initial = make('span', 'initial')
  readonly #name = make('span', 'tile-name')
  readonly #micOff = icon('mic-off')
  readonly #label = make('span', 'tile-label', this.#micOff, this.#name)
  readonly #tapToHear = make('button', 'primary tap-to-hear')
  #peer: Peer
  #state: PeerState
  #wasLive = false
  #listening = new AbortController()

  constructor(peer: Peer, texts: Texts) {
    this.#peer = peer
    this.#state = peer.state
    this.#video.autoplay = true
    this.#video.playsInline = true
    this.#initial.setAttribute('aria-hidden', 'true')
    this.#tapToHear.type = 'button'
    this.#tapToHear.hidden = true
    this.#tapToHear.addEventListener('click', () => void this.#play())
    this.#video.addEventListener('resize', () => this.#fit())
    new ResizeObserver(() => this.#fit()).observe(this.element)
    this.element.append(this.#initial, this.#video, this.#label, this.#tapToHear)
    this.#follow(peer)
    this.speak(texts)
  }

  /** The `<video>` of the picture. */
  get video(): HTMLVideoElement {
    return this.#video
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
    this.#video.srcObject = null
    this.element.remove()
  }

  /** Shows the texts of another language. */
  speak(texts: Texts): void {
    this.#tapToHear.textContent = texts.tapToHear
    this.#micOff.removeAttribute('aria-hidden')
    this.#micOff.setAttribute('role', 'img')
    this.#micOff.setAttribute('aria-label', texts.micOff)
  }

  #follow(peer: Peer): void {
    this.#peer = peer
    const { signal } = this.#listening
    this.element.dataset['peer'] = peer.id
    this.#name.textContent = peer.name ?? ''
    this.#initial.textContent = initialOf(peer.name)
    if (this.#video.srcObject !== peer.stream()) this.#video.srcObject = peer.stream()
    this.#refresh()
    peer.on('state', () => this.#refresh(), { signal })
    peer.on('media', () => this.#refresh(), { signal })
    peer.on('track', () => void this.#play(), { signal })
  }

  #refresh(): void {
    const { state } = this.#peer
    const isSuccession = state === 'connecting' && (this.#state === 'live' || this.#state === 'unstable')
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
    this.#label.toggleAttribute('hidden', this.#peer.name === undefined && this.#micOff.hasAttribute('hidden'))
    this.element.dataset['state'] = this.#state
  }

  /** Browsers may refuse to play sound before the person has done something here; then they are asked. */
  async #play(): Promise<void> {
    try {
      await this.#video.play()
      keepFocus(this.#tapToHear)
      this.#tapToHear.hidden = true
    } catch (error) {
      // AbortError: another track came in and play was called again.
      if (error instanceof DOMException && error.name === 'NotAllowedError') this.#tapToHear.hidden = false
    }
  }

  #fit(): void {
    const { videoWidth, videoHeight } = this.#video
    const { clientWidth, clientHeight } = this.element
    if (videoWidth === 0 || clientWidth === 0 || clientHeight === 0) return
    const shapes = [videoWidth / videoHeight, clientWidth / clientHeight] as const
    const crop = Math.max(...shapes) / Math.min(...shapes)
    this.element.dataset['fit'] = crop > maxCrop ? 'contain' : 'cover'
  }
}

/** What stands for somebody without a picture: the first sign of the name as people see it, or a dot. */
export function initialOf(name: string | undefined): string {
  const [first] = new Intl.Segmenter().segment(name?.trim() ?? '')
  return first?.segment.toLocaleUpperCase() ?? '·'
}
