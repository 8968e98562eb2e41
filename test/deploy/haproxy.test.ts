import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, get, request } from 'node:http'
import { get as getSecurely } from 'node:https'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as elapse } from 'node:timers/promises'
import t, { type Test } from 'tap'
import WebSocket, { WebSocketServer } from 'ws'
import { makeCertificates } from '../certificates.js'
import { codeBlocks } from '../consumer.js'
import { haproxyFile, haproxyPath, startHaproxy } from '../haproxy.js'
import { start } from '../program.js'
import { startRedis } from '../redis-server.js'
import { ResumingClient } from '../resuming-client.js'
import { askForUpgrade } from '../upgrade.js'
import { exchange, joinSomewhere, joinTogether, startTwo, trusting } from './two-nodes.js'

const apiKey = 'a-key-for-tests-0123456789abcdefghij'

/** Asks for an invitation, which has the address in it that the service believes it was asked at. */
async function linkOf(url: string, headers: Record<string, string>): Promise<string> {
  const asking = request(`${url.replace('ws:', 'http:')}/tokens`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', ...headers },
  })
  asking.end('{"room":"1001"}')
  const [reply] = await once(asking, 'response')
  return JSON.parse(await text(reply)).link
}

t.test('HAProxy has nothing to say against the file', (t) => {
  for (const settings of [{}, { BALANCER_CERTIFICATE: certificates(t).certificateFile, BALANCER_USER: 'haproxy' }]) {
    const { status, stderr } = spawnSync('haproxy', ['-c', '-dW', '-f', haproxyFile], {
      env: { PATH: haproxyPath, SIGNALBOX_NODE_1: '127.0.0.1:3001', SIGNALBOX_NODE_2: '127.0.0.1:3002', ...settings },
      encoding: 'utf8',
    })
    t.equal(status, 0, stderr)
  }
  t.end()
})

t.test('the page and the signaling of a call go through it, and sockets go to the node that has fewer', async (t) => {
  const { nodes, balancer } = await startTwo(t)
  const [reply] = await once(get(balancer.url.replace('ws:', 'http:')), 'response')
  t.match(await text(reply), '<title>')
  t.equal(reply.statusCode, 200)

  const { ada, bo } = await joinTogether(t, balancer.url, nodes)
  await exchange(t, ada, bo)

  const before = nodes.map(({ entries }) => entries.filter(({ msg }) => msg === 'peer joined').length)
  for (let k = 0; k < 10; k += 1) await joinSomewhere(t, balancer.url, nodes, `room-${k}`)
  const after = nodes.map(({ entries }) => entries.filter(({ msg }) => msg === 'peer joined').length)
  t.ok(Math.abs((after[0] ?? 0) - (after[1] ?? 0)) <= 1, `${before} became ${after}`)
})

t.test('the service learns who it is that comes, and at which address, and nobody can say otherwise', async (t) => {
  const settings = {
    SIGNALBOX_MAX_SOCKETS_PER_ADDRESS: '1',
    SIGNALBOX_API_KEYS: apiKey,
    SIGNALBOX_TOKEN_SECRETS: apiKey,
  }
  const { balancer } = await startTwo(t, settings)
  const forged = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.example' }
  let visit = 0
  const from = async (localAddress: string): Promise<number> => {
    visit += 1
    const headers = { ...forged, 'x-forwarded-for': `203.0.113.${visit}` }
    return (await askForUpgrade(t, balancer.url, { localAddress, headers })).status
  }
  // From a trusted address, of all things: what it says of others must be gone as well.
  t.strictSame([await from('127.0.0.1'), await from('127.0.0.1')], [101, 101], 'one on each node')
  t.equal(await from('127.0.0.1'), 429, 'one address has no more, whatever it says of itself')
  t.equal(await from('127.0.0.2'), 101, 'another has its own')

  const link = await linkOf(balancer.url, { ...forged, host: 'calls.example' })
  t.ok(link.startsWith('http://calls.example/#'), link)
})

