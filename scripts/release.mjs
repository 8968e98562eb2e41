// Checks that what is here can be released, and packs it: `npm run release`. Nothing leaves the machine.
// `npm run release -- --publish` does the same, then publishes that very tarball with provenance, which npm gives in CI alone.
// `--quick` leaves out what takes minutes, and never goes with `--publish`.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const { publish, quick } = parseArgs({ options: { publish: { type: 'boolean' }, quick: { type: 'boolean' } } }).values
if (publish && quick) end('--quick does not go with --publish')

const manifest = JSON.parse(readFileSync('package.json', 'utf8'))
const { version } = manifest
const folder = join('artifacts', 'release')

function end(sentence) {
  process.stderr.write(`release: ${sentence}\n`)
  process.exit(1)
}

const say = (sentence) => process.stdout.write(`${sentence}\n`)
const ask = (program, ...words) => execFileSync(program, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 2] })
const runs = (program, ...words) => spawnSync(program, words, { stdio: ['ignore', 2, 2] }).status === 0

/** The part of the changelog below a heading, without white space around it; `undefined` without the heading. */
function entryOf(heading) {
  const parts = readFileSync('CHANGELOG.md', 'utf8').split(/^## /m)
  return parts
    .find((part) => part.startsWith(heading))
    ?.replace(/^.*/, '')
    .trim()
}

const isUnpublishable = () =>
  manifest.repository === undefined && 'package.json names no repository, so npm cannot tell where it was built'

/** What must be so, and what is wrong if it is not. */
const checks = [
  ['the tree is clean', () => ask('git', 'status', '--porcelain') !== '' && 'there are changes that are not committed'],
  [
    `${version} is a version`,
    () => !/^\d+\.\d+\.\d+(-[\da-z.-]+)?$/.test(version) && `${version} is not one, by SemVer`,
  ],
  [
    'the lock file has it',
    () => JSON.parse(readFileSync('package-lock.json', 'utf8')).version !== version && 'it does not; run: npm install',
  ],
  ['it is not released', () => ask('git', 'tag', '--list', `v${version}`) !== '' && `there is a tag v${version}`],
  [
    'the changelog has an entry of today or before',
    () => {
      const date = new RegExp(`^## \\[${version.replaceAll('.', '\\.')}\\] - (\\d{4}-\\d\\d-\\d\\d)$`, 'm').exec(
        readFileSync('CHANGELOG.md', 'utf8'),
      )?.[1]
      if (date === undefined) return `CHANGELOG.md has no line "## [${version}] - year-month-day"`
      if (date > new Date().toISOString().slice(0, 10)) return `${date} is yet to come`
      return entryOf(`[${version}]`) === '' && 'the entry is empty'
    },
  ],
  ['nothing is left under Unreleased', () => (entryOf('[Unreleased]') ?? '') !== '' && 'move it to the version'],
  ...(publish ? [['npm can say where it comes from', isUnpublishable]] : []),
]
const slowChecks = [
  ['lint', () => !runs('npm', 'run', '--silent', 'lint') && 'it fails'],
  ['all tests', () => !runs('npm', 'test') && 'they fail'],
]

function demand(list) {
  let failures = 0
  for (const [name, wrong] of list) {
    const sentence = wrong()
    say(sentence ? `not ok  ${name}: ${sentence}` : `ok      ${name}`)
    if (sentence) failures += 1
  }
  if (failures > 0) end(`${failures} of the above must be mended first`)
}

demand(checks)
if (!quick) demand(slowChecks)

rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
const [packed] = JSON.parse(ask('npm', 'pack', '--json', '--pack-destination', folder))
const paths = packed.files.map(({ path }) => path)
const missing = ['README.md', 'LICENSE', 'CHANGELOG.md'].filter((path) => !paths.includes(path))
if (missing.length > 0) end(`the tarball lacks ${missing.join(', ')}`)
if (!runs('npm', 'run', '--silent', 'sbom', '--', join(folder, 'sbom.cdx.json'))) end('there is no SBOM')
if (ask('git', 'status', '--porcelain') !== '') end('building has changed the tree')
const tarball = join(folder, packed.filename)
say(`${tarball}: ${paths.length} files, ${packed.size} bytes, ${packed.integrity}`)

const command = ['publish', `./${tarball}`, '--provenance', '--access', 'public']
if (!publish) {
  const but = isUnpublishable()
  say(
    `Nothing is published. With --publish: npm ${command.join(' ')}${but ? `\nThat will be refused as yet: ${but}.` : ''}`,
  )
} else if (runs('npm', ...command)) {
  say(`Published. Now: git tag -s v${version} && git push origin v${version}`)
} else {
  end('npm has not published it')
}
