import { cp, rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const at = (path) => fileURLToPath(new URL(path, import.meta.url))

await rm(at('dist'), { recursive: true, force: true })
await cp(at('public'), at('dist'), { recursive: true })
await build({
  entryPoints: [at('src/main.tsx')],
  outfile: at('dist/main.js'),
  bundle: true,
  format: 'esm',
  target: 'es2022',
  jsx: 'automatic',
  minify: true,
  sourcemap: true,
  define: { 'process.env.NODE_ENV': '"production"' },
})
