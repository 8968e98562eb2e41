// Runs the tests: `npm test`, or `npm test -- dist/test/stamp.test.js` for one file, with any option of tap.
// Where the system lets us, they get a network of their own: nothing from outside, and browsers find a plain network card.
import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const tap = join('node_modules', '.bin', 'tap')
const network = [
  'ip link set lo up',
  'ip link add card0 type veth peer name card1',
  'ip addr add 10.99.0.1/24 dev card0',
  'ip link set card0 up',
  'ip link set card1 up',
  'ip route add default via 10.99.0.2 dev card0',
].join(' && ')

const isolated = process.getuid?.() === 0 && spawnSync('unshare', ['-n', '--', 'sh', '-c', network]).status === 0
const args = ['run', ...process.argv.slice(2)]
const [command, ...rest] = isolated
  ? ['unshare', '-n', '--', 'sh', '-c', `${network} && exec "$@"`, 'sh', tap, ...args]
  : [tap, ...args]

const child = spawn(command, rest, { cwd: fileURLToPath(new URL('..', import.meta.url)), stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => {
  process.exitCode = signal === null ? code : 1
})
