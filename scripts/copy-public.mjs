// Puts the files of public/ that need no compiler beside those that tsc has written.
import { cp } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const at = (path) => fileURLToPath(new URL(`../${path}/`, import.meta.url))
const isCompiled = (path) => /\.ts$|tsconfig\.json$/.test(path)

await cp(at('public'), at('dist/public'), { recursive: true, filter: (path) => !isCompiled(path) })
