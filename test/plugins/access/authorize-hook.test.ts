import { pino } from 'pino'
import t, { type Test } from 'tap'
import { type AuthorizeHook, type BuildOptions, buildApp, type JoinAttempt } from '../../../src/index.js'
import { Client, startService } from '../../helper.js'
import { room, secret, tokenBy } from './token-kit.js'

/** Starts a service that keeps its log, at all levels. */
async function start(t: Test, options: BuildOptions) {
  const lines: string[] = []
  const loggerInstance = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) })
  const { url } = await startService(t, { ...options, loggerInstance })
  return { url, lines }
}

async function answerTo(t: Test, url: string, fields: object = {}): Promise<Record<string, unknown>> {
  const client = await Client.connect(t, url, { headers: { cookie: 'session=ada' } })
  client.send({ type: 'join', roomId: room, ...fields })
  return JSON.parse(await client.nextFrame())
}

t.test('the hook is asked with the request, and with what the client says of itself', async (t) => {
  const attempts: [string | undefined, JoinAttempt][] = []
  const { url } = await start(t, {
    authorize: (request, attempt) => {
      attempts.push([request.headers.cookie, attempt])
      return {}
    },
  })
  await answerTo(t, url)
  await answerTo(t, url, { name: ' Ada ', metadata: { team: 1 }, media: { mic: true }, token: 'its own' })
  t.strictSame(attempts, [
    ['session=ada', { roomId: room }],
    ['session=ada', { roomId: room, name: 'Ada', metadata: { team: 1 }, token: 'its own' }],
  ])
})

t.test('a token that cannot be one does not get as far as the hook', async (t) => {
  const { url } = await start(t, { authorize: () => ({}) })
  for (const token of [7, {}, 'x'.repeat(4097)]) t.match(await answerTo(t, url, { token }), { code: 'token-invalid' })
})

t.test('what it says is done: a grant, a refusal, now or later', async (t) => {
  const verdicts: Record<string, ReturnType<AuthorizeHook>> = {
    guest: {},
    later: Promise.resolve({}),
    undefineds: { name: undefined, role: undefined } as object,
    more: { role: 'guest', isAdmin: true } as object,
    no: null,
    notLater: Promise.resolve(null),
    false: false as unknown as null,
  }
  const { url } = await start(t, { authorize: (_request, { name }) => verdicts[name ?? ''] ?? null })
  for (const name of ['guest', 'later', 'undefineds', 'more']) {
    t.match(await answerTo(t, url, { name, roomId: name }), { type: 'joined' }, name)
  }
  for (const name of ['no', 'notLater', 'false'])
    t.match(await answerTo(t, url, { name }), { type: 'error', code: 'access-denied' }, name)
})

t.test('whatever else it does, nobody comes in', async (t) => {
  const verdicts: Record<string, () => unknown> = {
    response: () => new Response('no', { status: 403 }),
    unknown: () => ({ error: 'no' }),
    mistyped: () => ({ allowed: false }),
    throws: () => {
      throw new Error('the database is away')
    },
    rejects: () => Promise.reject(new Error('the database is away')),
    throwsNoError: () => Promise.reject('the-clients-token'),
    nothing: () => undefined,
    true: () => true,
    text: () => 'host',
    list: () => [],
    role: () => ({ role: 'admin' }),
    capacity: () => ({ capacity: 1 }),
    name: () => ({ name: 'x'.repeat(65) }),
    nameless: () => ({ name: 5 }),
    subject: () => ({ subject: '' }),
    tokenId: () => ({ tokenId: 'x'.repeat(257) }),
    hangs: () => new Promise(() => {}),
  }
  const { url, lines } = await start(t, {
    authorizeTimeoutMs: 200,
    authorize: (_request, { name = '' }) => verdicts[name]?.() as null,
  })
  for (const name of Object.keys(verdicts)) {
    t.match(await answerTo(t, url, { name, token: 'the-clients-token' }), { code: 'access-unavailable' }, name)
  }
  const reasons = lines.map((line) => JSON.parse(line)).filter(({ level }) => level === 40)
  t.equal(reasons.length, Object.keys(verdicts).length, 'each is in the log')
  for (const reason of ['the database is away', 'no error', 'no answer in 200 ms'])
    t.ok(reasons.some((entry) => entry.reason === reason))
  t.ok(
    reasons.some(({ reason }) => reason.startsWith('role: ')),
    'with what is wrong about it',
  )
  t.notMatch(lines.join(''), 'the-clients-token')
})

t.test('on top of tokens: it hears what they say, and its word counts before theirs', async (t) => {
  const grants: unknown[] = []
  const { url } = await start(t, {
    tokenSecrets: [secret],
    authorize: async (_request, { grant }) => {
      grants.push(grant)
      return { name: 'Ada L.', capacity: 4 }
    },
  })
  t.match(await answerTo(t, url), { code: 'token-required' }, 'it cannot let in without one')
  t.match(await answerTo(t, url, { token: 'x' }), { code: 'token-invalid' })
  t.strictSame(grants, [], 'nor is it asked')
  const claims = { name: 'Ada', role: 'host', capacity: 3, sub: 'user-1', jti: 'j1' }
  const joined = await answerTo(t, url, { token: await tokenBy(secret, { claims }), name: 'Somebody' })
  t.match(joined, { type: 'joined', capacity: 4 })
  t.strictSame(grants, [{ role: 'host', name: 'Ada', capacity: 3, subject: 'user-1', tokenId: 'j1' }])
  const bo = await answerTo(t, url, { token: await tokenBy(secret, { claims: { name: 'Bo' } }) })
  t.match(bo, { members: [{ name: 'Ada L.' }] })
})

t.test(
  'a slow answer holds up nobody else, is waited for although the time to join is over, and may come too late',
  async (t) => {
    let answer: (grant: object) => void = () => {}
    const { url } = await start(t, {
      joinTimeoutMs: 200,
      pingIntervalMs: 100,
      pongTimeoutMs: 100,
      authorize: (_request, { name }) => (name === 'slow' ? new Promise((resolve) => (answer = resolve)) : {}),
    })
    const slow = await Client.connect(t, url)
    slow.send({ type: 'join', roomId: room, name: 'slow' })
    slow.send({ type: 'ice', candidate: 'behind it' })
    const ada = await Client.join(t, url, room)
    await new Promise((resolve) => setTimeout(resolve, 700))
    answer({})
    await slow.next('joined')
    await slow.next('ready')
    await ada.next('ready')
    t.match(await ada.next('ice'), { candidate: 'behind it' })
    slow.socket.close(1000)
    await ada.next('peer-left')

    const gone = await Client.connect(t, url)
    gone.send({ type: 'join', roomId: room, name: 'slow' })
    await new Promise((resolve) => setTimeout(resolve, 100))
    gone.socket.terminate()
    await gone.closed
    answer({})
    await ada.settle()
    const left = (await ada.rest()).filter(({ type }) => type === 'ready' || type === 'peer-left')
    t.equal(left.length % 2, 0, 'nobody is left behind in the room')
    t.match(await answerTo(t, url), { type: 'joined', peers: 1 })
  },
)

t.test('a hook that is none stops the start', async (t) => {
  const authorize = 'https://app.example/' as unknown as AuthorizeHook
  const message = 'signalbox: authorize: Expected function'
  await t.rejects(async () => buildApp({ authorize }).ready(), { name: 'TypeError', message })
})
