// Finishes dist/public: the files that need no compiler, and each page's modules in one file, as its styles are. They are about
// eighty, and a browser that asks for each would wait for a dozen round trips.
import { cp } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url))
const isMade = (path) => /\.ts$|tsconfig\.json$|\/styles$/.test(path)

await cp(at('public'), at('dist/public'), { recursive: true, filter: (path) => !isMade(path) })
await build({
  entryPoints: {
    page: at('dist/public/page/main.js'),
    check: at('dist/public/page/check/main.js'),
    styles: at('public/styles/main.css'),
  },
  outdir: at('dist/public'),
  bundle: true,
  format: 'esm',
  target: 'es2022',
  charset: 'utf8',
  sourcemap: true,
  logLevel: 'warning',
})
