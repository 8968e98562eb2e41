import { createHmac } from 'node:crypto'
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { type AuthorizeRequest, type BuildOptions, buildApp } from '../../../src/index.js'
import { Client, startService } from '../../helper.js'
import { HttpServer } from './http-server.js'
import { otherSecret, room, secret, tokenBy } from './token-kit.js'

interface Asked {
  readonly method: string | undefined
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

type Answer = (response: ServerResponse) => unknown

const grant = (fields: unknown): Answer => {
  return (response) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(fields))
}

/** A server that is asked, and a service that asks it. */
async function serve(t: Test, options: BuildOptions = {}) {
  const asked: Asked[] = []
  const state = { answer: grant({}) }
  const server = await HttpServer.start(t, async (request, response) => {
    const text = Buffer.concat(await request.toArray()).toString()
    asked.push({ method: request.method, headers: request.headers, text })
    state.answer(response)
  })
  const lines: string[] = []
  const loggerInstance = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) })
  const authorizeUrl = `${server.url}?key=in-the-address`
  const allowedOrigins = ['https://app.example']
  const service = { authorizeUrl, authorizeSecrets: [secret], allowedOrigins, loggerInstance, ...options }
  const { url } = await startService(t, service)
  return { server, url, asked, state, lines }
}

async function answerTo(t: Test, url: string, fields: object = {}): Promise<Record<string, unknown>> {
  const client = await Client.connect(t, url, {
    origin: 'https://app.example',
    headers: { 'user-agent': 'Tester/1.0' },
  })
  client.send({ type: 'join', roomId: room, capacity: 100, ...fields })
  const answer = JSON.parse(await client.nextFrame())
  client.socket.close()
  return answer
}

/** What a signature of one request must be, by the specification. */
function signatureOf({ headers, text }: Asked, key: string | Buffer): string {
  const content = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${text}`
  return `v1,${createHmac('sha256', key).update(content).digest('base64')}`
}

t.test('it is asked with a POST about who wants to join', async (t) => {
  const { url, asked } = await serve(t)
  t.match(await answerTo(t, url, { name: ' Ada ', metadata: { é: '\ud83d' }, token: 'its own' }), {
    type: 'joined',
  })
  const bare = await Client.connect(t, url)
  bare.send({ type: 'join', roomId: 'Räume' })
  await bare.next('joined')

  const [first, second] = asked
  t.match(first, { method: 'POST', headers: { 'content-type': 'application/json' } })
  const body: AuthorizeRequest = JSON.parse(first?.text ?? '')
  t.strictSame(body, {
    roomId: room,
    name: 'Ada',
    metadata: { é: '\ud83d' },
    token: 'its own',
    address: '127.0.0.1',
    origin: 'https://app.example',
    userAgent: 'Tester/1.0',
  })
  t.strictSame(JSON.parse(second?.text ?? ''), { roomId: 'Räume', address: '127.0.0.1' })
})

t.test('each request is signed with each of the secrets, and has an id and a time of its own', async (t) => {
  const standard = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`
  const { url, asked } = await serve(t, { authorizeSecrets: [secret, otherSecret, standard] })
  await answerTo(t, url, { name: '名前' })
  await answerTo(t, url)
  for (const request of asked) {
    const signatures = [secret, otherSecret, Buffer.from('0123456789abcdef0123456789abcdef')]
    t.equal(request.headers['webhook-signature'], signatures.map((key) => signatureOf(request, key)).join(' '))
    t.match(request.headers['webhook-id'], /^msg_[\w-]{22}$/)
    const ageSeconds = Date.now() / 1000 - Number(request.headers['webhook-timestamp'])
    t.ok(ageSeconds >= 0 && ageSeconds < 60)
  }
  t.equal(new Set(asked.map(({ headers }) => headers['webhook-id'])).size, 2)
})

t.test('a grant lets in, a refusal does not', async (t) => {
  const { url, state } = await serve(t)
  for (const [answer, expected] of [
    [grant({}), { type: 'joined' }],
    [grant({ allow: true }), { type: 'joined' }],
    [grant({ role: 'host', subject: 'user-1', capacity: 8, somethingElse: 1 }), { type: 'joined' }],
    [(response) => response.writeHead(200).end('{}'), { type: 'joined' }],
    [(response) => response.writeHead(403).end(), { code: 'access-denied' }],
    [(response) => response.writeHead(403).end('not {json'), { code: 'access-denied' }],
    [grant({ allow: false }), { code: 'access-denied' }],
    [grant({ allow: false, role: 'host' }), { code: 'access-denied' }],
  ] as [Answer, object][]) {
    state.answer = answer
    t.match(await answerTo(t, url), expected)
  }
})

t.test('its grant is used: the name and the capacity', async (t) => {
  const { url, state } = await serve(t)
  state.answer = grant({ name: 'Ada\u202e Lovelace', capacity: 5 })
  const ada = await Client.connect(t, url)
  ada.send({ type: 'join', roomId: room, name: 'Director', capacity: 2 })
  t.match(await ada.next('joined'), { capacity: 5 })
  state.answer = grant({})
  t.match(await answerTo(t, url), { members: [{ name: 'Ada Lovelace' }] })
})

