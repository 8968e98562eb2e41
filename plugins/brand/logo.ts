import { readFile } from 'node:fs/promises'
import { SettingError } from '../../schemas/index.js'
import { pngSize } from './png.js'

/** Largest file that may be a logo: everybody who opens the page loads it. */
const maxLogoBytes = 262_144
/** Below it an icon on a phone would be blurred, and browsers install no app. */
const leastPngPoints = 192

/** A picture of the operator's own. */
export interface Logo {
  readonly body: Buffer
  readonly type: 'image/svg+xml' | 'image/png'
  readonly extension: 'svg' | 'png'
  /** As a web app manifest has it: `512x512`, or `any`. */
  readonly sizes: string
}

/**
 * Reads the logo, whose kind its content tells.
 *
 * @throws SettingError  when there is no file, or not such a one
 */
export async function readLogo(path: string): Promise<Logo> {
  const body = await readFile(path).catch((error: unknown) => {
    const reason = error instanceof Error && 'code' in error ? error.code : error
    throw new SettingError(`{brandLogo} cannot be read: ${reason}.`)
  })
  if (body.length > maxLogoBytes)
    throw new SettingError(`{brandLogo} must be a file of ${maxLogoBytes} bytes at the most, not ${body.length}.`)
  const size = pngSize(body)
  if (size !== undefined) {
    const { width, height } = size
    if (width !== height || width < leastPngPoints)
      throw new SettingError(
        `{brandLogo} must be square as a PNG, ${leastPngPoints} points wide at the least, not ${width} by ${height}.`,
      )
    return { body, type: 'image/png', extension: 'png', sizes: `${width}x${height}` }
  }
  if (!isSvg(body)) throw new SettingError('{brandLogo} must be the path of an SVG or a PNG file.')
  return { body, type: 'image/svg+xml', extension: 'svg', sizes: 'any' }
}

/** Whether the first element is `svg`, after what may stand before it (XML 1.0, section 2.8). */
function isSvg(body: Buffer): boolean {
  return /^\uFEFF?\s*(<\?xml[^>]*\?>\s*)?(<!--[\s\S]*?-->\s*)*(<!DOCTYPE svg[^>[]*>\s*)?(<!--[\s\S]*?-->\s*)*<svg[\s>]/.test(
    body.toString('utf8'),
  )
}
