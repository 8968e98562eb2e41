import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const [width, height, frames] = [320, 180, 24]
const folder = fileURLToPath(new URL('../../../artifacts/', import.meta.url))

/**
 * What a camera of 320 × 180 has seen, over and over, as Chromium reads it: YUV4MPEG2 in 4:2:0. Its own test picture is of any size
 * that is asked for, and calls are made for 720p: to encode that is most of what such a test costs.
 *
 * @returns the path of the file
 */
export function smallCamera(framesPerSecond: number): string {
  const path = `${folder}camera-${framesPerSecond}.y4m`
  if (existsSync(path)) return path
  mkdirSync(folder, { recursive: true })
  const header = Buffer.from(`YUV4MPEG2 W${width} H${height} F${framesPerSecond}:1 Ip A1:1 C420mpeg2\n`)
  const pictures = Array.from({ length: frames }, (_, k) => [Buffer.from('FRAME\n'), pictureOf(k)])
  // Suites start at the same time: nobody reads half a file.
  const unfinished = `${path}.${process.pid}`
  writeFileSync(unfinished, Buffer.concat([header, ...pictures.flat()]))
  renameSync(unfinished, path)
  return path
}

/** A bright bar that wanders over something that is not all alike, in changing colours. */
function pictureOf(k: number): Buffer {
  const luma = Buffer.alloc(width * height)
  const bar = Math.floor((k * width) / frames)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const isInBar = (x - bar + width) % width < 40
      luma[y * width + x] = isInBar ? 220 : 40 + ((x * 7 + y * 5) % 64)
    }
  }
  const chroma = (width * height) / 4
  return Buffer.concat([luma, Buffer.alloc(chroma, 64 + 5 * k), Buffer.alloc(chroma, 190 - 5 * k)])
}
