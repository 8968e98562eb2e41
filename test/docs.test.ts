import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { clientMessages, serverMessages } from '../schemas/index.js'
import { Client, urlOf } from './helper.js'
import { fencesOf } from './markdown.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (file: string) => readFileSync(join(root, file), 'utf8')

t.test('the tables in the documentation are what the schemas say', async (t) => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/docs.mjs', '--check'], {
    cwd: root,
    encoding: 'utf8',
  })
  t.equal(status, 0, stderr)
})

t.test('every frame in the examples is valid in its direction', async (t) => {
  const frames = Array.from(read('docs/protocol.md').matchAll(/^([→←]) (\{.*\})$/gm))
  t.ok(frames.length >= 8)
  for (const [, arrow, text = ''] of frames) {
    const message = JSON.parse(text)
    const schema = new Map<string, TSchema>(Object.entries(arrow === '→' ? clientMessages : serverMessages)).get(
      message.type,
    )
    t.ok(schema !== undefined && Value.Check(schema, message), text)
  }
})

t.test('every type of message is in the sequence diagram or the examples, or is full or error', async (t) => {
  const { length } = [...Object.keys(clientMessages), ...Object.keys(serverMessages)].filter((type) => {
    const isNamed = new RegExp(`: ${type}\\b|"type":"${type}"`).test(read('docs/protocol.md'))
    if (!isNamed) t.ok(['full', 'error'].includes(type), type)
    return isNamed
  })
  t.ok(length > 10)
})

for (const document of ['README.md', 'docs/getting-started.md']) {
  t.test(`the embedding example of ${document} runs as it stands, by the name of the package`, (t) =>
    runEmbedding(
      t,
      fencesOf(document)
        .filter(({ language }) => language === 'js')
        .map(({ code }) => code),
    ),
  )
}

async function runEmbedding(t: Test, [code = '', ...others]: string[]): Promise<void> {
  t.strictSame(others, [])
  t.match(code, 'register(signalbox')
  const folder = join(root, 'artifacts')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'embedding-example.mjs')
  writeFileSync(
    file,
    `${code.replace('port: 3000', "port: 0, host: '127.0.0.1'").replace('logger: true', 'logger: false')}\nexport { app }\n`,
  )
  const { app }: { app: FastifyInstance } = await import(`${pathToFileURL(file).href}?${Math.random()}`)
  t.teardown(() => app.close())
  await Client.join(t, `${urlOf(app)}/calls/ws`, '1001')
  t.equal((await app.inject('/calls/livez')).statusCode, 200)
}
