import { once } from 'node:events'
import net from 'node:net'
import t, { type Test } from 'tap'
import WebSocket from 'ws'
import { type ClientMessageType, clientMessages, logFields } from '../../schemas/index.js'
import { makeCertificates } from '../certificates.js'
import { Client } from '../helper.js'
import { HttpServer } from '../plugins/access/http-server.js'
import { start } from '../program.js'
import { macOf } from '../resuming-client.js'
import { shakeHands } from '../tls-client.js'

/** In everything that people send, so that it is found wherever it comes out. */
const mark = 'hush'
const room = `${mark}-room`
/** Of somebody, as a proxy tells it. */
const address = '203.0.113.77'

const secrets = {
  token: `${mark}-token-secret-0123456789abcdefgh`,
  api: `${mark}-api-key-0123456789abcdefghijklm`,
  authorize: `${mark}-authorize-secret-0123456789abcd`,
  turn: `${mark}-turn-secret-0123456789abcdefghi`,
}

interface Message {
  readonly type: ClientMessageType
  readonly [field: string]: unknown
}

interface Service {
  readonly url: string
  /** What must not be in the log, besides what is marked. */
  readonly kept: Set<string>
  /** Ends the process. @returns  all that it has written, except where it listens, with bytes as the text that they are */
  stop(): Promise<string>
}

/** The process, which logs all that it can. */
async function serve(t: Test, environment: Record<string, string>): Promise<Service> {
  const { child, exited, url } = await start(t, { LOG_LEVEL: 'trace', SIGNALBOX_DRAIN_MS: '0', ...environment })
  return {
    url,
    kept: new Set([address, '127.0.0.1']),
    async stop() {
      child.kill('SIGTERM')
      const { stdout, stderr } = await exited
      const lines = stdout.split('\n').filter((line) => !line.includes('"Server listening at '))
      for (const line of lines) {
        if (line === '') continue
        for (const field of Object.keys(JSON.parse(line))) t.ok(Object.hasOwn(logFields, field), `${field}: ${line}`)
      }
      // Bytes are written as numbers.
      return `${lines.join('\n')}\n${stderr}`.replace(/\[\d+(?:,\d+)*\]/g, (list) =>
        Buffer.from(JSON.parse(list)).toString('latin1'),
      )
    },
  }
}

function checkSilence(t: Test, output: string, kept: ReadonlySet<string>): void {
  t.notMatch(output, new RegExp(`.{0,80}${mark}.{0,80}`, 'i'))
  for (const text of kept) t.notOk(output.includes(text), `${text} is nowhere`)
}

/** Says who may come in, and sometimes nothing of use. */
async function startAuthority(t: Test): Promise<HttpServer> {
  return HttpServer.start(t, async (request, response) => {
    const { name = '' } = JSON.parse(Buffer.concat(await request.toArray()).toString())
    if (name.endsWith('refused')) response.writeHead(403).end(`{"${mark}":1}`)
    else if (name.endsWith('broken')) response.writeHead(200).end(`<${mark}>`)
    else if (name.endsWith('failing')) response.writeHead(500).end(mark)
    else if (name.endsWith('gone')) request.socket.destroy()
    else response.writeHead(200).end(JSON.stringify({ role: name.endsWith('host') ? 'host' : 'guest', subject: name }))
  })
}

async function startGuarded(t: Test): Promise<Service> {
  const authority = await startAuthority(t)
  return serve(t, {
    SIGNALBOX_TOKEN_SECRETS: secrets.token,
    SIGNALBOX_API_KEYS: secrets.api,
    SIGNALBOX_AUTHORIZE_URL: `${authority.url}?key=${mark}`,
    SIGNALBOX_AUTHORIZE_SECRETS: secrets.authorize,
    SIGNALBOX_TURN_URLS: 'turn:localhost:9?transport=tcp',
    SIGNALBOX_TURN_SECRETS: secrets.turn,
    SIGNALBOX_TRUST_PROXY: '127.0.0.0/8',
    SIGNALBOX_MAX_MALFORMED_MESSAGES: '1000',
    SIGNALBOX_AWAY_AFTER_MS: '1',
    SIGNALBOX_FAILED_JOIN_DELAY_MS: '0',
  })
}

const headers = { 'x-forwarded-for': address, cookie: `session=${mark}`, 'user-agent': mark }

/** Asks for a room token. */
async function tokenFor({ url, kept }: Service, more: object): Promise<string> {
  const response = await fetch(`${url.replace('ws', 'http')}/tokens`, {
    method: 'POST',
    headers: { ...headers, authorization: `Bearer ${secrets.api}`, 'content-type': 'application/json' },
    body: JSON.stringify({ room, ...more }),
  })
  const { token } = (await response.json()) as { token: string }
  for (const part of token.split('.').slice(1)) kept.add(part)
  return token
}

