import type { Peer } from '../sdk/index.js'
import type { CodeCheck } from './code-check.js'
import { find } from './elements.js'
import type { Speech } from './language.js'
import { ScreenTile } from './screen-tile.js'
import { ShownHeights, type ShownPicture } from './shown-heights.js'
import { watchSpeaking } from './speaking.js'
import { Stage } from './stage.js'
import { Tile } from './tile.js'

/** What `Tiles` tells the page. */
export interface TilesEvents {
  /** Somebody's state, or who is here, is different now. */
  readonly onChange: () => void
  /** Somebody has begun to share a screen. */
  readonly onScreen: (peer: Peer) => void
  /** Somebody has begun to talk. */
  readonly onSpeaker: (tile: Tile) => void
}

/** Everybody else in the call and the screens they share, on the stage. */
export class Tiles {
  readonly #speech: Speech
  readonly #events: TilesEvents
  readonly #codeCheck: CodeCheck
  readonly #container = find('tiles', HTMLElement)
  readonly #own = find('self-tile', HTMLElement)
  readonly #people = new Map<string, Tile>()
  /** By the peer's id; the newest is the last. */
  readonly #screens = new Map<string, ScreenTile>()
  readonly #heights = new ShownHeights(() => this.#pictures())
  readonly #stage = new Stage(this.#container, this.#own, () => this.#heights.review())
  #chosen: ScreenTile | undefined
  #onRemove: ((peer: Peer) => void) | undefined
  #stopWatching: (() => void) | undefined

  constructor(speech: Speech, codeCheck: CodeCheck, events: TilesEvents) {
    this.#speech = speech
    this.#events = events
    this.#codeCheck = codeCheck
    speech.on('change', (texts) => {
      for (const tile of [...this.#people.values(), ...this.#screens.values()]) tile.speak(texts)
    })
  }

  /** Everybody else, oldest first. */
  get people(): readonly Tile[] {
    return [...this.#people.values()]
  }

  /** What throws somebody out, for who may do that. */
  set onRemove(onRemove: ((peer: Peer) => void) | undefined) {
    this.#onRemove = onRemove
    for (const tile of this.#people.values()) tile.onRemove = onRemove
  }

  /** Somebody comes. @returns false for somebody who is here already */
  welcome(peer: Peer): boolean {
    if (this.#people.has(peer.id)) return false
    const tile = new Tile(peer, this.#speech.texts, this.#codeCheck)
    tile.onRemove = this.#onRemove
    this.#people.set(peer.id, tile)
    this.#own.before(tile.element)
    this.#stopWatching ??= watchSpeaking(
      () => this.#people.values(),
      (tile) => this.#events.onSpeaker(tile),
    )
    this.#watch(peer)
    this.#arrange()
    return true
  }

  /** Somebody comes back as another peer, and goes on in the same tiles. */
  succeed(peer: Peer, successor: Peer): void {
    rename(this.#people, peer.id, successor.id)?.replace(successor)
    rename(this.#screens, peer.id, successor.id)?.replace(successor)
    this.#watch(successor)
    this.#arrange()
  }

  /** Somebody goes. */
  dismiss(peer: Peer): void {
    this.#people.get(peer.id)?.dispose()
    this.#people.delete(peer.id)
    this.#removeScreen(peer)
    this.#arrange()
  }

  /** The call is over. */
  clear(): void {
    for (const tile of [...this.#people.values(), ...this.#screens.values()]) tile.dispose()
    this.#people.clear()
    this.#screens.clear()
    this.#chosen = undefined
    this.#stopWatching?.()
    this.#stopWatching = undefined
    this.#show()
  }

  #watch(peer: Peer): void {
    // After the tile's own listeners, which decide what the state means for the person.
    peer.on('state', () => this.#events.onChange())
    peer.on('profile', () => this.#events.onChange())
    peer.on('media', () => this.#reviewScreen(peer))
    this.#reviewScreen(peer)
  }

  #reviewScreen(peer: Peer): void {
    // A peer that has been replaced, or that nobody has seen yet.
    if (this.#people.get(peer.id)?.peer !== peer) return
    const isShown = this.#screens.has(peer.id)
    if (peer.isSending('screen') === isShown) return
    if (isShown) this.#removeScreen(peer)
    else this.#addScreen(peer)
    this.#show()
  }

  #addScreen(peer: Peer): void {
    const screen = new ScreenTile(peer, this.#speech.texts, {
      onChoose: () => {
        this.#chosen = screen
        this.#show()
      },
      onShape: () => this.#show(),
    })
    this.#screens.set(peer.id, screen)
    this.#container.prepend(screen.element)
    this.#chosen = screen
    this.#events.onScreen(peer)
  }

  #removeScreen(peer: Peer): void {
    const screen = this.#screens.get(peer.id)
    if (screen === undefined) return
    this.#screens.delete(peer.id)
    if (this.#chosen === screen) this.#chosen = [...this.#screens.values()].at(-1)
    screen.dispose()
  }

  #arrange(): void {
    for (const [index, { playback }] of this.people.entries()) {
      playback.video.id = index === 0 ? 'remote' : `remote-${index + 1}`
    }
    this.#show()
    this.#events.onChange()
  }

  #show(): void {
    const screens = [...this.#screens.values()]
    for (const screen of screens) screen.mark(screen === this.#chosen, screens.length > 1)
    this.#container.dataset['count'] = String(this.#people.size)
    this.#stage.show({
      faces: this.#faces(),
      screens: screens.map(({ element }) => element),
      spotlight: this.#chosen?.element,
      shape: this.#chosen?.playback.shape,
    })
  }

  /** Whoever shows the screen that all look at comes first: beside it. */
  #faces(): HTMLElement[] {
    const isPresenter = (tile: Tile): boolean => tile.peer.id === this.#chosen?.peer.id
    const { people } = this
    return [...people.filter(isPresenter), ...people.filter((tile) => !isPresenter(tile))].map(({ element }) => element)
  }

  *#pictures(): Generator<ShownPicture> {
    for (const { peer, playback, element } of this.#people.values()) {
      const fit = element.dataset['fit'] === 'contain' ? 'contain' : 'cover'
      yield { peer, slot: 'camera', video: playback.video, fit }
    }
    for (const { peer, playback } of this.#screens.values()) {
      yield { peer, slot: 'screen', video: playback.video, fit: 'contain' }
    }
  }
}

/** Keeps the place of an entry in the order of a map under another key. */
function rename<Value>(map: Map<string, Value>, former: string, key: string): Value | undefined {
  const value = map.get(former)
  if (value === undefined) return undefined
  const entries = Array.from(map, ([at, entry]) => [at === former ? key : at, entry] as const)
  map.clear()
  for (const [at, entry] of entries) map.set(at, entry)
  return value
}
