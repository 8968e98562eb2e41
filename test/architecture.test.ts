import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** What each floor, and each room on the plugins' floor, may import values from, besides itself. */
const allowed: Record<string, readonly string[]> = {
  schemas: [],
  'plugins/metrics': ['schemas'],
  'plugins/rooms': ['schemas', 'plugins/metrics'],
  'plugins/naming': ['schemas'],
  'plugins/frames': [],
  'plugins/access': ['schemas', 'plugins/naming'],
  'plugins/ice-servers': ['schemas', 'plugins/naming'],
  'plugins/admission': ['schemas', 'plugins/metrics', 'plugins/naming'],
  'plugins/signaling': [
    'schemas',
    'plugins/metrics',
    'plugins/naming',
    'plugins/frames',
    'plugins/rooms',
    'plugins/access',
    'plugins/admission',
    'plugins/ice-servers',
  ],
  'plugins/events': ['schemas', 'plugins/access', 'plugins/rooms'],
  'plugins/control': ['schemas', 'plugins/naming', 'plugins/events', 'plugins/rooms'],
  'plugins/brand': ['schemas'],
  'plugins/pages': ['plugins/brand'],
  plugins: [
    'schemas',
    'plugins/access',
    'plugins/brand',
    'plugins/control',
    'plugins/metrics',
    'plugins/pages',
    'plugins/rooms',
    'plugins/websocket',
  ],
  'plugins/websocket': ['schemas', 'plugins/admission'],
  'src/conformance': ['schemas'],
  src: [
    'schemas',
    'src/conformance',
    'plugins',
    'plugins/access',
    'plugins/admission',
    'plugins/control',
    'plugins/events',
    'plugins/ice-servers',
    'plugins/metrics',
    'plugins/naming',
    'plugins/rooms',
    'plugins/signaling',
    'plugins/websocket',
  ],
  'public/sdk': [],
  'public/worker': [],
  'public/embed': [],
  'public/page': ['public/sdk', 'public/embed'],
}

interface Import {
  readonly file: string
  readonly target: string
  readonly isType: boolean
}

const files = ['schemas', 'plugins', 'src', 'public'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file)),
)
const imports = files.flatMap(importsOf)

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8')
  const found = text.matchAll(/^(?:import|export)\s+(type\s)?[^'";]*?from\s+'(\.[^']+)'|^import\s+'(\.[^']+)'/gm)
  return Array.from(found, ([, type, from, bare]) => ({
    file,
    target: relative(root, join(root, dirname(file), from ?? bare ?? '')).replace(/\.js$/, '.ts'),
    isType: type !== undefined,
  }))
}

/** The longest key of `allowed` that a file lies in. */
function roomOf(file: string): string {
  const rooms = Object.keys(allowed).filter((room) => file.startsWith(`${room}/`))
  return rooms.sort((a, b) => b.length - a.length)[0] ?? file
}

t.test('imports run one way between the floors', async (t) => {
  t.ok(imports.length > 50, `${imports.length} imports found in ${files.length} files`)
  for (const { file, target, isType } of imports) {
    const [from, to] = [roomOf(file), roomOf(target)]
    if (from === to || allowed[from]?.includes(to)) continue
    const isTypeOfTheWire = isType && to === 'schemas' && from.startsWith('public')
    t.ok(isTypeOfTheWire, `${file} may not import ${isType ? 'types' : 'values'} from ${target}`)
  }
})

t.test('no file imports itself through others', async (t) => {
  const next = new Map(
    files.map((file) => [file, imports.filter((line) => line.file === file).map((line) => line.target)]),
  )
  const done = new Set<string>()
  const walk = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) t.fail([...path.slice(path.indexOf(file)), file].join(' → '))
    if (done.has(file) || path.includes(file)) return
    for (const target of next.get(file) ?? []) walk(target, [...path, file])
    done.add(file)
  }
  for (const file of files) walk(file, [])
  t.equal(done.size, files.length)
})

t.test('the environment is read in one place', async (t) => {
  const readers = files.filter((file) => readFileSync(join(root, file), 'utf8').includes('process.env'))
  t.strictSame(readers, ['src/server.ts'])
})

t.test('where there are suites, each file of tests runs in one of them', async (t) => {
  const tests = join(root, 'test')
  const files = readdirSync(tests, { recursive: true, encoding: 'utf8' })
  const folders = new Set(files.filter((file) => file.endsWith('.suite.ts')).map((suite) => dirname(suite)))
  const suites = files.filter((file) => /\.(suite|trial)\.ts$/.test(file))
  t.ok(folders.has('browser'))
  for (const folder of folders) {
    const own = files.filter((file) => dirname(file) === folder && file.endsWith('.test.ts'))
    const run = suites
      .filter((suite) => dirname(suite) === folder)
      .flatMap((suite) => Array.from(readFileSync(join(tests, suite), 'utf8').matchAll(/'\.\/(.+\.test)\.js'/g)))
      .map(([, name]) => join(folder, `${name}.ts`))
    t.ok(own.length > 1, folder)
    t.strictSame(run.sort(), own.sort(), folder)
  }
})

t.test('the lock files name no registry', async (t) => {
  for (const file of ['package-lock.json', 'bench/package-lock.json', 'examples/package-lock.json'])
    t.notMatch(readFileSync(join(root, file), 'utf8'), /"resolved": "http/, file)
})
