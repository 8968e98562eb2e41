import fc from 'fast-check'
import t from 'tap'
import { gridOf, type Place, placeInGrid, placeInSpotlight, type Room } from '../../public/page/grid.js'

const gapPx = 8

/** What is left for tiles on a phone, a phone on its side, and a desktop. */
const rooms = {
  phone: { width: 344, height: 628 },
  landscape: { width: 724, height: 276 },
  desktop: { width: 1264, height: 688 },
}

const anyRoom = fc.record({ width: fc.integer({ min: 200, max: 4000 }), height: fc.integer({ min: 150, max: 3000 }) })

function areApart(a: Place, b: Place): boolean {
  return (
    a.start + a.width <= b.start ||
    b.start + b.width <= a.start ||
    a.top + a.height <= b.top ||
    b.top + b.height <= a.top
  )
}

function faultOf(places: readonly Place[], room: Room): string | undefined {
  for (const [index, place] of places.entries()) {
    if (place.width < 1 || place.height < 1) return `${JSON.stringify(place)} is nothing`
    const isInside =
      place.start >= 0 &&
      place.top >= 0 &&
      place.start + place.width <= room.width + 1 &&
      place.top + place.height <= room.height + 1
    if (!isInside) return `${JSON.stringify(place)} sticks out`
    if (places.slice(index + 1).some((other) => !areApart(place, other))) return `${JSON.stringify(place)} is covered`
  }
  return undefined
}

t.test('people are put into the columns and rows in which they are seen best', async (t) => {
  for (const [name, count, columns, rows] of [
    ['phone', 2, 1, 2],
    ['phone', 3, 1, 3],
    ['phone', 5, 2, 3],
    ['phone', 8, 2, 4],
    ['landscape', 2, 2, 1],
    ['landscape', 3, 3, 1],
    ['landscape', 5, 3, 2],
    ['landscape', 8, 4, 2],
    ['desktop', 2, 2, 1],
    ['desktop', 3, 2, 2],
    ['desktop', 5, 3, 2],
    ['desktop', 8, 3, 3],
  ] as const) {
    const grid = gridOf(count, rooms[name], gapPx)
    t.strictSame([grid.columns, grid.rows], [columns, rows], `${count} on a ${name}`)
    const shape = grid.tileWidth / grid.tileHeight
    t.ok(shape > 0.74 && shape < 1.79, `${count} on a ${name}: ${shape}`)
  }
})

t.test('the last row is in the middle', async (t) => {
  const places = placeInGrid(5, rooms.desktop, gapPx)
  const lastRow = places.slice(3)
  const left = lastRow[0]?.start ?? 0
  const right = (lastRow[1]?.start ?? 0) + (lastRow[1]?.width ?? 0)
  t.ok(Math.abs(left - (rooms.desktop.width - right)) <= 1, `${left} and ${rooms.desktop.width - right}`)
  t.strictSame(placeInGrid(0, rooms.desktop, gapPx), [])
})

t.test('in any room no tile covers another or sticks out', async () => {
  fc.assert(
    fc.property(anyRoom, fc.integer({ min: 1, max: 15 }), (room, count) => {
      const fault = faultOf(placeInGrid(count, room, gapPx), room)
      if (fault !== undefined) throw new Error(fault)
    }),
  )
})

t.test('beside a spotlight nothing is covered either, whatever the shape of the screen', async () => {
  const shape = fc.double({ min: 0.3, max: 4, noNaN: true })
  fc.assert(
    fc.property(anyRoom, fc.integer({ min: 0, max: 15 }), shape, (room, others, shape) => {
      const { spotlight, strip } = placeInSpotlight(others, room, gapPx, shape)
      if (strip.length !== others) throw new Error(`${strip.length} places`)
      const fault = faultOf([spotlight, ...strip], room)
      if (fault !== undefined) throw new Error(fault)
    }),
  )
})

t.test('the spotlight is larger than every tile of its strip, which is beside it or below it', async (t) => {
  for (const [name, room] of Object.entries(rooms)) {
    for (const others of [1, 2, 4, 8]) {
      const { spotlight, strip } = placeInSpotlight(others, room, gapPx)
      const isBeside = room.width > room.height
      const isOnItsSide = strip.every(({ start, top }) =>
        isBeside ? start >= spotlight.width : top >= spotlight.height,
      )
      t.ok(isOnItsSide, `${others} on a ${name}`)
      for (const { width, height } of strip) {
        t.ok(spotlight.width * spotlight.height > width * height, `${others} on a ${name}: ${width}x${height}`)
      }
    }
  }
})
