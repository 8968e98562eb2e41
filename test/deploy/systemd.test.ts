import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { Config, defaultsOf } from '../../schemas/index.js'
import { run } from '../program.js'
import { faultOf, textOf } from './manifests.js'

const text = textOf('systemd/signalbox.service')
const lines = Array.from(text.matchAll(/^(\w+)=(.*)$/gm), ([, name = '', value = '']) => ({ name, value }))
const settingOf = (name: string): string => lines.find((line) => line.name === name)?.value ?? ''
const environment = Object.fromEntries(
  lines.filter(({ name }) => name === 'Environment').map(({ value }) => value.split(/=(.*)/s).slice(0, 2)),
)

/** Has systemd look at a unit. It wants the program to be there. */
function analyze(t: Test, unit: string, ...args: string[]): { readonly status: number | null; readonly said: string } {
  const folder = t.testdir({
    'signalbox.service': unit.replace('ExecStart=/usr/bin/node', `ExecStart=${process.execPath}`),
  })
  const file = join(folder, 'signalbox.service')
  const { status, stdout, stderr, error } = spawnSync('systemd-analyze', [...args, file], { encoding: 'utf8' })
  return { status, said: `${stdout}${stderr}${error ?? ''}` }
}

t.test('systemd understands the unit, and finds little that it may do', async (t) => {
  t.strictSame(analyze(t, text, 'verify'), { status: 0, said: '' })
  t.match(
    analyze(t, text.replace('Restart=on-failure', 'Restart=sometimes'), 'verify').said,
    'sometimes',
    'a slip is found',
  )

  // From 0 to 100, the less the better.
  const security = ['security', '--offline=true', '--no-pager', '--threshold=20'] as const
  t.equal(analyze(t, text, ...security).status, 0)
  const open = text.replace(/^(Protect|Restrict|Capab|System|Private|NoNew|Dynamic).*\n/gm, '')
  t.not(analyze(t, open, ...security).status, 0)
})

t.test('it starts what the package has, with settings that the service takes', async (t) => {
  const manifest = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'))
  const start = `exec node ${settingOf('ExecStart').replace(/^\S+ /, '').replace('/opt/signalbox/node_modules/signalbox/', '')}`
  t.equal(start, manifest.scripts.start)
  t.match(start, new RegExp(`${manifest.bin.signalbox}$`))
  const { NODE_ENV, ...settings } = environment
  t.equal(NODE_ENV, 'production')
  t.equal(faultOf(settings), undefined)
})

t.test('it has time to drain, files for all sockets, and no second try where that is of no use', async (t) => {
  const drainS = Number(environment['SIGNALBOX_DRAIN_MS']) / 1000
  t.ok(Number(settingOf('TimeoutStopSec')) >= drainS + 5)
  t.ok(Number(settingOf('LimitNOFILE')) > defaultsOf(Config).maxSockets + 50)
  const { code } = await run(t, { PORT: 'abc' }).exited
  t.equal(settingOf('RestartPreventExitStatus'), String(code))
})
