// Tries the packed package with each Node that it is for: `npm run matrix`, or `npm run matrix -- 24.0.0` for others.
// Node comes as npm's own packages of it, into a cache; what the package depends on as the registry gives it today, so that this also
// finds what a lock file hides. Prints a table, and ends with 1 if one fails.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { installFresh, makeProject } from '../dist/test/package/consumer-project.js'
import { packed } from '../dist/test/package/packed.js'

/** The oldest ones that `engines` allows, the last of each line with support, and the newest of all. */
const usual = ['20.19.0', '20', '22.12.0', '22', '24', 'latest']
const platform = `node-${process.platform}-${process.arch}`
const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'signalbox', 'node')
const npm = process.env.npm_execpath ?? fail('start it as: npm run matrix')

function fail(sentence) {
  process.stderr.write(`${sentence}\n`)
  process.exit(1)
}

const ask = (...words) => execFileSync(process.execPath, [npm, ...words], { encoding: 'utf8' })

/** The newest version that fits, such as `22.23.1` for `22`. */
function versionOf(wanted) {
  const found = JSON.parse(ask('view', `${platform}@${wanted}`, 'version', '--json'))
  const order = new Intl.Collator('en', { numeric: true })
  return [found].flat().sort(order.compare).at(-1)
}

function nodeOf(version) {
  const folder = join(cache, version)
  const node = join(folder, 'node_modules', platform, 'bin', 'node')
  // Its scripts would only look for another way to get it.
  if (!existsSync(node)) ask('install', '--no-save', '--ignore-scripts', '--prefix', folder, `${platform}@${version}`)
  return node
}

function tryWith(node) {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-matrix-'))
  try {
    const project = join(folder, 'project')
    makeProject(packed, project)
    installFresh(project, node, npm)
    const { status, stdout, stderr } = spawnSync(node, ['smoke.js'], { cwd: project, encoding: 'utf8' })
    return status === 0 && stderr === '' ? stdout.trim() : `FAILED (${status}): ${stderr || stdout}`
  } catch (error) {
    return `FAILED: ${error.message}`
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const given = process.argv.slice(2)
const versions = new Set((given.length > 0 ? given : usual).map(versionOf))
for (const version of versions) {
  const startedAt = performance.now()
  const outcome = tryWith(nodeOf(version))
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0)
  process.stdout.write(`${version.padEnd(10)}${`${seconds} s`.padStart(6)}  ${outcome}\n`)
  if (outcome.startsWith('FAILED')) process.exitCode = 1
}
