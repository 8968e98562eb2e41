import { type Place, placeInGrid, placeInSpotlight } from './grid.js'

const gapPx = 8

/** What is to be seen on the stage. */
export interface Scene {
  /** Everybody else, oldest first. */
  readonly faces: readonly HTMLElement[]
  /** The shared screens. */
  readonly screens: readonly HTMLElement[]
  /** The one of them that everybody looks at. */
  readonly spotlight: HTMLElement | undefined
  /** Its width by its height. */
  readonly shape: number | undefined
}

/** How the stage is divided: `pair` has one face that fills it and the own picture floating, or nobody. */
export type Layout = 'pair' | 'grid' | 'spotlight'

/**
 * Puts the tiles in their places, and keeps them there when the window changes. Tiles are never moved in the document: a
 * `<video>` that is stops playing, and the focus and the reading order stay as they are.
 */
export class Stage {
  readonly #element: HTMLElement
  readonly #own: HTMLElement
  readonly #onArranged: () => void
  #scene: Scene = { faces: [], screens: [], spotlight: undefined, shape: undefined }

  /**
   * @param own         the tile of the own picture, in `element`
   * @param onArranged  is told when sizes may have changed
   */
  constructor(element: HTMLElement, own: HTMLElement, onArranged: () => void) {
    this.#element = element
    this.#own = own
    this.#onArranged = onArranged
    new ResizeObserver(() => this.#arrange()).observe(element)
  }

  /** Shows another scene. */
  show(scene: Scene): void {
    this.#scene = scene
    this.#arrange()
  }

  #arrange(): void {
    const { faces, screens, spotlight, shape } = this.#scene
    const layout: Layout = spotlight !== undefined ? 'spotlight' : faces.length > 1 ? 'grid' : 'pair'
    this.#element.dataset['layout'] = layout
    // After the layout, which decides how much room there is.
    const room = { width: this.#element.clientWidth, height: this.#element.clientHeight }
    const tiles = [...screens.filter((screen) => screen !== spotlight), ...faces, this.#own]
    if (spotlight !== undefined) {
      const places = placeInSpotlight(tiles.length, room, gapPx, shape)
      put(spotlight, places.spotlight, 'spotlight')
      for (const [index, tile] of tiles.entries()) put(tile, places.strip[index], 'strip')
    } else if (layout === 'grid') {
      const places = placeInGrid(tiles.length, room, gapPx)
      for (const [index, tile] of tiles.entries()) put(tile, places[index], 'grid')
    } else {
      for (const tile of tiles) put(tile, undefined, 'pair')
    }
    this.#onArranged()
  }
}

/** Which property of a tile says what of its place. */
const sides = [
  ['start', 'inset-inline-start'],
  ['top', 'top'],
  ['width', 'width'],
  ['height', 'height'],
] as const

function put(tile: HTMLElement, place: Place | undefined, part: string): void {
  tile.dataset['part'] = part
  for (const [side, property] of sides) {
    if (place === undefined) tile.style.removeProperty(property)
    else tile.style.setProperty(property, `${place[side]}px`)
  }
}
