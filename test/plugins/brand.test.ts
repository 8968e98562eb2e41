import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inflateSync } from 'node:zlib'
import t from 'tap'
import { accentFor, contrastOf, leastContrast, themes } from '../../plugins/brand/accent.js'
import { readBrand } from '../../plugins/brand/brand.js'
import { drawMark, markColor } from '../../plugins/brand/mark.js'
import { BrandConfig, defaultsOf } from '../../schemas/index.js'

const at = (path: string) => new URL(`../../../${path}`, import.meta.url)
const unbranded = defaultsOf(BrandConfig)

t.test('the contrast of two colours is that of WCAG', async (t) => {
  t.equal(contrastOf('#000000', '#ffffff'), 21)
  t.equal(contrastOf('#767676', '#ffffff').toFixed(2), '4.54')
  t.equal(contrastOf('#ffffff', '#777777').toFixed(2), '4.48')
})

t.test('whatever the colour, what is written in it or on it can be read in both themes', async (t) => {
  const steps = [0, 51, 102, 153, 204, 255]
  const colors = steps.flatMap((red) =>
    steps.flatMap((green) => steps.map((blue) => `#${Buffer.from([red, green, blue]).toString('hex')}`)),
  )
  for (const color of colors) {
    for (const theme of ['light', 'dark'] as const) {
      const { accent, hover, onAccent, tint } = accentFor(color, theme)
      const { page, surface, ink } = themes[theme]
      for (const [what, a, b] of [
        ['on the page', accent, page],
        ['on a surface', accent, surface],
        ['on the tint', accent, tint],
        ['ink on the tint', ink, tint],
        ['on a button', onAccent, accent],
        ['on a button under the pointer', onAccent, hover],
      ] as const)
        if (contrastOf(a, b) < leastContrast) t.fail(`${color} ${theme} ${what}: ${a} ${b}`)
    }
  }
  t.equal(colors.length, 216)
})

t.test('a colour that can be seen is used as it is, another one nearly', async (t) => {
  t.equal(accentFor('#0B6B4F', 'light').accent, markColor)
  t.equal(accentFor('#ffd479', 'dark').accent, '#ffd479')
  t.match(accentFor('#ffd479', 'light'), { accent: '#7f6a3c', onAccent: '#ffffff' })
  t.match(accentFor('#0b6b4f', 'dark'), { onAccent: '#000000' })
})

t.test('the colours of the themes are those of the style sheet', async (t) => {
  const sheet = readFileSync(at('public/styles/base.css'), 'utf8')
  const [light = '', dark = ''] = sheet.split('@media (prefers-color-scheme: dark)')
  for (const [name, text] of [
    ['light', light],
    ['dark', dark],
  ] as const) {
    const { page, surface, ink } = themes[name]
    for (const line of [`--page: ${page};`, `--surface: ${surface};`, `--ink: ${ink};`]) t.match(text, line, name)
  }
  t.match(readFileSync(at('public/favicon.svg'), 'utf8'), markColor)
  t.match(readFileSync(at('public/index.html'), 'utf8'), `<rect width="32" height="32" rx="8" fill="${markColor}" />`)
})

t.test('the mark is drawn as a PNG of its size', async (t) => {
  for (const isMaskable of [false, true]) {
    const { colorAt, size } = decode(drawMark(64, '#123456', isMaskable))
    t.equal(size, 64)
    t.equal(colorAt(0, 0), isMaskable ? '123456ff' : '12345600', 'a corner')
    t.equal(colorAt(56, 32), '123456ff', 'the plate')
    t.equal(colorAt(isMaskable ? 25 : 22, 40), 'ffffffff', 'the lamp')
    t.equal(colorAt(40, isMaskable ? 24 : 20), 'ffd479ff', 'the flag')
  }
})

t.test('a logo is an SVG or a square PNG of some size, as its content says', async (t) => {
  const svg = '<?xml version="1.0"?>\n<!-- ours -->\n<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>'
  const folder = t.testdir({
    'good.svg': svg,
    'good.png': drawMark(192, '#123456', true),
    'named.png': svg,
    'small.png': drawMark(64, '#123456', true),
    'page.svg': '<!doctype html><title>no</title><svg></svg>',
    'empty.svg': '',
    'large.svg': `${svg}${' '.repeat(262_144)}`,
  })
  const read = (name: string) => readBrand({ ...unbranded, brandLogo: join(folder, name) })
  t.match(await read('good.svg'), { logo: { type: 'image/svg+xml', sizes: 'any' } })
  t.match(await read('good.png'), { logo: { type: 'image/png', sizes: '192x192' } })
  t.match(await read('named.png'), { logo: { type: 'image/svg+xml', extension: 'svg' } })
  for (const [name, message] of [
    ['nowhere.svg', 'signalbox: brandLogo cannot be read: ENOENT.'],
    ['small.png', 'signalbox: brandLogo must be square as a PNG, 192 points wide at the least, not 64 by 64.'],
    ['page.svg', 'signalbox: brandLogo must be the path of an SVG or a PNG file.'],
    ['empty.svg', 'signalbox: brandLogo must be the path of an SVG or a PNG file.'],
    ['large.svg', /^signalbox: brandLogo must be a file of 262144 bytes at the most, not 262\d\d\d\.$/],
  ] as const)
    await t.rejects(read(name), { name: 'SettingError', message }, name)
})

/** Reads what `encodePng` writes: no filter, eight bits. */
function decode(png: Buffer): { size: number; colorAt(x: number, y: number): string } {
  const size = png.readUInt32BE(16)
  const dataAt = png.indexOf('IDAT')
  const lines = inflateSync(png.subarray(dataAt + 4, dataAt + 4 + png.readUInt32BE(dataAt - 4)))
  return {
    size,
    colorAt: (x, y) => {
      const start = y * (1 + size * 4) + 1 + x * 4
      return lines.subarray(start, start + 4).toString('hex')
    },
  }
}