t.test('whatever people send, nothing of it is in the log', async (t) => {
  const service = await startGuarded(t)
  const { url, kept } = service
  const sent = new Set<string>()
  const open = async (): Promise<Client & { say(message: Message): void }> => {
    const client = await Client.connect(t, `${url}/ws?token=${mark}`, { headers })
    const say = (message: Message): void => {
      sent.add(message.type)
      client.send({ [mark]: mark, ...message })
    }
    return Object.assign(client, { say })
  }
  const enter = async (name: string, token: string, more: object = {}) => {
    const client = await open()
    client.say({ type: 'join', roomId: room, capacity: 4, updates: true, metadata: { mark }, name, token, ...more })
    return client
  }
  const guestToken = await tokenFor(service, {})

  const stranger = await open()
  for (const token of [undefined, mark, `${guestToken}${mark}`, await tokenFor(service, { room: `${mark}-other` })]) {
    stranger.say({ type: 'join', roomId: room, token })
    t.match(await stranger.next('error'), { code: /^token-/ })
  }
  for (const name of ['refused', 'broken', 'failing', 'gone']) {
    const refused = await enter(`${mark}-${name}`, guestToken)
    t.match(await refused.next('error'), { code: name === 'refused' ? 'access-denied' : 'access-unavailable' })
  }

  const ada = await enter(`${mark}-host`, await tokenFor(service, { subject: mark }), { resume: true })
  const joined = await ada.next('joined')
  kept.add(joined.session?.key ?? '')
  const bo = await enter(`${mark}-guest`, guestToken)
  const { peerId, iceServers = [] } = await bo.next('joined')
  for (const { credential = '', username = '' } of iceServers) kept.add(credential || mark).add(username || mark)
  t.ok(iceServers.some(({ credential }) => credential !== undefined))
  await ada.next('ready')
  await bo.next('ready')
  for (const type of ['offer', 'answer', 'ice', 'restart', 'keep'] as const) {
    bo.say({ type, sdp: `v=0 ${mark}`, candidate: { candidate: `candidate:1 1 udp 1 ${address}` }, to: joined.peerId })
    await ada.next(type)
  }
  bo.say({ type: 'update', name: `${mark} anew`, metadata: { mark } })
  await ada.next('peer-updated')
  bo.say({ type: 'ice-servers' })
  await bo.next('ice-servers')

  let n = 0
  const command = (message: Message): void => {
    n += 1
    ada.say({ ...message, n })
  }
  command({ type: 'lock', knock: true })
  for (const type of ['admit', 'refuse'] as const) {
    const cy = await enter(`${mark}-${type}`, guestToken)
    await cy.next('knocking')
    let knock = await ada.nextFrame()
    while (!knock.includes('"type":"knock"')) knock = await ada.nextFrame()
    command({ type, peerId: JSON.parse(knock).peerId })
    await cy.nextFrame()
    if (type === 'admit') {
      await cy.next('ready')
      cy.say({ type: 'leave' })
    }
  }
  command({ type: 'unlock' })
  command({ type: 'kick', peerId })
  t.match(await bo.closed, { code: 4010 })

  // Each kind of message once more, with nothing in it that it should have.
  for (const type of Object.keys(clientMessages) as ClientMessageType[]) {
    stranger.say({ type, roomId: { mark }, peerId: mark, attempt: mark, seq: mark, mac: mark })
    stranger.send(`{"type":"${type}","roomId":"${room}","${mark}`)
  }
  stranger.send(mark)
  stranger.send({ type: mark })
  await stranger.rest()
  stranger.socket.send(Buffer.from(mark))
  t.match(await stranger.closed, { code: 1003 })

  ada.socket.terminate()
  const back = await open()
  const seat = { roomId: room, peerId: joined.peerId, attempt: 1 }
  const mac = (key: string, purpose: string, ...more: (string | number)[]) =>
    macOf(key, purpose, room, joined.peerId, ...more)
  for (const key of [mark, joined.session?.key ?? '']) {
    const seq = joined.seq ?? ''
    back.say({ ...seat, type: 'resume', seq, mac: mac(key, 'resume', 1, seq) })
    t.match(JSON.parse(await back.nextFrame()), { type: key === mark ? 'error' : /^(resumed|resync)$/ })
  }
  back.say({ type: 'ack', seq: mark })
  back.say({ type: 'pong' })
  for (const key of [mark, joined.session?.key ?? '']) {
    const body = JSON.stringify({ ...seat, attempt: 2, mac: mac(key, 'leave', 2) })
    const { status } = await fetch(`${url.replace('ws', 'http')}/leave`, { method: 'POST', headers, body })
    t.equal(status, key === mark ? 403 : 204)
  }
  t.strictSame([...sent].sort(), Object.keys(clientMessages).sort(), 'every kind of message was sent')

  const output = await service.stop()
  for (const told of [
    'peer joined',
    'peer knocks',
    'host command',
    '"code":"access-denied"',
    'cannot be found out',
    'peer left',
  ])
    t.match(output, told, 'it is about this')
  t.match(output, /"peer (away|resumed)"/)
  checkSilence(t, output, kept)
})

/** What comes back first for these bytes; nothing when the server only ends it. */
async function exchange(url: string, bytes: string | Buffer): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = net.connect(Number(port), hostname)
  socket.on('error', () => {})
  socket.write(bytes)
  const received = await new Promise<string>((resolve) => {
    socket.once('data', (chunk) => resolve(chunk.toString('latin1')))
    socket.once('close', () => resolve(''))
  })
  socket.destroy()
  return received
}