t.test('anything else lets nobody in', async (t) => {
  const { url, state, lines, server } = await serve(t, { authorizeTimeoutMs: 300 })
  const elsewhere = await HttpServer.start(t, (_request, response) => response.writeHead(200).end('{}'))
  const status = (code: number, headers = {}): Answer => {
    return (response) => response.writeHead(code, headers).end('{}')
  }
  for (const [name, answer] of Object.entries<Answer>({
    'status 500': status(500),
    'status 401': status(401),
    'status 404': status(404),
    'status 201': status(201),
    'status 204': status(204),
    'status 302': status(302, { location: elsewhere.url }),
    'status 307': status(307, { location: elsewhere.url }),
    'no JSON': (response) => response.writeHead(200).end('<html>'),
    'no JSON (empty)': (response) => response.writeHead(200).end(),
    'no object': grant(null),
    'a grant: (list)': grant([]),
    'a grant: (text)': grant('yes'),
    'a grant: (true)': grant(true),
    '"allow" is neither': grant({ allow: 'no' }),
    '"allow" is neither (null)': grant({ allow: null }),
    'role:': grant({ role: 'admin' }),
    'role: (null)': grant({ role: null }),
    'capacity:': grant({ capacity: 1 }),
    'name:': grant({ name: 'x'.repeat(65) }),
    'more than 16384 bytes': grant({ padding: 'x'.repeat(16_384) }),
    'no answer in 300 ms': () => {},
    'no answer in 300 ms (half)': (response) => response.writeHead(200).write('{'),
    'no answer': (response) => response.destroy(),
  })) {
    state.answer = answer
    t.match(await answerTo(t, url, { token: 'the-clients-token' }), { code: 'access-unavailable' }, name)
    const { reason } = lines.map((line) => JSON.parse(line)).findLast(({ level }) => level === 40)
    t.ok(reason.startsWith(name.replace(/ \(.*/, '')), `${name}: ${reason}`)
  }
  await server.stop()
  t.match(await answerTo(t, url), { code: 'access-unavailable' }, 'away')
  await server.comeBack()
  state.answer = grant({})
  t.match(await answerTo(t, url), { type: 'joined' }, 'and back')
  t.notMatch(lines.join(''), /the-clients-token|in-the-address|127\.0\.0\.1:\d+\/there/)
})

t.test('the bound is on what is answered, not on a byte less', async (t) => {
  const { url, state } = await serve(t)
  state.answer = (response) => response.writeHead(200).end('{}'.padEnd(16_384))
  t.match(await answerTo(t, url), { type: 'joined' })
})

t.test('after the token and before the hook: each hears what was said before, and each can refuse', async (t) => {
  const order: string[] = []
  const heard: unknown[] = []
  const { url, state, asked } = await serve(t, {
    tokenSecrets: [secret],
    authorize: (_request, attempt) => {
      order.push('hook')
      heard.push(attempt.grant)
      return attempt.name === 'Eve' ? null : { role: 'host' }
    },
  })
  state.answer = (response) => {
    order.push('url')
    grant({ name: 'Ada L.', subject: 'account-7' })(response)
  }
  t.match(await answerTo(t, url), { code: 'token-required' })
  t.strictSame(order, [])
  const token = await tokenBy(secret, { claims: { sub: 'user-1', jti: 'j1', role: 'guest', capacity: 3 } })
  t.match(await answerTo(t, url, { token }), { type: 'joined', capacity: 3 })
  t.strictSame(order, ['url', 'hook'])
  const said = { role: 'guest', subject: 'user-1', tokenId: 'j1', capacity: 3 }
  t.strictSame(JSON.parse(asked[0]?.text ?? '').grant, said)
  t.strictSame(heard, [{ ...said, name: 'Ada L.', subject: 'account-7' }])
  t.notOk(asked[0]?.text.includes(token), 'and never the token itself')

  t.match(await answerTo(t, url, { token, name: 'Eve' }), { code: 'access-denied' })
  state.answer = (response) => response.writeHead(403).end()
  t.match(await answerTo(t, url, { token }), { code: 'access-denied' })
  t.equal(heard.length, 2, 'whom the one refuses the other is not asked about')
})

t.test('settings that cannot work stop the start', async (t) => {
  const authorizeUrl = 'https://app.example/authorize'
  for (const [options, message] of [
    [{ authorizeUrl }, /^signalbox: authorizeUrl needs authorizeSecrets beside it/],
    [{ authorizeUrl: 'https://[', authorizeSecrets: [secret] }, /^signalbox: authorizeUrl is no address/],
    [
      { authorizeUrl: 'https://a:b@app.example', authorizeSecrets: [secret] },
      /authorizeUrl has a user name or a password/,
    ],
    [
      { authorizeUrl, authorizeSecrets: ['whsec_!'.padEnd(40, '!')] },
      /authorizeSecrets has one that begins with whsec_/,
    ],
    [{ authorizeUrl, authorizeSecrets: ['short'] }, /^signalbox: authorizeSecrets(?!.*short)/],
  ] as const) {
    await t.rejects(
      async () => buildApp({ ...options, authorizeSecrets: [...(options.authorizeSecrets ?? [])] }).ready(),
      {
        message,
      },
    )
  }
})
