import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { codeBlocks } from './consumer.js'
import { Client, startService, urlOf } from './helper.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const blocks = codeBlocks('docs/access.md', 'js')
const secret = 'a-secret-of-32-characters-or-more'

/**
 * Runs the one example that has this in it, as it stands but for the port, by the name of the package.
 *
 * @param exported  what of its own it lets out
 */
async function runExample<Exported>(mark: string, exported: string): Promise<Exported> {
  const found = blocks.filter((code) => code.includes(mark))
  if (found.length !== 1) throw new Error(`${found.length} examples with ${mark}`)
  const folder = join(root, 'artifacts')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `access-example-${exported.replace(/\W+/g, '-')}.mjs`)
  const code = `${found[0]}`
    .replace('port: 3000', "port: 0, host: '127.0.0.1'")
    .replace('listen(8080)', "listen(0, '127.0.0.1')")
  writeFileSync(file, `${code}\nexport { ${exported} }\n`)
  return await import(pathToFileURL(file).href)
}

/** Joins; the answer. */
async function answerTo(t: Parameters<typeof Client.connect>[0], url: string, message: object, options = {}) {
  const client = await Client.connect(t, url, options)
  client.send({ type: 'join', ...message })
  const answer = JSON.parse(await client.nextFrame())
  client.socket.close()
  return answer
}

t.test('the example of making a token makes one that lets in', async (t) => {
  const { token, expiresAt } = await runExample<{ token: string; expiresAt: Date }>('mintToken', 'token, expiresAt')
  t.ok(expiresAt.getTime() > Date.now())
  const { url } = await startService(t, { tokenSecrets: [secret] })
  t.match(await answerTo(t, url, { roomId: '1001', token }), { type: 'joined' })
})

t.test('the example of a server that is asked takes what the service sends, and nothing else', async (t) => {
  const { server } = await runExample<{ server: Server }>('createServer', 'server')
  t.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  if (!server.listening) await once(server, 'listening')
  const authorizeUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const { url } = await startService(t, {
    authorizeUrl,
    authorizeSecrets: ['the next secret, of 32 characters', secret],
  })
  t.match(await answerTo(t, url, { roomId: 'team-名前', name: 'Ada' }), { type: 'joined' })
  t.match(await answerTo(t, url, { roomId: 'elsewhere' }), { code: 'access-denied' })
  const stranger = await startService(t, { authorizeUrl, authorizeSecrets: ['a secret of a stranger, 32 and more'] })
  t.match(await answerTo(t, stranger.url, { roomId: 'team-a' }), { code: 'access-unavailable' })

  // What the service has sent once is not taken for ever, nor for something else.
  const sent: { headers: Record<string, string>; body: string }[] = []
  const tap = createServer(async (request, response) => {
    sent.push({ headers: request.headers as Record<string, string>, body: (await request.toArray()).join('') })
    response.end('{}')
  }).listen(0, '127.0.0.1')
  t.teardown(() => tap.closeAllConnections())
  t.teardown(() => tap.close())
  await once(tap, 'listening')
  const tapUrl = `http://127.0.0.1:${(tap.address() as AddressInfo).port}/`
  const tapped = await startService(t, { authorizeUrl: tapUrl, authorizeSecrets: [secret] })
  await answerTo(t, tapped.url, { roomId: 'team-a' })
  const [{ headers, body } = { headers: {}, body: '' }] = sent
  const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature']
  const signed = Object.fromEntries(names.map((name) => [name, headers[name] ?? '']))
  const statusOf = async (more: object, text = body): Promise<number> =>
    (await fetch(authorizeUrl, { method: 'POST', headers: { ...signed, ...more }, body: text })).status
  t.equal(await statusOf({}), 200)
  t.equal(await statusOf({}, body.replace('team-a', 'team-b')), 401)
  t.equal(await statusOf({ 'webhook-id': 'msg_other' }), 401)
  t.equal(await statusOf({ 'webhook-timestamp': `${Math.floor(Date.now() / 1000) - 301}` }), 401)
  t.equal(await statusOf({ 'webhook-timestamp': '' }), 401)
  t.equal(await statusOf({ 'webhook-signature': '' }), 401)
})

t.test('the example of a hook lets in whom it means to', async (t) => {
  const { app } = await runExample<{ app: FastifyInstance }>('authorize:', 'app')
  t.teardown(() => app.close())
  const url = `${urlOf(app)}/calls/ws`
  // Behind a proxy that passes on the host that people see.
  const host = 'app.example'
  const headers = { cookie: 'theme=dark; session=4f1c', host }
  const [origin, elsewhere] = ['https://app.example', 'https://evil.example']
  t.match(await answerTo(t, url, { roomId: 'team-blue' }, { origin, headers }), { type: 'joined' })
  t.match(await answerTo(t, url, { roomId: 'team-red' }, { origin, headers }), { code: 'access-denied' })
  await t.rejects(answerTo(t, url, { roomId: 'team-blue' }, { origin: elsewhere, headers }), { message: /403/ })
  t.match(await answerTo(t, url, { roomId: 'team-blue' }, { headers }), { code: 'access-denied' })
  t.match(await answerTo(t, url, { roomId: 'team-blue' }, { origin, headers: { host } }), { code: 'access-denied' })
})

t.test('every example is run', async (t) => {
  t.equal(blocks.length, 3)
})
