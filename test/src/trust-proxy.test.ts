import { once } from 'node:events'
import { createServer, request } from 'node:http'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { ConfigError, readConfig } from '../../src/config.js'
import { Client } from '../helper.js'
import { start } from '../program.js'

const secret = 'a-secret-for-tests-0123456789abcdef'
/** All of 127.0.0.0/8 is this machine: the proxy has one address of it, a stranger another. */
const [proxy, stranger] = ['127.0.0.2', '127.0.0.1']
const forwarded = {
  'x-forwarded-for': '198.51.100.9, 203.0.113.7',
  'x-forwarded-proto': 'https',
  'x-forwarded-host': 'calls.example',
}

/** Starts an application's own server, and the service that asks it about everybody. */
async function serve(t: Test, trustProxy: string) {
  const asked: unknown[] = []
  const server = createServer(async (request, reply) => {
    asked.push(JSON.parse(await text(request)).address)
    reply.end('{}')
  }).listen(0, '127.0.0.1')
  t.teardown(() => server.close())
  await once(server, 'listening')
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  const { url } = await start(t, {
    HOST: '0.0.0.0',
    SIGNALBOX_TRUST_PROXY: trustProxy,
    SIGNALBOX_TOKEN_SECRETS: secret,
    SIGNALBOX_API_KEYS: secret,
    SIGNALBOX_AUTHORIZE_URL: `http://127.0.0.1:${port}/`,
    SIGNALBOX_AUTHORIZE_SECRETS: secret,
  })
  return { url: `ws://127.0.0.1:${new URL(url).port}`, asked }
}

/** Asks for an invitation. @returns its link and its token */
async function invite(url: string, localAddress: string): Promise<{ link: string; token: string }> {
  const headers = { ...forwarded, authorization: `Bearer ${secret}`, 'content-type': 'application/json' }
  const asking = request(`${url.replace('ws:', 'http:')}/tokens`, { method: 'POST', headers, localAddress })
  asking.end('{"room":"1001"}')
  const [reply] = await once(asking, 'response')
  return JSON.parse(await text(reply))
}

async function join(t: Test, url: string, localAddress: string, token: string): Promise<void> {
  const client = await Client.connect(t, url, { headers: forwarded, localAddress })
  client.send({ type: 'join', roomId: '1001', token })
  await client.next('joined')
}

t.test('a proxy that is trusted says who it is that comes, and to which address; a stranger does not', async (t) => {
  const { url, asked } = await serve(t, `10.0.0.0/8, ${proxy}/32`)
  const [invitation, other] = [await invite(url, proxy), await invite(url, stranger)]
  t.ok(invitation.link.startsWith('https://calls.example/#'), invitation.link)
  t.ok(other.link.startsWith(`${url.replace('ws:', 'http:')}/#`), other.link)
  await join(t, url, proxy, invitation.token)
  await join(t, url, stranger, other.token)
  t.strictSame(asked, ['203.0.113.7', stranger], 'what the visitor itself put in front is not believed')
})

t.test('without a list nobody is trusted', async (t) => {
  const { url, asked } = await serve(t, '')
  const { link, token } = await invite(url, proxy)
  t.ok(link.startsWith(`${url.replace('ws:', 'http:')}/#`), link)
  await join(t, url, proxy, token)
  t.strictSame(asked, [proxy])
})

t.test('only networks are a list: not everybody, nor a number of proxies', (t) => {
  const name = 'SIGNALBOX_TRUST_PROXY'
  const networks = ['10.0.0.0/8', '192.168.1.4', 'fd00::/8', '::1', '::ffff:10.0.0.0/104', '2001:db8::1/128']
  t.strictSame(readConfig({ [name]: networks.join() }).trustProxy, networks)
  const form = 'networks such as 10.0.0.0/8 or fd00::/8, with commas between them'
  for (const text of ['true', 'false', 'loopback', '*', 'calls.example', '10.0.0.0/8/8', '10.0.0.0/255.0.0.0'])
    t.throws(() => readConfig({ [name]: text }), new ConfigError(`${name} must be ${form}, not "${text}".`))
  for (const text of ['1', '0.0.0.0/0', '::/0', '10.0.0.0/33', 'fd00::/129', '10.0.0/8', '10.0.0.0/08', ':', 'f']) {
    const sentence = `${name}: ${text} is no network, which is like 10.0.0.0/8 or fd00::/8.`
    t.throws(() => readConfig({ [name]: text }), new ConfigError(sentence))
  }
  t.end()
})