t.test('rooms are hashed to nodes by the lines that docs/scaling.md has for it', async (t) => {
  const [lines = ''] = codeBlocks('docs/scaling.md', 'haproxy')
  const file = join(t.testdir(), 'haproxy.cfg')
  const text = readFileSync(haproxyFile, 'utf8')
  t.ok(text.includes('    balance leastconn\n'))
  writeFileSync(file, text.replace('balance leastconn', lines.trim().replaceAll('\n', '\n    ')))
  const { nodes, balancer } = await startTwo(t, {}, {}, file)
  const used = new Set<unknown>()
  for (let room = 0; room < 8; room += 1) {
    const url = `${balancer.url}/ws?r=${room}`
    const [one, other] = [
      await joinSomewhere(t, url, nodes, `room ${room}`),
      await joinSomewhere(t, url, nodes, `room ${room}`),
    ]
    t.equal(one.node, other.node)
    used.add(one.node)
  }
  t.equal(used.size, 2, 'and not all to one')
})

t.test('it speaks HTTPS where it has a certificate, and leads there', async (t) => {
  const { certificateFile, authority } = certificates(t)
  const { balancer } = await startTwo(t, {}, { BALANCER_CERTIFICATE: certificateFile })
  const [reply] = await once(get(`${balancer.url.replace('ws:', 'http:')}/check?x=1`), 'response')
  reply.resume()
  const place = `${balancer.secureUrl.replace('wss:', 'https:')}/check?x=1`
  t.match(reply, { statusCode: 308 })
  t.ok(String(reply.headers.location).startsWith('https://127.0.0.1'), 'from HTTP to HTTPS')

  const [secured] = await once(
    getSecurely(place, { ca: authority, servername: 'localhost', headers: { host: 'calls.example' } }),
    'response',
  )
  secured.resume()
  t.match(secured, { statusCode: 200, headers: { 'strict-transport-security': /max-age/ } }, 'the service knows of it')

  const { socket } = await askForUpgrade(t, balancer.secureUrl, { ca: authority })
  t.equal(socket.readyState, WebSocket.OPEN)
})

t.test('when all nodes are full people are told so by one of them', async (t) => {
  const { balancer } = await startTwo(t, { SIGNALBOX_MAX_SOCKETS: '1' })
  t.strictSame(
    [(await askForUpgrade(t, balancer.url)).status, (await askForUpgrade(t, balancer.url)).status],
    [101, 101],
    'one on each',
  )
  const refused = await askForUpgrade(t, balancer.url)
  t.match(refused, { status: 503, code: 'service-full', headers: { 'retry-after': /^\d+$/ } })
})

t.test('a socket on which nothing is said stays when requests and connections have been given up', async (t) => {
  const { nodes, balancer } = await startTwo(t, {}, { BALANCER_REQUEST_TIMEOUT: '1s' })
  const { ada, bo } = await joinTogether(t, balancer.url, nodes)
  // A request that never ends is given up when it has stood still for that long: twice, one after the other.
  for (let k = 0; k < 2; k += 1) {
    const { hostname, port } = new URL(balancer.url)
    const slow = connect(Number(port), hostname)
    slow.write('POST /leave HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\n')
    slow.resume()
    await once(slow, 'close')
  }
  await exchange(t, ada, bo)
})

t.test('a node that stops gets nobody new, and nobody is refused for it; those on it stay to the end', async (t) => {
  const { nodes, balancer } = await startTwo(t)
  const { ada, bo, node } = await joinTogether(t, balancer.url, nodes, { resume: true })
  node.child.kill('SIGTERM')
  await Promise.all([ada.next('draining'), bo.next('draining')])

  // Before HAProxy has found out: the node answers 503, and HAProxy asks the other.
  const early = await Promise.all(Array.from({ length: 10 }, () => askForUpgrade(t, balancer.url)))
  t.ok(
    early.every(({ status }) => status === 101),
    'nobody is refused before it is known',
  )
  await balancer.said(`nodes/node${nodes.indexOf(node) + 1} is DOWN, reason: Layer7 wrong status, code: 503`)
  const later = await joinSomewhere(t, balancer.url, nodes, 'later')
  t.not(later.node, node)

  ada.send({ type: 'offer', sdp: 'v=0', n: 1 })
  t.match(await bo.next('offer'), { from: ada.peerId }, 'the sockets that it has go on')
  t.match(await Promise.all([ada.closed, bo.closed]), [{ code: 1012 }, { code: 1012 }], 'until it closes them')
  t.equal((await node.exited).code, 0)
})

