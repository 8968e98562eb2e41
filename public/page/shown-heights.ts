import type { Peer } from '../sdk/index.js'

/** While a window is being resized nobody needs to hear of every step. */
const settleAfterMs = 300
/** Who looks at another tab for a moment only should find everybody there. */
const hiddenAfterMs = 2000
/** Heights are told in steps of this many pixels: one more or less is no news. */
const stepPx = 16
/** A picture that fills its element may be so much wider than it is said to be: scaled to whole pixels, its shape is no longer quite its own. */
const tolerance = 1.02

/** A picture of a peer on the page. */
export interface ShownPicture {
  readonly peer: Peer
  readonly slot: 'camera' | 'screen'
  readonly video: HTMLVideoElement
  /** Whether all of it is shown, or it fills its element. */
  readonly fit: 'contain' | 'cover'
}

/** Tells every peer how high its pictures are shown, so that nobody sends more than is seen. */
export class ShownHeights {
  readonly #pictures: () => Iterable<ShownPicture>
  #timer: ReturnType<typeof setTimeout> | undefined

  /** @param pictures  all that are on the page; asked again each time */
  constructor(pictures: () => Iterable<ShownPicture>) {
    this.#pictures = pictures
    document.addEventListener('visibilitychange', () => {
      clearTimeout(this.#timer)
      this.#timer = undefined
      if (document.visibilityState === 'visible') this.#tell()
      else this.#timer = setTimeout(() => this.#tell(), hiddenAfterMs)
    })
  }

  /** Sizes, or who is here, may have changed. */
  review(): void {
    this.#timer ??= setTimeout(() => this.#tell(), settleAfterMs)
  }

  #tell(): void {
    this.#timer = undefined
    const isHidden = document.visibilityState !== 'visible'
    for (const picture of this.#pictures()) {
      picture.peer.want(picture.slot, isHidden && !isInPicture(picture.video) ? 0 : heightOf(picture))
    }
  }
}

function heightOf({ video, fit }: ShownPicture): number {
  const { videoWidth, videoHeight, clientWidth, clientHeight } = video
  const shape = videoWidth === 0 || videoHeight === 0 ? 16 / 9 : videoWidth / videoHeight
  return heightToAskFor({ width: clientWidth, height: clientHeight }, shape, fit, devicePixelRatio)
}

/**
 * How high a picture has to be for each pixel of the screen to get one of its own.
 *
 * @param room   in CSS pixels
 * @param shape  of the picture, width by height
 * @param ratio  device pixels for one CSS pixel
 * @returns      in device pixels, in steps; 0 where there is no room
 */
export function heightToAskFor(
  { width, height }: { readonly width: number; readonly height: number },
  shape: number,
  fit: 'contain' | 'cover',
  ratio: number,
): number {
  if (width === 0 || height === 0) return 0
  const shown = fit === 'contain' ? Math.min(height, width / shape) : Math.max(height, width / shape / tolerance)
  return Math.ceil((shown * ratio) / stepPx) * stepPx
}

/** A picture in a window of its own is seen although the page is not. */
function isInPicture(video: HTMLVideoElement): boolean {
  return document.pictureInPictureElement === video
}
