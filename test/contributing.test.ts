import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const manifest = JSON.parse(read('package.json'))
const text = read('CONTRIBUTING.md')
const architecture = read('docs/architecture.md')

/** The first cells of the tables of a text that are in backticks. */
const firstCells = (markdown: string): string[] =>
  Array.from(markdown.matchAll(/^\| `([^`]+)` \|/gm), ([, cell = '']) => cell)

t.test('the commands for contributors are the scripts of package.json, each of them', async (t) => {
  const named = firstCells(text)
    .filter((cell) => cell.startsWith('npm '))
    .map((cell) => cell.replace(/^npm (run )?/, ''))
  // What runs before another is not for people.
  const scripts = Object.keys(manifest.scripts).filter((name) => !name.startsWith('pre'))
  t.strictSame(named.sort(), scripts.sort())
})

t.test('no document names a script that there is not', async (t) => {
  const documents = ['README.md', 'CONTRIBUTING.md', 'deploy/README.md', 'bench/README.md'].concat(
    readdirSync(join(root, 'docs'))
      .filter((file) => file.endsWith('.md'))
      .map((file) => `docs/${file}`),
  )
  let count = 0
  for (const document of documents) {
    for (const [, script = ''] of read(document).matchAll(/npm run (?:--\S+ )*([a-z]\S*?)(?=[`\s.,;:)]|$)/gm)) {
      t.ok(script in manifest.scripts, `${document}: npm run ${script}`)
      count += 1
    }
  }
  t.ok(count > 15)
})

t.test('the files that contributors are led to are there', async (t) => {
  const places = ['.', 'plugins/signaling', 'plugins/rooms', 'public/sdk', 'public']
  const named = Array.from(
    (text + architecture).matchAll(/`([\w./-]+(?:\.ts|\.md|\.json|\/))`/g),
    ([, path = '']) => path,
  )
  t.ok(named.length > 25)
  for (const path of named)
    t.ok(
      places.some((place) => existsSync(join(root, place, path))),
      path,
    )
  for (const [, name = ''] of architecture.matchAll(/`(\w+)` in `plugins\/signaling\/outline\.ts`/g))
    t.match(read('plugins/signaling/outline.ts'), `export const ${name}`)
})

t.test('each dependency is accounted for', async (t) => {
  const [, toRun = '', toBuild = ''] = read('docs/dependencies.md').split(/^## /m)
  t.strictSame(firstCells(toRun).sort(), Object.keys(manifest.dependencies).sort())
  t.strictSame(firstCells(toBuild).sort(), Object.keys(manifest.devDependencies).sort())
  const cells = toRun.split('\n').filter((line) => line.startsWith('| `'))
  for (const line of cells) t.match(line, /^\| `[^`]+` \| .{20,} \| .{20,} \|$/)
})

t.test('the changelog and the promise name this version, and each part that is promised', async (t) => {
  const changelog = read('CHANGELOG.md')
  t.match(changelog, /^## \[Unreleased\]$/m)
  t.match(
    changelog,
    new RegExp(
      `^## \\[${manifest.version}\\] - \\d{4}-\\d\\d-\\d\\d$|version, ${manifest.version}, is being made`,
      'm',
    ),
  )
  const promise = read('docs/versioning.md')
  for (const path of Object.keys(manifest.exports))
    t.ok(promise.includes(`\`${path.replace(/^\./, manifest.name)}\``), `${path} is promised`)
  for (const [, target = ''] of promise.matchAll(/\]\(([^)#]+)/g))
    if (!target.startsWith('https:')) t.ok(existsSync(join(root, dirname('docs/versioning.md'), target)), target)
})
