import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

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
  const [packed] = JSON.parse(
    run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], root).stdout,
  )
  run('tar', ['-xzf', join(folder, packed.filename), '-C', installed, '--strip-components', '1'], root)
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
  const { stdout, stderr } = run(
    process.execPath,
    [join(root, 'node_modules', 'typescript', 'lib', 'tsc.js'), '-p', folder],
    folder,
    true,
  )
  return { folder, complaints: stdout + stderr }
}

/** The fenced blocks of one language in a Markdown file of the project, in their order. */
export function codeBlocks(file: string, language: string): string[] {
  const text = readFileSync(join(root, file), 'utf8')
  return Array.from(
    text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm')),
    ([, code = '']) => code,
  )
}

function run(
  program: string,
  args: readonly string[],
  cwd: string,
  mayFail = false,
): { stdout: string; stderr: string } {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, encoding: 'utf8' })
  if (status !== 0 && !mayFail) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr}`)
  return { stdout, stderr }
}
