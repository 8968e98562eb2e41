import { maskedFrame } from '../load/frames.js'

/** The same message again and again, as bytes to write. */
export interface Volley {
  take(count: number): Buffer
}

/** Frames that are all alike: prepared once, several of them in one piece. */
export function volleyOf(text: string): Volley {
  const frame = maskedFrame(Buffer.from(text))
  let frames = frame
  return {
    take(count) {
      const bytes = count * frame.length
      if (frames.length < bytes) frames = Buffer.concat(Array.from({ length: 2 * count }, () => frame))
      return frames.subarray(0, bytes)
    },
  }
}

const headBytes = 8

/**
 * Frames that end in a number, counted up: `…,"n":17}`. Masked once but for that.
 *
 * @param beginning  the JSON text without its closing brace, of 126 to 65,000 bytes
 * @param next  the number of the next message
 */
export function numberedVolley(beginning: string, next: () => number): Volley {
  const text = Buffer.from(`${beginning},"n":`)
  const template = maskedFrame(text)
  const mask = template.subarray(4, headBytes)
  return {
    take(count) {
      const frames = Buffer.allocUnsafe(count * (template.length + 18))
      let at = 0
      for (let i = 0; i < count; i += 1) {
        const tail = `${next()}}`
        template.copy(frames, at)
        frames.writeUInt16BE(text.length + tail.length, at + 2)
        at += template.length
        for (let j = 0; j < tail.length; j += 1) {
          frames[at + j] = tail.charCodeAt(j) ^ (mask[(text.length + j) & 3] ?? 0)
        }
        at += tail.length
      }
      return frames.subarray(0, at)
    },
  }
}
