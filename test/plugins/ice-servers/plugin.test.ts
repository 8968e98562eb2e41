import { setTimeout as elapse } from 'node:timers/promises'
import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import type { IceMember } from '../../../plugins/ice-servers/ice-servers.js'
import { parseIceUrl } from '../../../plugins/ice-servers/ice-url.js'
import { iceServers } from '../../../plugins/ice-servers/plugin.js'
import { converse } from '../../../plugins/ice-servers/stun-link.js'
import { allocate } from '../../../plugins/ice-servers/turn-exchange.js'
import { LogNames } from '../../../plugins/naming/log-names.js'
import { defaultsOf, IceConfig, type IceServer, type IceServers } from '../../../schemas/index.js'
import { buildApp } from '../../../src/index.js'
import { startCoturn, turnSecret } from '../../coturn.js'
import { listen } from '../../helper.js'
import { type Answer, servant, startStub } from '../../turn-stub.js'

const member: IceMember = { roomId: '1001', subject: 'ada@example.org', role: 'guest' }

/** The plugin alone, in an app that keeps what it logs. */
async function build(t: Test, config: Partial<IceConfig>, hook?: Parameters<typeof iceServers>[1]['hook']) {
  const lines: string[] = []
  const loggerInstance: FastifyBaseLogger = pino({ level: 'debug' }, { write: (line) => void lines.push(line) })
  const app = Fastify({ loggerInstance })
  const logNames = new LogNames({ logIds: 'plain' })
  t.teardown(() => app.close())
  await app.register(iceServers, { config: { ...defaultsOf(IceConfig), ...config }, hook, logNames })
  return { app, lines, said: () => lines.map((line) => JSON.parse(line)) }
}

async function until(isSo: () => boolean): Promise<void> {
  for (const since = performance.now(); !isSo(); ) {
    if (performance.now() - since > 10_000) throw new Error('this takes too long')
    await elapse(10)
  }
}

/** Whether the server gives an allocation for what a member was given. */
async function isAccepted({ iceServers }: IceServers, url: string): Promise<boolean> {
  const server = iceServers.find(({ urls }) => urls.includes(url))
  const target = parseIceUrl(url)
  if (target === undefined) throw new Error(url)
  const { username = '', credential = '' } = server ?? {}
  return converse(target, (link) => allocate(link, { username, credential })).then(
    () => true,
    () => false,
  )
}

t.test('nothing configured: nobody is given anything, and there is nothing to say of it', async (t) => {
  const { app } = await build(t, {})
  t.strictSame(await app.iceServers.for(member), { iceServers: [] })
  t.equal(app.iceServers.health, undefined)
  t.strictSame(await app.iceServers.check(), [])
})

t.test('STUN as it is, TURN with one password for all URLs, good for the time that is said', async (t) => {
  const { urls, port } = await startCoturn(t)
  const [stunUrls, turnUrls] = [[`stun:127.0.0.1:${port}`], [urls.udp, urls.tcp]]
  const { app } = await build(t, { stunUrls, turnUrls, turnSecrets: [turnSecret], turnTtlMs: 90_000 })
  const before = Math.floor(Date.now() / 1000)
  const given = await app.iceServers.for(member)
  const [stun, turn, ...more] = given.iceServers
  t.strictSame([stun, turn?.urls, more], [{ urls: stunUrls }, turnUrls, []])
  t.equal(given.ttlMs, 90_000)
  const [seconds, user = ''] = turn?.username?.split(':') ?? []
  t.ok(Math.abs(Number(seconds) - before - 90) <= 1)
  t.notMatch(Buffer.from(user, 'base64url').toString('latin1'), 'ada')
  for (const url of turnUrls) t.ok(await isAccepted(given, url), url)
})

t.test(
  'the same person is the same user, whatever the room; others, and those who are not known, are not',
  async (t) => {
    const { app } = await build(t, { turnUrls: ['turn:127.0.0.1:1'], turnSecrets: [turnSecret] })
    const userOf = async (who: IceMember): Promise<string | undefined> =>
      (await app.iceServers.for(who)).iceServers[0]?.username?.split(':')[1]
    t.equal(await userOf(member), await userOf({ roomId: '1002', subject: 'ada@example.org' }))
    t.not(await userOf(member), await userOf({ ...member, subject: 'bo@example.org' }))
    t.not(await userOf({ roomId: '1001' }), await userOf({ roomId: '1001' }))
  },
)

t.test('of two secrets the one is used that the servers accept', async (t) => {
  const [older, newer] = ['the older one of two secrets for all', 'the newer one of two secrets for all']
  const [before, after] = [await startCoturn(t, { secrets: [older] }), await startCoturn(t, { secrets: [newer] })]
  for (const { urls } of [before, after]) {
    const { app } = await build(t, { turnUrls: [urls.udp], turnSecrets: [newer, older] })
    t.equal(await isAccepted(await app.iceServers.for(member), urls.udp), urls === after.urls, 'the first at first')
    t.match(await app.iceServers.check(), [{ ok: true }])
    t.ok(await isAccepted(await app.iceServers.for(member), urls.udp))
    t.equal(app.iceServers.health, 'ok')
  }
})