t.test('whatever is asked over HTTP, well or badly, nothing of it is in the log', async (t) => {
  const service = await startGuarded(t)
  const { url, kept } = service
  const host = 'calls.example'
  const usual = `Host: ${host}\r\nX-Forwarded-For: ${address}\r\nCookie: ${mark}\r\nConnection: close\r\n`
  const upgrade = `${usual.replace('close', 'Upgrade')}Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n`
  const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'
  const post = (path: string, body: string, more = ''): string =>
    `POST ${path}?${mark} HTTP/1.1\r\n${usual}${more}Content-Length: ${body.length}\r\n\r\n${body}`
  const [json, text] = ['Content-Type: application/json\r\n', 'Content-Type: text/plain\r\n']
  for (const [bytes, answer] of [
    [`GET /?room=${room}&token=${mark} HTTP/1.1\r\n${usual}\r\n`, /^HTTP\/1.1 200/],
    [`GET /${mark}?${mark} HTTP/1.1\r\n${usual}\r\n`, /^HTTP\/1.1 404/],
    [`GET /%zz${mark} HTTP/1.1\r\n${usual}\r\n`, /^HTTP\/1.1 400/],
    [`GET http://${mark}:${mark}@${host}/ws HTTP/1.1\r\n${usual}\r\n`, /^HTTP\/1.1 4/],
    [`GET /ws?${mark} HTTP/1.1\r\n${usual}\r\n`, /^HTTP\/1.1 426/],
    [`GET /${mark}?${mark} HTTP/1.1\r\n${upgrade}${key}\r\n`, /^HTTP\/1.1 404/],
    [`GET /ws?${mark} HTTP/1.1\r\n${upgrade}Sec-WebSocket-Key: ${mark}\r\n\r\n`, /^HTTP\/1.1 400/],
    [`GET /ws?${mark} HTTP/1.1\r\n${upgrade}${key}Origin: https://evil.example\r\n\r\n`, /^HTTP\/1.1 403/],
    [post('/leave', `{"mac":"${mark}`, text), /^HTTP\/1.1 400/],
    [post('/leave', mark.repeat(1000), text), /^HTTP\/1.1 413/],
    [post('/leave', mark, `Content-Type: text/${mark}\r\n`), /^HTTP\/1.1 415/],
    [post('/tokens', '{}', `${json}Authorization: Bearer ${mark}\r\n`), /^HTTP\/1.1 401/],
    [post('/tokens', `{"room":{"${mark}":1}}`, `${json}Authorization: Bearer ${secrets.api}\r\n`), /^HTTP\/1.1 400/],
    // What Node's own parser refuses.
    [`${mark.toUpperCase()} / HTTP/1.1\r\n${usual}\r\n`, /^HTTP\/1.1 400/],
    [`GET /${mark} HTTP/9.9\r\n${usual}\r\n`, /^HTTP\/1.1 400/],
    [`GET / HTTP/1.1\r\n${usual}Authorization Bearer ${mark}\r\n\r\n`, /^HTTP\/1.1 400/],
    [`GET / HTTP/1.1\r\n${usual}Authorization: ${mark.repeat(10_000)}\r\n\r\n`, /^HTTP\/1.1 431/],
    [`${mark}\r\n\r\n`, /^HTTP\/1.1 400/],
  ] as const) {
    t.match(await exchange(url, bytes), answer, JSON.stringify(bytes.slice(0, 60)))
  }
  const torn = await Client.connect(t, url, { headers })
  const raw = Reflect.get(torn.socket, '_socket')
  if (raw instanceof net.Socket) raw.write(Buffer.from([0xff, 0xff, ...Buffer.from(mark)]))
  await torn.closed

  const output = await service.stop()
  t.equal(output.match(/"msg":"client (error|header_overflow)"/g)?.length, 5, 'what it could not read is told')
  t.match(output, '"origin":"https://evil.example"')
  checkSilence(t, output, kept)
})

t.test('nor of what is no TLS', async (t) => {
  const files = makeCertificates(t.testdir())
  const service = await serve(t, { SIGNALBOX_TLS_CERT: files.certificateFile, SIGNALBOX_TLS_KEY: files.keyFile })
  const { url, kept } = service
  await exchange(url, `GET /${mark} HTTP/1.1\r\nHost: ${mark}\r\n\r\n`)
  await exchange(url, Buffer.concat([Buffer.from([0x16, 3, 1, 0, 4]), Buffer.from(mark)]))
  const socket = new WebSocket(`${url}/ws?${mark}`, { ca: files.authority })
  await once(socket, 'open')
  socket.send(`{"${mark}`)
  await once(socket, 'message')
  socket.terminate()
  const secure = await shakeHands(url, { ca: files.authority })
  secure.write(`${mark}\r\n\r\n`)
  await once(secure, 'data')
  secure.destroy()
  const output = await service.stop()
  t.match(output, '"client error"')
  t.notMatch(output, /PRIVATE KEY|BEGIN CERTIFICATE/)
  checkSilence(t, output, kept)
})
