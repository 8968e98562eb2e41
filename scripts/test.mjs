// Runs the tests: `npm test`, or `npm test -- dist/test/plugins/stamp.test.js` for one file, with any option of tap.
// They get a network of their own where the system lets us.
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inOwnNetwork } from '../dist/test/own-network.js'

/** Where there are suites they are run, each in one process; else each file. Any can be run alone. */
function allTests() {
  const tests = join('dist', 'test')
  const names = readdirSync(tests, { recursive: true, encoding: 'utf8' })
  const suites = names.filter((name) => name.endsWith('.suite.js'))
  const folders = new Set(suites.map((name) => dirname(name)))
  const others = names.filter((name) => name.endsWith('.test.js') && !folders.has(dirname(name)))
  return [...suites, ...others].map((name) => join(tests, name))
}

const tap = join('node_modules', '.bin', 'tap')
const given = process.argv.slice(2)
const files = given.some((argument) => !argument.startsWith('-')) ? [] : allTests()
const plain = { command: tap, args: ['run', ...given, ...files], env: {} }
const { command, args } = inOwnNetwork(plain.command, plain.args) ?? plain

const child = spawn(command, args, { cwd: fileURLToPath(new URL('..', import.meta.url)), stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => {
  process.exitCode = signal === null ? code : 1
})
