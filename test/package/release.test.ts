import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Ajv } from 'ajv'
import t, { type Test } from 'tap'
import { runToEnd } from './packed.js'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const script = join(root, 'scripts', 'release.mjs')
const day = new Date().toISOString().slice(0, 10)
const changelog = `# Changelog\n\n## [Unreleased]\n\n## [1.2.3] - ${day}\n\n### Added\n\n- Something.\n`
const manifest = {
  name: 'small',
  version: '1.2.3',
  license: 'MIT',
  repository: 'github:somebody/small',
  files: ['CHANGELOG.md'],
  scripts: {
    lint: 'node -e 0',
    test: 'node -e 0',
    sbom: `node -e "fs.writeFileSync(process.argv[1], '{}')"`,
  },
}

/** A small project in git that can be released, but for what is put in its place. */
function project(t: Test, files: Record<string, string> = {}) {
  const folder = t.testdir({
    'package.json': JSON.stringify(manifest),
    'package-lock.json': JSON.stringify({ name: 'small', version: '1.2.3', lockfileVersion: 3, packages: {} }),
    'CHANGELOG.md': changelog,
    'README.md': '# Small\n',
    LICENSE: 'MIT\n',
    '.gitignore': 'artifacts/\n',
    // Where nobody listens: nothing may leave the machine.
    '.npmrc': 'registry=http://127.0.0.1:9/\n//127.0.0.1:9/:_authToken=none\nfetch-retries=0\n',
    ...files,
  })
  const git = (...words: string[]) => runToEnd('git', words, folder)
  git('init', '-q')
  git('config', 'user.email', 'ada@example.org')
  git('config', 'user.name', 'Ada')
  git('add', '-A')
  git('commit', '-qm', 'all')
  const release = (...words: string[]) => {
    const { status, stdout, stderr } = runToEnd(process.execPath, [script, ...words], folder, [0, 1])
    return { status, said: `${stdout}${stderr}` }
  }
  return { folder, git, release }
}

t.test('a release that is as it should be is packed, and not published', async (t) => {
  const { folder, release } = project(t)
  const { status, said } = release()
  t.equal(status, 0, said)
  t.notMatch(said, /not ok/)
  t.match(said, /^ok +all tests$/m)
  t.match(said, /small-1\.2\.3\.tgz: \d files, \d+ bytes, sha512-/)
  t.match(said, 'Nothing is published. With --publish: npm publish ./artifacts/release/small-1.2.3.tgz --provenance')
  t.equal(readFileSync(join(folder, 'artifacts/release/sbom.cdx.json'), 'utf8'), '{}')
})

t.test('what is not as it should be is named, and stops it', async (t) => {
  const { folder, git, release } = project(t, {
    'CHANGELOG.md': changelog.replace('## [Unreleased]', '## [Unreleased]\n\n- More.').replace(day, '9999-01-01'),
    'package-lock.json': JSON.stringify({ name: 'small', version: '1.2.2', lockfileVersion: 3, packages: {} }),
  })
  git('tag', 'v1.2.3')
  writeFileSync(join(folder, 'left.txt'), 'not committed')
  const { status, said } = release('--quick')
  t.equal(status, 1)
  t.match(said, /^not ok +the tree is clean/m)
  t.match(said, /^not ok +the lock file has it/m)
  t.match(said, /^not ok +it is not released/m)
  t.match(said, /^not ok +the changelog has an entry.*: 9999-01-01 is yet to come/m)
  t.match(said, /^not ok +nothing is left under Unreleased/m)
  t.match(said, '5 of the above must be mended first')
  t.notMatch(said, /tgz/)
})

t.test('nothing goes on with tests that fail, or without an entry or a repository', async (t) => {
  const { repository: _, ...homeless } = manifest
  const scripts = { ...manifest.scripts, test: 'node -e "process.exit(1)"' }
  const cases: [Record<string, string>, string[], RegExp][] = [
    [{ 'package.json': JSON.stringify({ ...manifest, scripts }) }, [], /^not ok +all tests/m],
    [{ 'CHANGELOG.md': '# Changelog\n' }, [], /^not ok .*no line "## \[1\.2\.3\]/m],
    [{ 'CHANGELOG.md': `## [1.2.3] - ${day}\n` }, [], /^not ok .*the entry is empty/m],
    [{ 'package.json': JSON.stringify(homeless) }, ['--publish'], /^not ok .*names no repository/m],
    [{ 'package.json': JSON.stringify({ ...manifest, files: [] }) }, ['--quick'], /the tarball lacks CHANGELOG\.md/],
    [{}, ['--publish', '--quick'], /--quick does not go with --publish/],
  ]
  for (const [files, words, why] of cases) {
    const { status, said } = project(t, files).release(...words)
    t.equal(status, 1)
    t.match(said, why)
    t.notMatch(said, /Nothing is published|^Published/m)
  }
})

t.test('it is published with provenance, or not at all', async (t) => {
  const { status, said } = project(t).release('--publish')
  t.equal(status, 1)
  // As npm says where no CI vouches for what was built.
  t.match(said, /provenance/)
  t.match(said, 'npm has not published it')
})

t.test('the SBOM is valid, and has all that is installed', async (t) => {
  const file = join(t.testdir({}), 'sbom.json')
  runToEnd(process.execPath, ['scripts/sbom.mjs', file], root)
  const bom = JSON.parse(readFileSync(file, 'utf8'))
  const folder = join(root, 'node_modules/@cyclonedx/cyclonedx-library/res/schema')
  const schema = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8'))
  const ajv = new Ajv({ strict: false, validateFormats: false })
  for (const name of ['spdx.SNAPSHOT.schema.json', 'jsf-0.82.SNAPSHOT.schema.json'])
    ajv.addSchema({ ...schema(name), $id: `http://cyclonedx.org/schema/${name}` })
  const isValid = ajv.compile(schema(`bom-${bom.specVersion}.SNAPSHOT.schema.json`))
  t.ok(isValid(bom), JSON.stringify(isValid.errors))
  t.notOk(isValid({ ...bom, components: [{ type: 'nonsense' }] }))

  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  // The same one may be there twice, for two that could not share it.
  const installed = new Set(
    Object.entries<{ dev?: boolean; version: string }>(packages)
      .filter(([path, { dev }]) => path !== '' && dev !== true)
      .map(([path, { version }]) => `${path.replace(/^.*node_modules\//, '')}@${version}`),
  )
  const named = bom.components.map(({ name, version }: { name: string; version: string }) => `${name}@${version}`)
  t.strictSame(named.sort(), [...installed].sort())
  t.match(bom.metadata.component, { name: 'signalbox', type: 'application' })
})
