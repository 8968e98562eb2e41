/** A colour of sRGB: red, green and blue from 0 to 255. */
type Rgb = readonly [red: number, green: number, blue: number]

/** What one theme of the pages makes of a colour; each as CSS writes it. */
export interface Accent {
  readonly accent: string
  /** Under the pointer. */
  readonly hover: string
  /** Of text on either. */
  readonly onAccent: string
  /** A surface that hints at it. */
  readonly tint: string
}

/** What text needs at the least (WCAG 2.2, success criterion 1.4.3, level AA). */
export const leastContrast = 4.5

/** What stands behind the accent in a theme, as public/styles/base.css has it; and to what it goes where it is not seen. */
export const themes = {
  light: { page: '#f4f3ee', surface: '#ffffff', ink: '#1a201d', towards: '#000000', tintShare: 0.1 },
  dark: { page: '#121614', surface: '#1c2220', ink: '#edf1ee', towards: '#ffffff', tintShare: 0.2 },
} as const

const white = '#ffffff'
const black = '#000000'
/** How much of the way to black or white the colour goes at a time, and under the pointer. */
const step = 0.02
const hoverShare = 0.16

/**
 * Fits a colour to a theme: as near to it as can be read on every surface, with a colour of text that can be read on it.
 *
 * @param color  such as `#0b6b4f`
 */
export function accentFor(color: string, theme: keyof typeof themes): Accent {
  const { page, surface, ink, towards, tintShare } = themes[theme]
  const wanted = parse(color)
  const tint = mix(parse(surface), wanted, tintShare)
  const behind = [parse(page), parse(surface), tint]
  const accent = firstSeen(wanted, parse(towards), behind)
  const [onAccent, hoverTowards] = contrast(parse(white), accent) >= leastContrast ? [white, black] : [black, white]
  return {
    accent: format(accent),
    // Away from the text on it, which can be read under the pointer, too.
    hover: format(mix(accent, parse(hoverTowards), hoverShare)),
    onAccent,
    // In a theme of no colour the ink must be read on it as well.
    tint: format(contrast(tint, parse(ink)) >= leastContrast ? tint : parse(surface)),
  }
}

/**
 * How well two colours can be told apart: from 1, not at all, to 21 (WCAG 2.2, "contrast ratio").
 *
 * @param a  such as `#0b6b4f`
 */
export function contrastOf(a: string, b: string): number {
  return contrast(parse(a), parse(b))
}

function firstSeen(wanted: Rgb, towards: Rgb, behind: readonly Rgb[]): Rgb {
  for (let share = 0; share < 1; share += step) {
    const tried = mix(wanted, towards, share)
    if (behind.every((surface) => contrast(tried, surface) >= leastContrast)) return tried
  }
  return towards
}

function contrast(a: Rgb, b: Rgb): number {
  const [darker = 0, lighter = 0] = [luminance(a), luminance(b)].sort((one, other) => one - other)
  return (lighter + 0.05) / (darker + 0.05)
}

/** WCAG 2.2, "relative luminance". */
function luminance(color: Rgb): number {
  const [red = 0, green = 0, blue = 0] = color.map((value) =>
    value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4,
  )
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** In whole steps, so that what is measured is what is written. */
function mix([r, g, b]: Rgb, [towardsR, towardsG, towardsB]: Rgb, share: number): Rgb {
  const between = (from: number, to: number) => Math.round(from + (to - from) * share)
  return [between(r, towardsR), between(g, towardsG), between(b, towardsB)]
}

function parse(color: string): Rgb {
  const value = Number.parseInt(color.slice(1), 16)
  return [value >> 16, (value >> 8) & 255, value & 255]
}

function format(color: Rgb): string {
  return `#${color.map((value) => value.toString(16).padStart(2, '0')).join('')}`
}
