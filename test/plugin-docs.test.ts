import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { codeBlocks } from './consumer.js'
import { Client, urlOf } from './helper.js'

const folder = fileURLToPath(new URL('../../artifacts', import.meta.url))

/** Runs an example as it stands but for the port and the log, by the name of the package. */
async function runExample(t: Test, name: string, code = ''): Promise<FastifyInstance> {
  t.match(code, 'register(signalbox')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `plugin-example-${name}.mjs`)
  const here = code.replace('port: 3000', "port: 0, host: '127.0.0.1'").replace('logger: true', 'logger: false')
  writeFileSync(file, `${here}\nexport { app }\n`)
  const { app }: { app: FastifyInstance } = await import(pathToFileURL(file).href)
  t.teardown(() => app.close())
  return app
}

const [one, two, ...others] = codeBlocks('docs/plugin.md', 'js')

t.test('the example with hooks and routes closes a room', async (t) => {
  const app = await runExample(t, 'one', one)
  const ada = await Client.join(t, `${urlOf(app)}/calls/ws`, '1001', { updates: true })
  t.match((await app.inject('/rooms')).json(), [{ roomId: '1001', members: 1 }])
  t.equal((await app.inject({ method: 'DELETE', url: '/rooms/1001' })).statusCode, 204)
  t.match(await ada.next('announcement'), { text: /closes/ })
  t.match(await ada.closed, { code: 4011 })
  t.equal((await app.inject({ method: 'DELETE', url: '/rooms/1001' })).statusCode, 404)
})

t.test('the example with two of them keeps them apart', async (t) => {
  const app = await runExample(t, 'two', two)
  await Client.join(t, `${urlOf(app)}/b/ws`, '1001')
  t.strictSame((await app.inject('/a/rooms')).json(), [])
  t.match((await app.inject('/b/rooms')).json(), [{ roomId: '1001' }])
  t.strictSame(others, [], 'every example is run')
})
