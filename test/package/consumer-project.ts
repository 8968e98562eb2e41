import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Packed, runToEnd } from './packed.js'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const readJson = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8'))

/**
 * Makes a project anew that depends on the packed package, with what is in test/package/consumer. It is to be outside of ours, so
 * that what the package forgets to depend on is not found there.
 */
export function makeProject({ tarball }: Packed, folder: string): void {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  cpSync(join(root, 'test/package/consumer'), folder, { recursive: true })
  copyFileSync(tarball, join(folder, basename(tarball)))
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifestFor(tarball)))
}

/** What someone has who embeds the package, and a WebSocket for Node. */
function manifestFor(tarball: string) {
  const { dependencies, devDependencies } = readJson('package.json')
  return {
    name: 'consumer',
    version: '1.0.0',
    private: true,
    type: 'module',
    dependencies: { fastify: dependencies.fastify, signalbox: `file:${basename(tarball)}`, ws: devDependencies.ws },
  }
}

/** Installs what our own lock file has, without any network: npm has it all since our own `npm ci`. */
export function installOffline({ tarball }: Packed, folder: string): void {
  const { version, dependencies, engines, bin } = readJson('package.json')
  const manifest = manifestFor(tarball)
  const ours: [string, { dev?: boolean }][] = Object.entries(readJson('package-lock.json').packages)
  const needed = ours.filter(([path, entry]) => path !== '' && entry.dev !== true)
  const lock = {
    name: manifest.name,
    version: manifest.version,
    lockfileVersion: 3,
    requires: true,
    packages: {
      '': manifest,
      ...Object.fromEntries(needed),
      'node_modules/signalbox': { version, resolved: `file:${basename(tarball)}`, dependencies, engines, bin },
    },
  }
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock))
  runToEnd('npm', ['ci', '--offline', '--no-audit', '--no-fund'], folder)
}

/** Installs what the registry gives today, as npm run by that Node does it. */
export function installFresh(folder: string, node: string, npm: string): void {
  runToEnd(node, [npm, 'install', '--no-audit', '--no-fund', '--no-package-lock'], folder)
}
