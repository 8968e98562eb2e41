import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { start } from '../program.js'

const modules = ['pino', new URL('../../src/gathered-log.js', import.meta.url).href]
const prelude = `
  const [{ pino }, { gatheredLog }] = await Promise.all(${JSON.stringify(modules)}.map((name) => import(name)))
  const log = pino(gatheredLog(1))
  const say = (count) => { for (let n = 0; n < count; n += 1) log.info({ n }, 'a line') }
`

/** A process that logs. */
function program(t: Test, body: string): ChildProcess {
  const child = spawn(process.execPath, ['--input-type=module', '-e', prelude + body], {
    cwd: new URL('../../..', import.meta.url),
    stdio: ['ignore', 'pipe', 'ignore', 'ipc'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  return child
}

/** What it says until it ends. */
async function saidBy({ stdout }: ChildProcess): Promise<{ n: number }[]> {
  if (stdout === null) return []
  const lines = (await text(stdout)).split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line))
}

const inOrder = (count: number): number[] => Array.from({ length: count }, (_, n) => n)

for (const [title, body] of [
  ['has nothing more to do', 'say(1000); process.disconnect()'],
  ['exits', 'say(1000); process.exit()'],
  [
    'exits while lines are being written',
    'say(500); setTimeout(() => { for (let n = 500; n < 1000; n += 1) log.info({ n }); process.exit() }, 100)',
  ],
  ['dies of an error', 'say(1000); throw new Error("a fault")'],
  ['dies of an error later', 'say(1000); setTimeout(() => { throw new Error("a fault") }, 1)'],
] as const) {
  t.test(`no line is lost when the process ${title}`, async (t) => {
    const entries = await saidBy(program(t, body))
    t.strictSame(
      entries.map(({ n }) => n),
      inOrder(1000),
    )
  })
}

t.test('nor when the service is told to stop', async (t) => {
  const { child, exited, entries } = await start(t)
  child.kill('SIGTERM')
  t.equal((await exited).code, 0)
  t.match(entries.at(-1), { signal: 'SIGTERM', msg: 'stopping' })
})

t.test('a line does not wait for others for long', async (t) => {
  const child = program(t, 'say(1); setInterval(() => {}, 1000)')
  const [chunk]: unknown[] = child.stdout === null ? [] : await once(child.stdout, 'data')
  t.match(JSON.parse(String(chunk)), { n: 0, msg: 'a line' })
})

t.test('after a fatal error they are written at once', async (t) => {
  const child = program(t, 'say(1); log.fatal({ n: 1 }); process.kill(process.pid, "SIGKILL")')
  t.match(await saidBy(child), [{ n: 0 }, { n: 1 }])
})

t.test('who does not read holds up nothing but the lines', async (t) => {
  const count = 20_000
  const child = program(t, `say(${count}); setTimeout(() => process.send('alive'), 300)`)
  t.strictSame(await once(child, 'message'), ['alive', undefined])
  child.disconnect()
  t.strictSame(
    (await saidBy(child)).map(({ n }) => n),
    inOrder(count),
  )
})
