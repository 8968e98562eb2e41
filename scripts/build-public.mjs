// Finishes dist/public: the files that need no compiler, and each page's modules in one file, as its styles are. They are about
// eighty, and a browser that asks for each would wait for a dozen round trips. Their names change with their content, so that
// browsers may keep them; and they are compressed here, once. dist/maps has the same files with their source maps, for tests and
// for whoever looks for a fault; they are not served.
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { drawMark, markColor } from '../dist/plugins/brand/mark.js'
import { drawnIcons } from '../dist/plugins/pages/manifest.js'

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url))
const isMade = (path) => /\.ts$|tsconfig\.json$|\/styles$|\.html$/.test(path)
const [served, mapped] = [at('dist/public'), at('dist/maps')]
const assets = join(served, 'assets')

for (const folder of [assets, mapped]) await rm(folder, { recursive: true, force: true })
await mkdir(assets, { recursive: true })
await cp(at('public'), served, { recursive: true, filter: (path) => !isMade(path) })
await build({
  entryPoints: {
    page: join(served, 'page/main.js'),
    check: join(served, 'page/check/main.js'),
    offline: join(served, 'page/offline/main.js'),
    styles: at('public/styles/main.css'),
  },
  outdir: mapped,
  entryNames: '[name]-[hash]',
  bundle: true,
  format: 'esm',
  target: 'es2022',
  charset: 'utf8',
  sourcemap: true,
  minifyWhitespace: true,
  // The syntax stays as it is, or coverage would be of what no one has written; compressed that is three bytes of a hundred.
  minifyIdentifiers: true,
  logLevel: 'warning',
})

await build({
  entryPoints: [join(served, 'embed/main.js')],
  outfile: join(served, 'embed.js'),
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minifyWhitespace: true,
  minifyIdentifiers: true,
  logLevel: 'warning',
})
// Not as a module, which not every browser takes for a service worker; and its address has to stay.
await build({
  entryPoints: [join(served, 'worker/main.js')],
  outfile: join(served, 'service-worker.js'),
  format: 'iife',
  target: 'es2022',
  minifyWhitespace: true,
  minifyIdentifiers: true,
  logLevel: 'warning',
})

/** Where a page has `./page.js` it gets the name that this file has now. */
const addresses = new Map()
for (const name of (await readdir(mapped)).filter((name) => !name.endsWith('.map'))) {
  const text = await readFile(join(mapped, name), 'utf8')
  // A browser would ask for it where its tools are open.
  await writeFile(join(assets, name), text.replace(/\n\/[/*]# sourceMappingURL=\S+( \*\/)?\n$/, '\n'))
  addresses.set(`./${name.replace(/-\w+\./, '.')}`, `./assets/${name}`)
}
for (const page of (await readdir(at('public'))).filter((name) => extname(name) === '.html')) {
  let html = await readFile(at(join('public', page)), 'utf8')
  for (const [address, current] of addresses) html = html.replaceAll(`"${address}"`, `"${current}"`)
  await writeFile(join(served, page), html)
}

for (const { address, size, isMaskable } of drawnIcons)
  await writeFile(join(served, address), drawMark(size, markColor, isMaskable))

for (const folder of [assets, join(served, 'sdk')]) {
  for (const name of await readdir(folder)) {
    if (!/\.(js|css)$/.test(name)) continue
    const text = await readFile(join(folder, name))
    await writeFile(join(folder, `${basename(name)}.br`), brotliCompressSync(text))
    await writeFile(join(folder, `${basename(name)}.gz`), gzipSync(text, { level: 9 }))
  }
}
