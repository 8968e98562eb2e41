import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** The package as it would be published. */
export interface Packed {
  readonly tarball: string
  /** What is in it. */
  readonly paths: readonly string[]
}

/** What is built, packed once a process. */
export const packed: Packed = pack(join(root, 'artifacts', `package-${process.pid}`))

function pack(folder: string): Packed {
  mkdirSync(folder, { recursive: true })
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const [packed] = JSON.parse(
    runToEnd('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], root).stdout,
  )
  return {
    tarball: join(folder, packed.filename),
    paths: packed.files.map(({ path }: { path: string }) => path),
  }
}

export function unpack({ tarball }: Packed, folder: string): void {
  mkdirSync(folder, { recursive: true })
  runToEnd('tar', ['-xzf', tarball, '-C', folder, '--strip-components', '1'], root)
}

/** What the compiler has to say of a project, by its folder or its file of settings; empty when nothing. */
export function complaintsOf(project: string, cwd: string): string {
  const tsc = join(root, 'node_modules', 'typescript', 'lib', 'tsc.js')
  const { stdout, stderr } = runToEnd(process.execPath, [tsc, '-p', project], cwd, [0, 1, 2])
  return `${stdout}${stderr}`
}

interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/**
 * Runs a program, without what a test runner puts into each Node.
 *
 * @param statuses  with which it may end
 */
export function runToEnd(
  program: string,
  args: readonly string[],
  cwd: string,
  statuses: readonly (number | null)[] = [0],
): Ended {
  const { NODE_OPTIONS: _, NODE_V8_COVERAGE: __, ...env } = process.env
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, env, encoding: 'utf8' })
  if (!statuses.includes(status))
    throw new Error(`${program} ${args.join(' ')}: ${status} ${error?.message ?? `${stderr}${stdout}`}`)
  return { status, stdout, stderr }
}
