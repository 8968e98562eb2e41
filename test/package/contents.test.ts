import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import t from 'tap'
import { drawnIcons } from '../../plugins/pages/manifest.js'
import { packed, runToEnd, unpack } from './packed.js'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const folder = t.testdir({})
const paths = new Set(packed.paths)
unpack(packed, join(folder, 'package'))
const read = (path: string) => readFileSync(join(folder, 'package', path), 'utf8')
const manifest = JSON.parse(read('package.json'))

/** The files of a folder of the project that end so, by paths from its root. */
function filesOf(folder: string, ending: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => join(folder, entry.parentPath.slice(join(root, folder).length), entry.name))
}

t.test('the tarball holds what is needed, and nothing else', async (t) => {
  const compiled = ['schemas', 'plugins', 'src', 'public/sdk', 'public/embed']
    .flatMap((folder) => filesOf(folder, '.ts'))
    .map((file) => file.replace(/\.ts$/, ''))
  // As git sees them: deploy/ is where people may have certificates.
  const { stdout } = runToEnd('git', ['ls-files', '-co', '--exclude-standard', 'docs', 'deploy', 'examples'], root)
  // What npm keeps out of every package, wherever it is.
  const kept = stdout
    .split('\n')
    .filter((path) => path !== '' && !/(^|\/)(\.gitignore|\.npmrc|package-lock\.json)$/.test(path))
  const compressed = (file: string) => [file, `${file}.br`, `${file}.gz`]
  const pages = ['index.html', 'check.html', 'offline.html']
  // Their names change with what is in them; each page says which it is.
  const bundles = new Set(
    pages.flatMap((page) =>
      Array.from(read(`dist/public/${page}`).matchAll(/"\.\/(assets\/[^"]+)"/g), ([, file]) => `dist/public/${file}`),
    ),
  )
  const expected = [
    ...compiled.flatMap((file) => [`dist/${file}.js`, `dist/${file}.d.ts`]),
    ...filesOf('plugins', '.lua').map((file) => `dist/${file}`),
    ...[...pages, ...drawnIcons.map(({ address }) => address), 'favicon.svg', 'embed.js', 'service-worker.js'].map(
      (file) => `dist/public/${file}`,
    ),
    ...[...bundles].flatMap(compressed),
    ...filesOf('public/sdk', '.ts').flatMap((file) => compressed(`dist/${file.replace(/\.ts$/, '.js')}`).slice(1)),
    ...kept,
    ...['README.md', 'README.zh-CN.md', 'LICENSE', 'CHANGELOG.md', 'package.json'],
  ]
  t.ok(compiled.length > 200 && bundles.size >= 4 && kept.length > 20 && expected.some((path) => path.endsWith('.lua')))
  t.strictSame(
    expected.filter((path) => !paths.has(path)),
    [],
    'what is missing',
  )
  t.strictSame(
    packed.paths.filter((path) => !expected.includes(path)),
    [],
    'what is too much; it may be left of an earlier build: remove dist, and build',
  )
})

t.test('where the links of its documents lead', async (t) => {
  let links = 0
  for (const document of packed.paths.filter((path) => path.endsWith('.md'))) {
    const text = read(document).replaceAll(/^```[\s\S]*?^```/gm, '')
    for (const [, target = ''] of text.matchAll(/\]\(([^)#]+)/g)) {
      links += 1
      if (/^https:/.test(target)) continue
      const path = normalize(join(dirname(document), target)).replace(/\/$/, '')
      const isThere = [...paths].some((file) => file === path || file.startsWith(`${path}/`))
      // What the documents show as proof, and the page's sources: who has the project has them.
      const isProof = document !== 'README.md' && /^(test|bench|public)\//.test(path)
      t.ok(isThere || isProof, `${document}: ${target}`)
    }
  }
  t.ok(links > 50)
})

t.test('what package.json promises is there', async (t) => {
  const promised: string[] = [
    ...Object.values<string | Record<string, string>>(manifest.exports).flatMap((target) =>
      typeof target === 'string' ? [target] : Object.values(target),
    ),
    ...Object.values<string>(manifest.bin),
    ...manifest.sideEffects,
  ]
  t.ok(promised.length >= 8)
  for (const path of promised) t.ok(paths.has(normalize(path)), path)
  t.match(read(manifest.bin.signalbox), /^#!\/usr\/bin\/env node\n/)
})

t.test('publint has nothing to say', async (t) => {
  const { buffer, byteOffset, byteLength } = readFileSync(packed.tarball)
  const tarball = buffer.slice(byteOffset, byteOffset + byteLength)
  const { messages } = await publint({ pack: { tarball }, strict: true })
  t.strictSame(messages, [])
})

t.test('the types are right, for all who can import an ES module', async (t) => {
  const result = await checkPackage(createPackageFromTarballData(readFileSync(packed.tarball)))
  t.ok(result.types !== false)
  if (result.types === false) return
  t.strictSame(Object.keys(result.entrypoints), Object.keys(manifest.exports))
  // We have no CommonJS, and no files for resolvers that know no `exports`: what its own profile "esm-only" leaves out.
  const problems = result.problems.filter(
    (problem) => !('resolutionKind' in problem && ['node10', 'node16-cjs'].includes(problem.resolutionKind)),
  )
  t.strictSame(problems, [])
})

t.test('nothing of it, and of what it depends on, runs when it is installed', async (t) => {
  const atInstall = ['preinstall', 'install', 'postinstall', 'prepare']
  t.strictSame(
    Object.keys(manifest.scripts).filter((name) => atInstall.includes(name)),
    [],
  )
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  const needed = Object.entries<{ dev?: boolean; hasInstallScript?: boolean }>(packages).filter(
    ([path, entry]) => path !== '' && entry.dev !== true,
  )
  t.ok(needed.length > 50)
  t.strictSame(
    needed.filter(([, entry]) => entry.hasInstallScript === true),
    [],
  )
})
