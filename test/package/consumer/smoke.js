// What somebody without TypeScript does with the package, at once: the plugin in an app, and the program. It ends with 1 and says
// why when something is not as it should be; else it prints what was seen.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import Fastify from 'fastify'
import signalbox from 'signalbox'
import { callErrors } from 'signalbox/client'
import { closeCodes, serverMessages } from 'signalbox/schemas'
import WebSocket from 'ws'

// So that it fails rather than waits for what does not come.
setTimeout(() => assert.fail('a minute has gone by'), 60_000).unref()
const warnings = []
process.on('warning', (warning) => warnings.push(`${warning}`))

/** A client that remembers what it has got. */
class Client {
  #inbox = []
  #wake = () => {}

  constructor(url) {
    this.socket = new WebSocket(url)
    this.socket.on('message', (data) => {
      this.#inbox.push(JSON.parse(`${data}`))
      this.#wake()
    })
  }

  static async join(url, room) {
    const client = new Client(url)
    await once(client.socket, 'open')
    client.send({ type: 'join', roomId: room })
    return { client, joined: await client.next('joined') }
  }

  send(message) {
    this.socket.send(JSON.stringify(message))
  }

  async next(type) {
    while (this.#inbox.length === 0) {
      await new Promise((resolve) => {
        this.#wake = resolve
      })
    }
    const message = this.#inbox.shift()
    assert.equal(message.type, type, JSON.stringify(message))
    assert.ok(type in serverMessages)
    return message
  }
}

/** All that two browsers say to each other until they talk. */
async function call(url) {
  const { client: ada, joined: first } = await Client.join(url, 'tea')
  const { client: bo, joined: second } = await Client.join(url, 'tea')
  assert.deepEqual([first.peers, second.peers], [0, 1])
  for (const client of [bo, ada]) await client.next('ready')
  ada.send({ type: 'offer', sdp: 'v=0 an offer' })
  assert.equal((await bo.next('offer')).sdp, 'v=0 an offer')
  bo.send({ type: 'answer', sdp: 'v=0 an answer' })
  assert.equal((await ada.next('answer')).sdp, 'v=0 an answer')
  const candidate = { candidate: 'candidate:1 1 udp 1 192.0.2.1 9 typ host', sdpMid: '0', sdpMLineIndex: 0 }
  ada.send({ type: 'ice', candidate })
  assert.deepEqual((await bo.next('ice')).candidate, candidate)
  return [ada, bo]
}

async function asPlugin() {
  const app = Fastify({ forceCloseConnections: true })
  await app.register(signalbox, { prefix: '/calls', maxEventLoopDelayMs: 0 })
  app.get('/', () => 'mine')
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address()
  const people = await call(`ws://127.0.0.1:${port}/calls/ws`)
  const statuses = {}
  const page = await (await fetch(`http://127.0.0.1:${port}/calls/`)).text()
  const named = Array.from(page.matchAll(/"\.\/(assets\/[^"]+)"/g), ([, path]) => path)
  assert.ok(named.length >= 2, page)
  for (const path of ['', ...named, 'embed.js', 'sdk/index.js', 'check', 'livez', 'asyncapi.json'])
    statuses[path] = (await fetch(`http://127.0.0.1:${port}/calls/${path}`)).status
  assert.deepEqual(new Set(Object.values(statuses)), new Set([200]), JSON.stringify(statuses))
  assert.equal((await app.inject('/')).body, 'mine')
  const closed = people.map(({ socket }) => once(socket, 'close'))
  await app.close()
  for (const [code] of await Promise.all(closed)) assert.equal(code, closeCodes.serviceRestart.code)
}

/** The program as npm has put it on the path, with this Node. */
function program(...words) {
  const path = `${dirname(process.execPath)}${delimiter}${process.env.PATH}`
  return spawn(join('node_modules', '.bin', 'signalbox'), words, {
    // However busy the machine is.
    env: { PATH: path, PORT: '0', HOST: '127.0.0.1', SIGNALBOX_MAX_EVENT_LOOP_DELAY_MS: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

async function asProgram() {
  const asked = program('--version')
  const said = (await asked.stdout.toArray()).join('').trim()
  assert.equal(said, JSON.parse(readFileSync('node_modules/signalbox/package.json', 'utf8')).version)

  const service = program()
  const complaints = service.stderr.toArray()
  const exited = once(service, 'exit')
  let port
  for await (const line of createInterface(service.stdout)) {
    const { msg } = JSON.parse(line)
    port ??= /^Server listening at http:.*:(\d+)$/.exec(msg)?.[1]
    if (msg === 'signalbox is ready') break
  }
  service.stdout.resume()
  const livez = await fetch(`http://127.0.0.1:${port}/livez`)
  assert.deepEqual([livez.status, await livez.json()], [200, { status: 'ok' }])
  const people = await call(`ws://127.0.0.1:${port}/ws`)
  const closed = people.map(({ socket }) => once(socket, 'close'))
  service.kill('SIGTERM')
  for (const [code] of await Promise.all(closed)) assert.equal(code, closeCodes.serviceRestart.code)
  assert.deepEqual(await exited, [0, null])
  assert.equal((await complaints).join(''), '')
}

assert.ok(callErrors['room-full'])
await asPlugin()
await asProgram()
assert.deepEqual(warnings, [])
console.info(`node ${process.versions.node}: plugin and program`)
