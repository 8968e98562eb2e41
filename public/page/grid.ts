/** A place on the stage, in CSS pixels from its top corner where lines begin. */
export interface Place {
  readonly start: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** How much room there is, in CSS pixels. */
export interface Room {
  readonly width: number
  readonly height: number
}

/** Equal tiles in columns and rows, sizes in CSS pixels. */
export interface Grid {
  readonly columns: number
  readonly rows: number
  readonly tileWidth: number
  readonly tileHeight: number
}

/** What most cameras and screens give. */
const pictureShape = 16 / 9
/** A tile may be this narrow for its height; narrower, too little of a picture that fills it would be left. */
const narrowestShape = 3 / 4

/** Below this a face is hard to know and a name hard to read. */
const minStripTile: Room = { width: 76, height: 56 }
/** How much of the stage the strip beside a spotlight may take: the first share in which its tiles are large enough. */
const stripShares = [0.18, 0.22, 0.26, 0.3, 0.34, 0.38]
/** What it may take where the spotlight has no use for more. */
const mostOfStrip = 0.45

/**
 * The columns and rows in which people are seen best. A tile is never wider than a picture, and may be narrower: it is
 * better filled with the middle of a picture than left with bars, but what is cut off counts against it.
 *
 * @param count  how many tiles, 1 or more
 * @param gapPx  between two tiles
 */
export function gridOf(count: number, room: Room, gapPx: number): Grid {
  const grids = Array.from({ length: count }, (_, index) => gridWith(index + 1, count, room, gapPx))
  return grids.reduce((best, grid) => (worth(grid) > worth(best) ? grid : best))
}

/** The place of every tile of a grid: the whole of it in the middle of the room, and so is its last row. */
export function placeInGrid(count: number, room: Room, gapPx: number): Place[] {
  if (count === 0) return []
  const { columns, rows, tileWidth, tileHeight } = gridOf(count, room, gapPx)
  const top = (room.height - span(rows, tileHeight, gapPx)) / 2
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / columns)
    const inThisRow = Math.min(columns, count - row * columns)
    const start = (room.width - span(inThisRow, tileWidth, gapPx)) / 2
    return {
      start: Math.round(start + (index % columns) * (tileWidth + gapPx)),
      top: Math.round(top + row * (tileHeight + gapPx)),
      width: tileWidth,
      height: tileHeight,
    }
  })
}

/**
 * The place of one picture that everybody is to look at, and of everything else in a strip: beside it where the room is
 * wider than high, below it otherwise. What the picture does not need the strip gets.
 *
 * @param others  how many tiles the strip has
 * @param shape   of the picture, width by height
 */
export function placeInSpotlight(
  others: number,
  room: Room,
  gapPx: number,
  shape = pictureShape,
): { readonly spotlight: Place; readonly strip: readonly Place[] } {
  const isBeside = room.width > room.height
  const long = isBeside ? room.width : room.height
  const needed = isBeside ? room.height * shape : room.width / shape
  const strip = Math.max(leastStrip(others, room, gapPx, isBeside), Math.min(long - gapPx - needed, long * mostOfStrip))
  const stripRoom = isBeside ? { width: strip, height: room.height } : { width: room.width, height: strip }
  const tight = tighten(gridOf(Math.max(1, others), stripRoom, gapPx), stripRoom, gapPx, isBeside)
  const rest = Math.floor(long - (others === 0 ? 0 : (isBeside ? tight.width : tight.height) + gapPx))
  const spotlight = {
    start: 0,
    top: 0,
    width: isBeside ? rest : Math.floor(room.width),
    height: isBeside ? Math.floor(room.height) : rest,
  }
  const [start, top] = isBeside ? [rest + gapPx, 0] : [0, rest + gapPx]
  const places = placeInGrid(others, tight, gapPx).map((place) => ({
    ...place,
    start: place.start + start,
    top: place.top + top,
  }))
  return { spotlight, strip: places }
}

function leastStrip(others: number, room: Room, gapPx: number, isBeside: boolean): number {
  const sizes = stripShares.map((share) => share * (isBeside ? room.width : room.height))
  const enough = sizes.find((size) => {
    const stripRoom = isBeside ? { width: size, height: room.height } : { width: room.width, height: size }
    const { tileWidth, tileHeight } = gridOf(Math.max(1, others), stripRoom, gapPx)
    return tileWidth >= minStripTile.width && tileHeight >= minStripTile.height
  })
  return enough ?? Math.max(...sizes)
}

/** Takes the room that the tiles leave at the sides of the strip away from it. */
function tighten({ columns, rows, tileWidth, tileHeight }: Grid, room: Room, gapPx: number, isBeside: boolean): Room {
  return isBeside
    ? { width: span(columns, tileWidth, gapPx), height: room.height }
    : { width: room.width, height: span(rows, tileHeight, gapPx) }
}

function gridWith(columns: number, count: number, { width, height }: Room, gapPx: number): Grid {
  const rows = Math.ceil(count / columns)
  const cellWidth = Math.max(0, (width - gapPx * (columns - 1)) / columns)
  const cellHeight = Math.max(0, (height - gapPx * (rows - 1)) / rows)
  return {
    columns,
    rows,
    tileWidth: Math.floor(Math.min(cellWidth, cellHeight * pictureShape)),
    tileHeight: Math.floor(Math.min(cellHeight, cellWidth / narrowestShape)),
  }
}

function worth({ tileWidth, tileHeight }: Grid): number {
  if (tileWidth === 0 || tileHeight === 0) return 0
  const shown = Math.min(1, tileWidth / tileHeight / pictureShape)
  return tileWidth * tileHeight * Math.cbrt(shown)
}

function span(count: number, size: number, gapPx: number): number {
  return count * size + (count - 1) * gapPx
}
