// Makes a fresh clone ready: npm's packages, and with --test also what the tests need beyond
// them, with --bench the servers that bench/ compares us with. Does nothing twice.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const forTests = process.argv.includes('--test')

// As `engines` says: from these on Node lets CommonJS, which Fastify's plugins are, require what is an ES module.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (!(major === 20 ? minor >= 19 : major === 22 ? minor >= 12 : major > 22)) {
  fail(`Node 20.19, 22.12 or newer is needed; this is ${process.versions.node}.`)
}

once('packages', ['package.json', 'package-lock.json'], () => {
  process.stderr.write('Installing packages: half a minute or so, this once.\n')
  run('npm', ['ci', '--include=dev', '--no-progress'])
})

if (forTests) {
  installDebianPackages()
  once('tap', ['package-lock.json', '.taprc'], () => run(join('node_modules', '.bin', 'tap'), ['build']))
  once('examples', ['examples/package-lock.json'], () =>
    run('npm', ['ci', '--include=dev', '--no-progress', '--prefix', 'examples']),
  )
}

if (process.argv.includes('--bench')) {
  once('bench', ['bench/package.json', 'bench/package-lock.json'], () => {
    process.stderr.write('Installing the servers to compare with.\n')
    run('npm', ['ci', '--include=dev', '--no-progress', '--prefix', 'bench'])
  })
}

/** Runs a step when the files it depends on have changed since it last succeeded in this node_modules. */
function once(step, files, action) {
  const stampFile = join(root, 'node_modules', `.setup-${step}`)
  const hash = createHash('sha256')
  for (const file of files) hash.update(readFileSync(join(root, file)))
  const stamp = hash.digest('hex')
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return
  action()
  writeFileSync(stampFile, stamp)
}

function installDebianPackages() {
  const mayInstall = process.getuid?.() === 0 && onPath('apt-get')
  const packages = {
    chromium: 'chromium',
    'firefox-esr': 'firefox-esr',
    ip: 'iproute2',
    nft: 'nftables',
    turnserver: 'coturn',
    haproxy: 'haproxy',
    faketime: 'faketime',
    openssl: 'openssl',
    'redis-server': 'redis-server',
    promtool: 'prometheus',
    'systemd-analyze': 'systemd',
  }
  const missing = Object.keys(packages)
    .filter((program) => !onPath(program))
    .map((program) => packages[program])
  if (missing.length > 0 && !mayInstall) {
    fail(`The tests need programs that are not here. On Debian: sudo apt-get install ${missing.join(' ')}`)
  }
  // Without it the tests run all the same, with boxes for Chinese in the screenshots.
  if (mayInstall && !existsSync('/usr/share/fonts/opentype/noto')) missing.push('fonts-noto-cjk')
  if (missing.length === 0) return
  process.stderr.write(`Installing Debian packages for the tests: ${missing.join(' ')}\n`)
  for (const service of ['coturn', 'haproxy', 'redis-server', 'prometheus'])
    if (missing.includes(service)) maskService(service)
  run('apt-get', ['update', '-q'])
  run('apt-get', ['install', '-q', '-y', '--no-install-recommends', ...missing])
}

/** Debian starts a service as soon as it is installed; the tests start their own, and coturn relays for everybody as it comes. */
function maskService(name) {
  const folder = '/etc/systemd/system'
  if (!existsSync(folder) || existsSync(join(folder, `${name}.service`))) return
  // What `systemctl mask` does, which fails where no systemd runs.
  symlinkSync('/dev/null', join(folder, `${name}.service`))
}

function onPath(program) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin']
  return folders.some((folder) => existsSync(join(folder, program)))
}

function run(program, args) {
  // npm hands its own settings on in the environment; a nested npm must not take this script's for its own.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', npm_config_dry_run: 'false' }
  execFileSync(program, args, { cwd: root, env, stdio: ['ignore', 2, 2] })
}

function fail(sentence) {
  process.stderr.write(`${sentence}\n`)
  process.exit(1)
}
