import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { clientMessages, serverMessages } from '../../schemas/index.js'
import { Client } from '../helper.js'
import { installOffline, makeProject } from './consumer-project.js'
import { complaintsOf, packed, runToEnd } from './packed.js'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const home = mkdtempSync(join(tmpdir(), 'signalbox-consumer-'))
t.teardown(() => rmSync(home, { recursive: true, force: true }))
const project = join(home, 'project')
makeProject(packed, project)
installOffline(packed, project)

/** Compiles the project, declarations of all packages included; what the compiler complains of. */
function compile(name: string, options: object): string {
  const compilerOptions = {
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    verbatimModuleSyntax: true,
    skipLibCheck: false,
    target: 'ES2022',
    lib: ['ES2023', 'DOM', 'DOM.Iterable'],
    types: ['node'],
    rootDir: '.',
    outDir: name,
    ...options,
  }
  writeFileSync(
    join(project, `tsconfig.${name}.json`),
    JSON.stringify({ compilerOptions, files: ['embedded.ts', 'page.ts'] }),
  )
  return complaintsOf(`tsconfig.${name}.json`, project)
}

t.test('an application in JavaScript, and the program, do what they are for', async (t) => {
  const { stdout, stderr } = runToEnd(process.execPath, ['smoke.js'], project)
  t.equal(stdout, `node ${process.versions.node}: plugin and program\n`)
  t.equal(stderr, '')
})

const ways = {
  nodenext: { module: 'NodeNext' },
  bundler: { module: 'ESNext', moduleResolution: 'bundler' },
}

for (const [way, options] of Object.entries(ways)) {
  t.test(`an application in TypeScript, resolved as ${way}, compiles strictly and runs`, async (t) => {
    t.equal(compile(way, options), '')
    const child = start(t, [join(way, 'embedded.js')])
    const { port, ...said } = JSON.parse(await linesUntil(child, 'port'))
    t.strictSame(said, { types: Object.keys(serverMessages), token: 3, expiresAt: true })
    const url = `ws://127.0.0.1:${port}`
    const ada = await Client.connect(t, `${url}/calls/ws`)
    ada.send({ type: 'join', roomId: '1001', capacity: 9 })
    const joined = await ada.next('joined')
    t.match(joined, { role: 'host', capacity: 3, iceServers: [{ urls: ['stun:stun.example:3478'] }] })
    const eve = await Client.connect(t, `${url}/calls/ws`)
    eve.send({ type: 'join', roomId: 'secret-1' })
    t.match(await eve.next('error'), { code: 'access-denied' })
    t.match(await Client.join(t, `${url}/other/ws`, 'secret-1'), { peerId: /./ })
    t.equal(await (await fetch(`${url.replace('ws', 'http')}/`)).text(), 'mine')
    child.kill('SIGTERM')
    t.strictSame(await once(child, 'exit'), [0, null])
  })
}

t.test('the schemas are those that are in the sources', async (t) => {
  const program = `
    import { clientMessages, serverMessages } from 'signalbox/schemas'
    console.info(JSON.stringify({ clientMessages, serverMessages }))`
  const { stdout } = runToEnd(process.execPath, ['--input-type=module', '-e', program], project)
  t.equal(stdout.trim(), JSON.stringify({ clientMessages, serverMessages }))
})

t.test('it starts as in the container: the command of the image, in production', async (t) => {
  const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8')
  const [program, ...words]: string[] = JSON.parse(/^CMD (\[.*\])$/m.exec(dockerfile)?.[1] ?? '[]')
  t.equal(program, 'node')
  const child = start(t, words, join('node_modules', 'signalbox'))
  const lines = await linesUntil(child, 'signalbox is ready')
  const [, port] = /Server listening at http:[^"]*:(\d+)"/.exec(lines) ?? []
  t.match(await Client.join(t, `ws://127.0.0.1:${port}`, '1001'), { peerId: /./ })
  child.kill('SIGTERM')
  t.strictSame(await once(child, 'exit'), [0, null])
})

/** Runs Node in a folder of the project, with little in the environment but what the image sets; however busy the machine is. */
function start(t: Test, words: readonly string[], folder = '.'): ChildProcessWithoutNullStreams {
  const env = { NODE_ENV: 'production', PORT: '0', HOST: '127.0.0.1', SIGNALBOX_MAX_EVENT_LOOP_DELAY_MS: '0' }
  const child = spawn(process.execPath, words, { cwd: join(project, folder), env })
  t.teardown(() => child.kill('SIGKILL'))
  return child
}

/** What it writes, up to the line with this. */
async function linesUntil({ stdout }: ChildProcessWithoutNullStreams, last: string): Promise<string> {
  let lines = ''
  for await (const line of createInterface(stdout)) {
    lines += `${line}\n`
    if (!line.includes(last)) continue
    stdout.resume()
    return lines
  }
  throw new Error(`it ended without saying ${last}: ${lines}`)
}