t.test('while no server accepts any, the one before goes on being used', async (t) => {
  const secrets = ['the newer one of two secrets for all', turnSecret]
  let answer: Answer = servant(turnSecret)
  const { url } = await startStub(t, (request) => answer(request))
  const { app } = await build(t, { turnUrls: [url], turnSecrets: secrets })
  await app.iceServers.check()
  t.ok(await isAccepted(await app.iceServers.for(member), url))
  answer = servant('a secret that is nowhere in our settings')
  t.match(await app.iceServers.check(), [{ fault: 'wrong-secret' }])
  answer = servant(turnSecret)
  t.ok(await isAccepted(await app.iceServers.for(member), url))
})

t.test('it checks from when it listens on, and logs what changes alone', async (t) => {
  let answer: Answer = servant(turnSecret)
  let asked = 0
  const { url } = await startStub(t, (request) => {
    asked += 1
    return answer(request)
  })
  const config = { turnUrls: [url], turnSecrets: [turnSecret], turnCheckIntervalMs: 20 }
  const { app, lines, said } = await build(t, config)
  await app.ready()
  t.strictSame([app.iceServers.health, asked], ['unknown', 0])
  await listen(t, app)
  const rounds = async (n: number): Promise<void> => {
    const enough = asked + n * 4
    await until(() => asked >= enough)
  }
  const about = () => said().filter((line) => line.url === url)
  await rounds(4)
  t.equal(app.iceServers.health, 'ok')
  t.match(about(), [{ level: 30, url, ms: Number }])
  t.equal(about().length, 1)

  answer = servant('a secret that is nowhere in our settings')
  await until(() => app.iceServers.health === 'failing')
  await rounds(4)
  t.match(about().slice(1), [{ level: 40, url, fault: 'wrong-secret', sentence: /^it refuses our passwords/ }])
  t.equal(about().length, 2)

  answer = servant(turnSecret)
  await until(() => app.iceServers.health === 'ok')
  await rounds(4)
  t.match(about().slice(2), [{ level: 30 }])
  t.equal(about().length, 3)

  const { iceServers: given } = await app.iceServers.for(member)
  const everything = lines.join('')
  for (const secret of [turnSecret, given[0]?.credential, given[0]?.username, 'ada'])
    t.notMatch(everything, secret ?? 'nothing given')
  await app.close()
  const askedInAll = asked
  await elapse(100)
  t.equal(asked, askedInAll, 'and no more once it is closed')
})

t.test('a server that works and needs a look is said once, as a warning', async (t) => {
  const { urls } = await startCoturn(t)
  const { app, said } = await build(t, { turnUrls: [urls.udp], turnSecrets: [turnSecret] })
  await app.iceServers.check()
  await app.iceServers.check()
  t.match(said(), [{ level: 40, warnings: ['inside'], sentence: /^ok in/ }])
  t.equal(said().length, 1)
  t.equal(app.iceServers.health, 'ok')
})

t.test('two checks at once are one; closing ends it', async (t) => {
  let asked = 0
  const { url } = await startStub(t, () => {
    asked += 1
    return undefined
  })
  const { app, said } = await build(t, { turnUrls: [url], turnSecrets: [turnSecret] })
  await listen(t, app)
  const running = [app.iceServers.check(), app.iceServers.check()]
  running.map((check) => check.catch(() => {}))
  await until(() => asked > 0)
  const since = performance.now()
  await app.close()
  for (const check of running) await t.rejects(check)
  t.ok(performance.now() - since < 1000)
  t.equal(asked, 1)
  t.strictSame(
    said().filter(({ level }) => level > 30),
    [],
    'which is no fault',
  )
})

t.test('with an interval of 0 nobody is asked until it is wanted', async (t) => {
  let asked = 0
  const { url } = await startStub(t, (request) => {
    asked += 1
    return servant(turnSecret)(request)
  })
  const { app } = await build(t, { turnUrls: [url], turnSecrets: [turnSecret], turnCheckIntervalMs: 0 })
  await listen(t, app)
  await elapse(100)
  t.strictSame([asked, app.iceServers.health], [0, 'unknown'])
  await app.iceServers.check()
  t.equal(app.iceServers.health, 'ok')
})

t.test('settings that do not go together stop the start', async (t) => {
  const wrong: [Partial<IceConfig>, RegExp][] = [
    [{ turnUrls: ['turn:127.0.0.1'] }, /turnSecrets is empty/],
    [{ turnSecrets: [turnSecret] }, /turnUrls is empty/],
    [
      { turnUrls: ['turn://127.0.0.1'], turnSecrets: [turnSecret] },
      /turnUrls must be URLs .*, not "turn:\/\/127.0.0.1"/,
    ],
    [{ stunUrls: ['stun:127.0.0.1:99999'] }, /stunUrls must be URLs .*, not "stun:127.0.0.1:99999"/],
  ]
  for (const [config, message] of wrong) {
    const app = buildApp(config)
    t.teardown(() => app.close())
    await t.rejects(async () => app.ready(), { name: 'TypeError', message })
  }
  // An application that gives its own may have them for itself.
  await build(t, { turnUrls: ['turn:127.0.0.1'] }, () => [])
})

