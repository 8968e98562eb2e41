import { encodePng } from './png.js'

/** The colour of the mark where no other one is set; public/favicon.svg and the symbol in public/index.html have the same. */
export const markColor = '#0b6b4f'

/** For each point how far it is from the edge of a shape, in units of the mark, which is 32 high; negative inside. */
type Shape = (x: number, y: number) => number

/** How much of the square an icon is that a system cuts to a shape of its own (W3C Manifest Incubations, "maskable"). */
const safeShare = 0.75

const pole = segment(11, 6.5, 11, 26, 1.3)
const flag = polygon([
  [11, 8.2],
  [25, 5.4],
  [25, 11.8],
  [11, 14.6],
])
const lamp: Shape = (x, y) => Math.hypot(x - 11, y - 20.4) - 3.1
const plate: Shape = (x, y) => {
  const [dx, dy] = [Math.abs(x - 16) - 8, Math.abs(y - 16) - 8]
  return Math.hypot(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0) - 8
}

const layers: readonly { readonly shape: Shape; readonly color: number }[] = [
  { shape: pole, color: 0xffffff },
  { shape: flag, color: 0xffd479 },
  { shape: lamp, color: 0xffffff },
]

/**
 * Draws the mark as a PNG.
 *
 * @param size        width and height, in points
 * @param color       of the plate, such as `#0b6b4f`
 * @param isMaskable  whether it fills the whole square, with what matters in its middle
 */
export function drawMark(size: number, color: string, isMaskable: boolean): Buffer {
  const scale = 32 / (isMaskable ? size * safeShare : size)
  const offset = (32 - size * scale) / 2
  // Half a point on either side of an edge is between the colours.
  const cover = (shape: Shape, x: number, y: number) => Math.min(1, Math.max(0, 0.5 - shape(x, y) / scale))
  const plateColor = Number.parseInt(color.slice(1), 16)
  return encodePng(size, (column, row) => {
    const [x, y] = [offset + (column + 0.5) * scale, offset + (row + 0.5) * scale]
    let mixed = plateColor
    for (const { shape, color } of layers) mixed = mix(mixed, color, cover(shape, x, y))
    const opacity = isMaskable ? 255 : Math.round(255 * cover(plate, x, y))
    return mixed * 256 + opacity
  })
}

/** @param share  of the colour above; both as the number 0xRRGGBB */
function mix(below: number, above: number, share: number): number {
  if (share === 0) return below
  const between = (shift: number) => {
    const from = (below >> shift) & 255
    return Math.round(from + (((above >> shift) & 255) - from) * share) << shift
  }
  return between(16) | between(8) | between(0)
}

function segment(fromX: number, fromY: number, toX: number, toY: number, radius: number): Shape {
  const [dx, dy] = [toX - fromX, toY - fromY]
  return (x, y) => {
    const along = Math.min(1, Math.max(0, ((x - fromX) * dx + (y - fromY) * dy) / (dx * dx + dy * dy)))
    return Math.hypot(x - fromX - dx * along, y - fromY - dy * along) - radius
  }
}

/** @param corners  of a convex polygon, clockwise as one sees it */
function polygon(corners: readonly (readonly [number, number])[]): Shape {
  const sides = corners.map(([fromX, fromY], index) => {
    const [toX, toY] = corners[(index + 1) % corners.length] ?? [fromX, fromY]
    const length = Math.hypot(toX - fromX, toY - fromY)
    return { fromX, fromY, outX: (toY - fromY) / length, outY: -(toX - fromX) / length }
  })
  return (x, y) => {
    let farthest = -Infinity
    for (const { fromX, fromY, outX, outY } of sides)
      farthest = Math.max(farthest, (x - fromX) * outX + (y - fromY) * outY)
    return farthest
  }
}
