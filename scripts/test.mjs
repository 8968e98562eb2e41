// Runs the tests: `npm test`, or `npm test -- dist/test/plugins/stamp.test.js` for one file, with any option of tap.
// They get a network of their own where the system lets us.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inOwnNetwork } from '../dist/test/own-network.js'

const tap = join('node_modules', '.bin', 'tap')
const plain = { command: tap, args: ['run', ...process.argv.slice(2)], env: {} }
const { command, args } = inOwnNetwork(plain.command, plain.args) ?? plain

const child = spawn(command, args, { cwd: fileURLToPath(new URL('..', import.meta.url)), stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => {
  process.exitCode = signal === null ? code : 1
})