t.test('/readyz tells of TURN where there is some, and stays ready', async (t) => {
  const { url } = await startStub(t, servant(turnSecret))
  const config = { turnUrls: [url], turnSecrets: [turnSecret] }
  const app = buildApp(config)
  t.teardown(() => app.close())
  const probe = async (app: FastifyInstance) => {
    const { statusCode, body } = await app.inject('/readyz')
    return `${statusCode} ${body}`
  }
  t.equal(await probe(app), '200 {"status":"ok","turn":"unknown"}')
  await listen(t, app)
  for (const since = performance.now(); performance.now() - since < 5000; await elapse(10))
    if ((await probe(app)) === '200 {"status":"ok","turn":"ok"}') break
  t.equal(await probe(app), '200 {"status":"ok","turn":"ok"}')
  t.equal((await app.inject('/livez')).body, '{"status":"ok"}')

  const failing = buildApp({ ...config, turnSecrets: ['a secret that is nowhere in our settings'] })
  t.teardown(() => failing.close())
  await listen(t, failing)
  for (const since = performance.now(); performance.now() - since < 5000; await elapse(10))
    if (!(await probe(failing)).includes('unknown')) break
  t.equal(await probe(failing), '200 {"status":"ok","turn":"failing"}')

  const stunAlone = buildApp({ stunUrls: ['stun:127.0.0.1:1'] })
  t.teardown(() => stunAlone.close())
  t.equal(await probe(stunAlone), '200 {"status":"ok"}')
})

t.test('an application gives its own, as a list or with a time, at once or later', async (t) => {
  const servers: IceServer[] = [{ urls: ['turn:turn.example.org'], username: 'ada', credential: 'a password' }]
  const asked: IceMember[] = []
  for (const [hook, expected] of [
    [() => servers, { iceServers: servers }],
    [async () => servers, { iceServers: servers }],
    [() => ({ iceServers: servers, ttlMs: 60_000 }), { iceServers: servers, ttlMs: 60_000 }],
    [async () => ({ iceServers: [] }), { iceServers: [] }],
    [() => servers.map((server) => ({ ...server, note: 'for us alone' })), { iceServers: servers }],
  ] as const) {
    const { app } = await build(t, { stunUrls: ['stun:127.0.0.1'] }, (who) => {
      asked.push(who)
      return hook()
    })
    t.strictSame(await app.iceServers.for(member), expected)
  }
  t.strictSame(asked[0], member)
})

t.test('an application that fails is logged, and what is configured is given: nobody stays outside', async (t) => {
  const turn = (more: object) => [{ urls: ['turn:turn.example.org'], ...more }]
  const wrong: [unknown, RegExp][] = [
    [new Error('the provider is away'), /^the provider is away$/],
    ['a text', /is not as it should be/],
    [undefined, /is not as it should be/],
    [{ iceServers: [{ urls: 'stun:stun.example.org' }] }, /^the answer\/iceServers\/0\/urls is not as it should be/],
    [[{ urls: ['http://stun.example.org'] }], /is not as it should be/],
    [[{ urls: ['stun:stun.example.org:99999'] }], /none that a browser would take/],
    [turn({}), /no username or no credential/],
    [turn({ username: 'ada', credential: 1 }), /is not as it should be/],
    [{ iceServers: [], ttlMs: 1 }, /ttlMs is not as it should be/],
  ]
  for (const isLater of [false, true]) {
    for (const [answer, reason] of wrong) {
      const hook = (): never => {
        if (answer instanceof Error) throw Object.assign(answer, { password: 'of the provider' })
        return answer as never
      }
      const { app, lines, said } = await build(t, { stunUrls: ['stun:127.0.0.1'] }, isLater ? async () => hook() : hook)
      t.strictSame(await app.iceServers.for(member), { iceServers: [{ urls: ['stun:127.0.0.1'] }] })
      t.match(said(), [{ level: 50, roomId: '1001', reason }])
      t.notMatch(lines.join(''), 'of the provider')
    }
  }
})

t.test('one that does not answer is waited for 5 s', async (t) => {
  const { app, said } = await build(t, { stunUrls: ['stun:127.0.0.1'] }, () => new Promise(() => {}))
  const since = performance.now()
  t.match(await app.iceServers.for(member), { iceServers: [{ urls: ['stun:127.0.0.1'] }] })
  const tookMs = performance.now() - since
  t.ok(tookMs > 4900 && tookMs < 6000, `${Math.round(tookMs)} ms`)
  t.match(said(), [{ level: 50, reason: /5000 ms/ }])
})

t.test('an application gives its hook to the whole service', async (t) => {
  const app = buildApp({ iceServers: () => [{ urls: ['stun:stun.example.org'] }], turnUrls: ['turn:127.0.0.1'] })
  t.teardown(() => app.close())
  t.match(await app.inject('/readyz'), { statusCode: 200, body: '{"status":"ok"}' })
  t.notOk(app.hasDecorator('iceServers'), 'and nothing of it leaks')
})
