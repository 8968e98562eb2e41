import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { complaintsOf, packed, unpack } from './package/packed.js'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** A project that uses the package as it would be published. */
export interface Consumer {
  readonly folder: string
  /** The compiler's complaints; empty when there are none. */
  readonly complaints: string
}

/**
 * Packs the package, installs the tarball into a new project, and compiles files there: strictly, the declarations of the
 * package included.
 *
 * @param name   of the project; made anew each time
 * @param files  name without `.ts` to TypeScript
 */
export function compileConsumer(name: string, files: Readonly<Record<string, string>>): Consumer {
  // Below the project, so that what the package depends on is found without a registry.
  const folder = join(root, 'artifacts', name)
  const installed = join(folder, 'node_modules', 'signalbox')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(installed, { recursive: true })
  unpack(packed, installed)
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, `${file}.ts`), text)
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, private: true, type: 'module' }))
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        strict: true,
        noUncheckedIndexedAccess: true,
        exactOptionalPropertyTypes: true,
        skipLibCheck: false,
        module: 'NodeNext',
        target: 'ES2022',
        lib: ['ES2023', 'DOM', 'DOM.Iterable', 'DOM.AsyncIterable'],
        types: [],
        outDir: 'out',
        rootDir: '.',
      },
      files: Object.keys(files).map((file) => `${file}.ts`),
    }),
  )
  return { folder, complaints: complaintsOf(folder, folder) }
}

/** The fenced blocks of one language in a Markdown file of the project, in their order. */
export function codeBlocks(file: string, language: string): string[] {
  const text = readFileSync(join(root, file), 'utf8')
  return Array.from(
    text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm')),
    ([, code = '']) => code,
  )
}
