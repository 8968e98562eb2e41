import type { BrandConfig } from '../../schemas/index.js'
import { accentFor, themes } from './accent.js'
import { type Logo, readLogo } from './logo.js'
import { markColor } from './mark.js'

/** As whose the pages show themselves. */
export interface Brand {
  readonly name: string
  /** Of the mark, which is white and yellow on it, and of the bars of an installed app. */
  readonly color: string
  /** Of what is seen of such an app before the page is. */
  readonly backgroundColor: string
  /** What the style sheet has otherwise; undefined where it has nothing otherwise. */
  readonly style: string | undefined
  /** In the place of the mark. */
  readonly logo: Logo | undefined
}

/** @throws SettingError  when the logo cannot be used */
export async function readBrand({ brandName, brandColor, brandLogo }: BrandConfig): Promise<Brand> {
  return {
    name: brandName.trim(),
    color: brandColor === '' ? markColor : accentFor(brandColor, 'light').accent,
    backgroundColor: themes.light.page,
    style: brandColor === '' ? undefined : styleOf(brandColor),
    logo: brandLogo === '' ? undefined : await readLogo(brandLogo),
  }
}

function styleOf(color: string): string {
  const root = (theme: keyof typeof themes): string => {
    const { accent, hover, onAccent, tint } = accentFor(color, theme)
    return `:root{--accent:${accent};--accent-hover:${hover};--on-accent:${onAccent};--tint:${tint}}`
  }
  return `${root('light')}@media (prefers-color-scheme:dark){${root('dark')}}#mark rect,.mark rect{fill:${accentFor(color, 'light').accent}}\n`
}