t.test(
  'when a node is killed the next to come notices nothing, and the node is used again when it is back',
  async (t) => {
    const { nodes, balancer } = await startTwo(t)
    const [victim, other] = nodes
    const { ada, node } = await joinTogether(t, balancer.url, nodes)
    const number = nodes.indexOf(node) + 1
    node.child.kill('SIGKILL')
    t.match(await ada.closed, { code: 1006 })
    for (let k = 0; k < 10; k += 1) {
      const since = performance.now()
      t.equal((await askForUpgrade(t, balancer.url)).status, 101)
      t.ok(performance.now() - since < 1000, 'at once')
    }
    await balancer.said(`nodes/node${number} is DOWN`)
    const again = await start(t, { ...trusting, PORT: new URL(node.url).port })
    await balancer.said(`nodes/node${number} is UP`)
    const rest = node === victim ? other : victim
    const back = await joinSomewhere(t, balancer.url, [again, rest], 'back')
    t.equal(back.node, again, 'it has the fewest')
  },
)

t.test(
  'two who come to one room by different nodes call each other, and a killed node costs them nothing',
  async (t) => {
    const redis = await startRedis(t)
    const { nodes, balancer } = await startTwo(t, { SIGNALBOX_REDIS_URL: redis.url })
    const heard: string[] = []
    const clients = ['ada', 'bo'].map(
      () => new ResumingClient(balancer.url, 'shared', ({ type }) => void heard.push(type)),
    )
    t.teardown(() => {
      for (const { socket } of clients) socket?.terminate()
    })
    const [ada, bo] = clients as [ResumingClient, ResumingClient]
    for (const client of clients) await client.join()
    const nodeOf = async ({ peerId }: ResumingClient): Promise<(typeof nodes)[number]> => {
      for (;;) {
        const node = nodes.find(({ entries }) => entries.some((entry) => entry['peerId'] === peerId))
        if (node !== undefined) return node
        await elapse(10)
      }
    }
    const [first, second] = [await nodeOf(ada), await nodeOf(bo)]
    t.not(first, second, 'the balancer spreads them')
    first.child.kill('SIGKILL')
    await first.exited
    bo.send({ type: 'offer', to: ada.peerId, sdp: 'v=0' })
    while (!ada.isAttached) {
      await elapse(20)
      await ada.resume()
    }
    while (!heard.includes('offer')) await elapse(10)
    t.strictSame([ada.faults, bo.faults, heard.includes('peer-left'), ada.resyncs], [[], [], false, 0])
  },
)

t.test('when no node is ready they are asked all the same', async (t) => {
  const unready = async (): Promise<string> => {
    const server = createServer((_request, reply) => reply.writeHead(503).end()).listen(0, '127.0.0.1')
    const sockets = new WebSocketServer({ server })
    t.teardown(() => {
      for (const socket of sockets.clients) socket.terminate()
      server.close()
    })
    await once(server, 'listening')
    const address = server.address()
    return `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`
  }
  const balancer = await startHaproxy(t, [await unready(), await unready()])
  await balancer.said('Running on backup')
  t.equal((await askForUpgrade(t, balancer.url)).status, 101)
})

t.test('a reload cuts no socket', async (t) => {
  const { nodes, balancer } = await startTwo(t)
  const { ada, bo } = await joinTogether(t, balancer.url, nodes)
  await balancer.reload()
  t.equal((await askForUpgrade(t, balancer.url)).status, 101)
  await exchange(t, ada, bo)
})

/** The authority, and a file as HAProxy wants it: certificate and key in one. */
function certificates(t: Test): { certificateFile: string; authority: string } {
  const folder = t.testdir({})
  const { certificateFile, keyFile, authority } = makeCertificates(folder)
  const both = join(folder, 'both.pem')
  writeFileSync(both, readFileSync(certificateFile, 'utf8') + readFileSync(keyFile, 'utf8'))
  return { certificateFile: both, authority }
}
