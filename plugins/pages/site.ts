import { readFile } from 'node:fs/promises'
import type { Brand } from '../brand/brand.js'
import { drawMark, markColor } from '../brand/mark.js'
import { Document, forEverybody } from './document.js'
import { drawnIcons, manifestOf } from './manifest.js'

/** What is made when the service starts. */
export interface Site {
  readonly page: Document
  /** The rest, by its address relative to the page. */
  readonly files: ReadonlyMap<string, Document>
}

/** A picture is shown, and nothing in it runs or loads anything, also where somebody opens it by itself. */
const pictureHeaders = { 'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox" }
const iconType = 'image/svg+xml'

/**
 * Makes the pages, and what they look like as the brand's.
 *
 * @param folder  with the built files
 */
export async function makeSite(folder: URL, brand: Brand): Promise<Site> {
  const read = (file: string) => readFile(new URL(file, folder), 'utf8')
  const files = new Map<string, Document>()
  /** @returns the address, which is another one for another content */
  const add = (name: string, extension: string, document: Document): string => {
    const address = `assets/${name}-${document.hash}.${extension}`
    files.set(address, document)
    return address
  }
  const style = brand.style && add('brand', 'css', new Document('text/css', brand.style, 'immutable'))
  const { logo } = brand
  const logoAddress = logo
    ? add('logo', logo.extension, new Document(logo.type, logo.body, 'immutable', pictureHeaders))
    : 'favicon.svg'
  if (logo === undefined) {
    const icon = (await read('favicon.svg')).replaceAll(markColor, brand.color)
    files.set('favicon.svg', new Document(iconType, icon, 'forADay', pictureHeaders))
    for (const { address, size, isMaskable } of drawnIcons) {
      // The build has drawn those of the usual colour: it takes tenths of a second.
      const picture =
        brand.color === markColor ? await readFile(new URL(address, folder)) : drawMark(size, brand.color, isMaskable)
      files.set(address, new Document('image/png', picture, 'forADay'))
    }
  }
  files.set(
    'manifest.webmanifest',
    new Document('application/manifest+json', manifestOf(brand, logoAddress), 'revalidated'),
  )

  const touchIcon = logo === undefined ? 'icon-180.png' : logo.type === 'image/png' ? logoAddress : undefined
  const links = [
    style && `<link rel="stylesheet" href="./${style}" />`,
    `<link rel="icon" href="./${logoAddress}" type="${logo?.type ?? iconType}" />`,
    touchIcon && `<link rel="apple-touch-icon" href="./${touchIcon}" />`,
    '<link rel="manifest" href="./manifest.webmanifest" />',
  ].filter((link) => link !== undefined)
  const fill = (html: string) => {
    const branded = html
      .replaceAll('%brand%', () => escaped(brand.name))
      .replace('<!-- brand -->', () => links.join('\n    '))
    if (logo === undefined) return branded
    return branded.replace(/<svg class="mark"[\s\S]*?<\/svg>/g, `<img class="mark" src="./${logoAddress}" alt="" />`)
  }
  // Its address is for good, and pages elsewhere take it from here.
  files.set('embed.js', new Document('text/javascript', await read('embed.js'), 'revalidated', forEverybody))
  const page = async (file: string) => new Document('text/html', fill(await read(file)), 'revalidated')
  files.set('check', await page('check.html'))
  const offline = await page('offline.html')
  files.set('offline.html', offline)
  // With it what it names, which the service worker can then show without a network.
  const shown = fill(await read('offline.html')).matchAll(/="\.\/(assets\/[^"]+|favicon\.svg)"/g)
  const worker = (await read('service-worker.js'))
    .replace('%files%', () => ['offline.html', ...new Set(Array.from(shown, ([, address]) => address))].join(' '))
    .replace('%version%', offline.hash)
  files.set('service-worker.js', new Document('text/javascript', worker, 'revalidated'))
  return { page: await page('index.html'), files }
}

/** Text as HTML has it, also within an attribute. */
function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
