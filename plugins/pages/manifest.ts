import type { Brand } from '../brand/brand.js'

/** The icons that are drawn in sizes that browsers ask for; `isMaskable` is for systems that cut icons to their own shape. */
export const drawnIcons = [
  { address: 'icon-192.png', size: 192, isMaskable: false },
  { address: 'icon-512.png', size: 512, isMaskable: false },
  { address: 'icon-maskable-192.png', size: 192, isMaskable: true },
  { address: 'icon-maskable-512.png', size: 512, isMaskable: true },
  // For iOS, which takes no other one, and gives it round corners.
  { address: 'icon-180.png', size: 180, isMaskable: true },
] as const

/**
 * What lets browsers install the page as an app (W3C Web Application Manifest). It has no `id`, which would be relative to the host
 * and not to the page; by itself it is the address of the start.
 *
 * @param logo  where the logo is, if there is one
 */
export function manifestOf({ name, color, backgroundColor, logo }: Brand, logoAddress: string): string {
  const icons =
    logo === undefined
      ? [
          { src: './favicon.svg', type: 'image/svg+xml', sizes: 'any', purpose: 'any' },
          ...drawnIcons
            .filter(({ size }) => size !== 180)
            .map(({ address, size, isMaskable }) => ({
              src: `./${address}`,
              type: 'image/png',
              sizes: `${size}x${size}`,
              purpose: isMaskable ? 'maskable' : 'any',
            })),
        ]
      : [{ src: `./${logoAddress}`, type: logo.type, sizes: logo.sizes, purpose: 'any' }]
  return JSON.stringify({
    name,
    short_name: name,
    start_url: './',
    scope: './',
    display: 'standalone',
    theme_color: color,
    background_color: backgroundColor,
    icons,
  })
}
