import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'
import { parseDocument } from 'yaml'
import { readCommand } from '../src/cli.js'
import { unknownVariables } from '../src/config.js'
import { signalbox } from '../src/index.js'
import { codeBlocks } from './consumer.js'
import { Client, listen, urlOf } from './helper.js'
import { documents, type Fence, fencesOf, textOf } from './markdown.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const fences = documents.flatMap(fencesOf)
const inLanguage = (language: string): Fence[] => fences.filter((fence) => fence.language === language)
const scriptsOf = (folder: string): object => {
  const file = join(root, folder, 'package.json')
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).scripts : {}
}

t.test('every block is in a language that is looked at', async (t) => {
  // Frames, terminals and pictures of text have none; what is said of haproxy.cfg is for a file that has a test of its own.
  const languages = new Set(['', 'sh', 'js', 'ts', 'html', 'json', 'yaml', 'mermaid', 'haproxy'])
  t.strictSame(
    fences
      .filter(({ language }) => !languages.has(language))
      .map(({ document, language }) => `${document}: ${language}`),
    [],
  )
  t.ok(fences.length > 60)
})

t.test('what is JSON can be read', async (t) => {
  t.ok(inLanguage('json').length > 0)
  for (const { document, code } of inLanguage('json')) t.doesNotThrow(() => JSON.parse(code), document)
})

t.test('what is YAML can be read', async (t) => {
  t.ok(inLanguage('yaml').length > 0)
  for (const { document, code } of inLanguage('yaml')) t.strictSame(parseDocument(code).errors, [], document)
})

t.test('what is for a shell is what a shell takes', async (t) => {
  t.ok(inLanguage('sh').length > 25)
  for (const { document, code } of inLanguage('sh')) {
    const { status, stderr } = spawnSync('bash', ['-n'], { input: code, encoding: 'utf8' })
    t.equal(status, 0, `${document}: ${stderr}`)
  }
})

/** The commands in a block for a shell, one a line; without comments, and without what stands before them or is piped on. */
function commandsOf(code: string): string[][] {
  return code
    .replaceAll('\\\n', ' ')
    .split(/\n|&&|\|\|?|;/)
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .map((line) => Array.from(line.matchAll(/"[^"]*"|'[^']*'|\S+/g), ([word]) => word.replaceAll(/["']/g, '')))
    .map((words) => words.slice(words.findIndex((word) => !/^\w+=/.test(word))))
    .filter((words) => words.length > 0)
}

t.test('npm is asked for scripts that there are, where one is', async (t) => {
  let asked = 0
  for (const { document, code } of inLanguage('sh')) {
    const known = { ...scriptsOf('.'), ...scriptsOf(dirname(document)) }
    for (const [program, ...words] of commandsOf(code)) {
      if (program !== 'npm') continue
      const [word = '', script = ''] = words.filter((word) => !word.startsWith('-'))
      const name = word === 'run' ? script : word
      if (!['install', 'ci', 'pack'].includes(name)) t.ok(name in known, `${document}: npm ${words.join(' ')}`)
      asked += 1
    }
  }
  t.ok(asked > 10)
})

t.test('the program is given words that it knows', async (t) => {
  let given = 0
  for (const { document, code } of inLanguage('sh')) {
    for (const words of commandsOf(code)) {
      const [program, script] = words
      const isStart = program === 'npm' && script === 'start' && words.includes('--')
      const at = isStart ? words.indexOf('--') : program === 'signalbox' ? 0 : words.indexOf('dist/src/server.js')
      if (at < 0) continue
      t.doesNotThrow(() => readCommand(words.slice(at + 1)), `${document}: ${words.join(' ')}`)
      given += 1
    }
  }
  t.ok(given > 8, `${given}`)
})

t.test('files that a shell is to copy or change are there', async (t) => {
  let copied = 0
  for (const { document, code } of inLanguage('sh')) {
    for (const [program = '', ...words] of commandsOf(code)) {
      const [source = ''] = words.filter((word) => !word.startsWith('-'))
      if (program !== 'cp' || source.startsWith('/')) continue
      const places = ['.', 'kubernetes/example'].map((place) => join(root, dirname(document), place, source))
      t.ok(
        places.some((place) => existsSync(place)),
        `${document}: ${source}`,
      )
      copied += 1
    }
  }
  t.ok(copied > 2)
})

t.test('every variable of ours in a document is a setting', async (t) => {
  const known = /^SIGNALBOX_(NODE_\d$|ERR_)/
  for (const document of documents) {
    const named = Array.from(textOf(document).matchAll(/\bSIGNALBOX_[A-Z\d_]*[A-Z\d]\b/g), ([name]) => name)
    // What begins so is no setting, and a group of them ends in an underscore.
    const unknown = unknownVariables(
      Object.fromEntries(named.filter((name) => !known.test(name)).map((name) => [name, 'x'])),
    )
    t.strictSame(unknown, [], document)
  }
})

t.test('what is a program is run, or compiled, by a test that takes it from its document', async (t) => {
  const tests = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(root, 'test', file), 'utf8'))
  const english = (document: string): string => document.replace('.zh-CN', '')
  // What is the same in two documents is run once.
  const run = fences.filter(({ document, language, code }) =>
    tests.some(
      (text) =>
        text.includes(`'${document}', '${language}'`) ||
        (text.includes(`'${document}'`) && language === 'js' && code.includes('register(signalbox')),
    ),
  )
  const codes = new Set(run.map(({ code }) => code))
  const programs = fences.filter(({ language }) => ['js', 'ts', 'html'].includes(language))
  t.ok(programs.length > 15)
  t.strictSame(
    programs
      .filter(({ code }) => !codes.has(code))
      .map(({ document, code }) => `${english(document)}: ${code.slice(0, 60)}`),
    [],
  )
})

t.test('the example of a provider of TURN servers gives what it is given', async (t) => {
  const [{ code } = { code: '' }, ...others] = fencesOf('docs/turn.md').filter(({ language }) => language === 'js')
  t.strictSame(others, [])
  mkdirSync(join(root, 'artifacts'), { recursive: true })
  const file = join(root, 'artifacts', 'turn-example.mjs')
  writeFileSync(file, `export async function register(app, signalbox, provider) {\n${code}\n}\n`)
  const { register }: { register(...given: unknown[]): Promise<void> } = await import(pathToFileURL(file).href)
  const app = Fastify({ forceCloseConnections: true })
  await register(app, signalbox, { createPassword: async () => ({ username: 'ada', credential: 'for a while' }) })
  await listen(t, app)
  const ada = await Client.connect(t, `${urlOf(app)}/ws`)
  ada.send({ type: 'join', roomId: 'tea' })
  const { iceServers = [] } = await ada.next('joined')
  t.match(iceServers, [{ urls: ['turn:turn.example.net:3478'], username: 'ada', credential: 'for a while' }])
})

t.test('the example with a registry of the host serves metrics', async (t) => {
  const [code = '', ...others] = codeBlocks('docs/operations.md', 'js')
  t.strictSame(others, [])
  mkdirSync(join(root, 'artifacts'), { recursive: true })
  const file = join(root, 'artifacts', 'metrics-example.mjs')
  writeFileSync(file, `${code}\nexport { app }\n`)
  const { app }: { app: FastifyInstance } = await import(pathToFileURL(file).href)
  t.teardown(() => app.close())
  const { headers, body } = await app.inject('/metrics')
  t.match(headers['content-type'], /^text\/plain; version=/)
  t.match(body, /^signalbox_sockets 0$/m)
})
