// Writes what the package is made of, as CycloneDX, to artifacts/sbom.cdx.json: `npm run sbom`, or with another file named behind `--`.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const file = resolve(process.argv[2] ?? join(root, 'artifacts', 'sbom.cdx.json'))
const readJson = (name) => JSON.parse(readFileSync(join(root, name), 'utf8'))

// Where something is there for the tests, too, npm leaves it out with the rest of what is for them (helmet, for one), so it gets to
// see what is needed to run alone. And it calls the package as the folder that it lies in.
const { devDependencies: _dev, ...manifest } = readJson('package.json')
const lock = readJson('package-lock.json')
const { devDependencies: _lockedDev, ...self } = lock.packages['']
const needed = Object.entries(lock.packages).filter(([path, entry]) => path !== '' && entry.dev !== true)
const folder = mkdtempSync(join(tmpdir(), 'signalbox-sbom-'))
try {
  const project = join(folder, manifest.name)
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest))
  writeFileSync(
    join(project, 'package-lock.json'),
    JSON.stringify({ ...lock, packages: { '': self, ...Object.fromEntries(needed) } }),
  )
  const words = ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application', '--package-lock-only']
  const bom = execFileSync('npm', words, { cwd: project, encoding: 'utf8', stdio: ['ignore', 'pipe', 2] })
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, bom)
  process.stdout.write(`${file}: ${JSON.parse(bom).components.length} packages\n`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
