import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import http from 'node:http'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import Fastify from 'fastify'
import t from 'tap'
import { WebSocketServer } from 'ws'
import { type ConformOptions, conform, type Finding, findingsOf } from '../../src/conformance/conform.js'
import { rows } from '../../src/conformance/rows.js'
import type { Invite } from '../../src/conformance/trial.js'
import { type AuthorizeHook, mintToken, signalbox } from '../../src/index.js'
import { BaseServer, listening, type Message, type Peer } from '../base-server.js'
import { mutants, twists } from '../broken-servers.js'
import { freePort } from '../free-port.js'
import { listen, startService, urlOf } from '../helper.js'
import { run, start } from '../program.js'
import { twisted } from '../twisting-proxy.js'

/** They wait, for times to be over, much more than they work. */
const together = { buffered: true }
t.jobs = 4

const rowNames = rows.map(({ group, name }) => `${group}/${name}`)

async function findings(options: ConformOptions): Promise<Finding[]> {
  const found: Finding[] = []
  for await (const finding of findingsOf(options)) found.push(finding)
  return found
}

/** The names of the rows of which this was found. */
function named(found: readonly Finding[], verdict: string): string[] {
  return found.filter((finding) => finding.verdict === verdict).map(({ row }) => row.name)
}

const tokens = { SIGNALBOX_TOKEN_SECRETS: 'a-secret-for-tokens-of-32-characters-or-more' }
const invite: Invite = async (room, role) => {
  try {
    return (await mintToken({ room, role }, { tokenSecrets: [tokens.SIGNALBOX_TOKEN_SECRETS] })).token
  } catch {
    return undefined
  }
}

t.test('the service does all that it says, to hosts, too, where tokens can be made', together, async (t) => {
  const unbounded = {
    SIGNALBOX_JOIN_BURST: '10000',
    SIGNALBOX_UPGRADE_BURST: '10000',
    SIGNALBOX_MAX_NEW_ROOMS_PER_MINUTE: '10000',
  }
  const { url } = await start(t, { ...tokens, ...unbounded })
  const { code, stdout, stderr } = await run(t, tokens, 'conform', url.replace('ws:', 'http:')).exited
  t.strictSame([code, stderr], [0, ''], stdout)
  const lines = stdout.trim().split('\n')
  t.match(lines.pop(), new RegExp(`^${rows.length} rows: ${rows.length} hold, 0 not, 0 not there; [\\d.]+ s\\.$`))
  t.strictSame(
    lines.map((line) => line.split(':')[0]),
    rowNames.map((name) => `holds      ${name}`),
  )
})

t.test('it keeps the bounds of a server, and takes its time', together, async (t) => {
  const { url } = await startService(t, { joinBurst: 2, maxJoinsPerSecond: 5 })
  const found = await findings({ url, only: 'errors' })
  t.strictSame(named(found, 'holds'), ['codes', 'own-id'])
})

t.test('a token is said in each join; without one nobody is let in', together, async (t) => {
  const authorize: AuthorizeHook = async (_request, { token }) => (token === 'let me in' ? {} : null)
  const { url } = await startService(t, { authorize })
  const { code, stdout } = await run(t, {}, 'conform', url, '--only', 'identity', '--token', 'let me in').exited
  t.equal(code, 0, stdout)
  t.match(stdout, / rows: [1-9]\d* hold, 0 not, 0 not there; /)
  const refused = await findings({ url, only: 'base/join' })
  t.match(refused, [{ verdict: 'does not', detail: /access-denied/ }])
  const hostless = await findings({ url, only: 'doors', invite: async () => 'let me in' })
  t.ok(hostless.every(({ verdict }) => verdict === 'not there') && hostless.length > 3)
})

t.test('also below a prefix, and where rooms hold two at the most', together, async (t) => {
  const app = Fastify()
  await app.register(signalbox, { prefix: '/calls', page: false, maxRoomCapacity: 2 })
  await listen(t, app)
  for (const path of ['/calls/', '/calls', '/calls/ws']) {
    const found = await findings({ url: `${urlOf(app)}${path}`, only: 'base/addresses' })
    t.match(found, [{ verdict: 'holds' }], path)
  }
  const found = await findings({ url: `${urlOf(app)}/calls/ws`, only: 'many' })
  t.ok(found.length > 1)
  t.ok(
    found.every(({ verdict }) => verdict === 'not there'),
    'they are no fault of its own',
  )
})

t.test('a server of the base protocol has it, and none of the additions', together, async (t) => {
  const url = await listening(t, new BaseServer())
  const lines: string[] = []
  const complaints: string[] = []
  const output = { print: (line: string) => lines.push(line), complain: (text: string) => complaints.push(text) }
  t.equal(await conform({ url }, output), 0)
  t.strictSame(complaints, [])
  for (const [index, { group }] of rows.entries())
    t.ok(lines[index]?.startsWith(group === 'base' ? 'holds ' : 'not there '), String(lines[index]))
  lines.length = 0
  t.equal(await conform({ url, only: 'errors' }, output), 0)
  t.equal(lines.length, rows.filter(({ group }) => group === 'errors').length + 1)
})

t.test('what a server does wrong is found by the row that is about it', together, async (t) => {
  const { url: service } = await startService(t, { tokenSecrets: [tokens.SIGNALBOX_TOKEN_SECRETS], awayAfterMs: 300 })
  const broken: (readonly [what: string, server: () => Promise<string>, row: string])[] = [
    ...Object.entries(mutants).map(
      ([what, [Server, row]]) => [what, () => listening(t, new Server()), `base/${row}`] as const,
    ),
    ...twists.map(([twist, row]) => [row, () => twisted(t, service, twist), row] as const),
  ]
  const outcomes = broken.map(async ([what, server, only]) => {
    // Patient, as all of them are tried at once.
    const found = await findings({ url: await server(), only, invite, answerMs: 5000 })
    const finding = found.find(({ row }) => `${row.group}/${row.name}` === only)
    t.match(finding, { verdict: 'does not', detail: /^expected .*, got |^no socket / }, what)
  })
  await Promise.all(outcomes)
  const about = new Set(broken.map(([, , row]) => row))
  t.strictSame(
    rowNames.filter((row) => !about.has(row)),
    [],
    'every row finds something',
  )
})

t.test('a server that accepts and never answers is told of in bounded time', together, async (t) => {
  const url = await listening(t, { server: new WebSocketServer({ port: 0, host: '127.0.0.1' }) })
  const { code, stdout } = await run(t, {}, 'conform', url).exited
  t.equal(code, 1)
  t.ok(Number(/([\d.]+) s\.\n$/.exec(stdout)?.[1]) < 15, stdout.slice(-100))
  t.match(
    stdout,
    /^does not .*expected an answer to the join, got nothing in 3 s\. See "A call" in docs\/protocol\.md\.\n/,
  )
  t.match(stdout, `\n${rows.length} rows: 0 hold, 1 not, 0 not there, ${rows.length - 1} not tried; `)
})

t.test('the run ends when its time is over, whatever a server does', together, async (t) => {
  const url = await listening(
    t,
    new (class extends BaseServer {
      /** Somebody who has heard of the limits, and of nothing else. */
      override join(socket: Peer, message: Message): void {
        if (this.seats.size === 0) super.join(socket, message)
        else this.tell(socket, { type: 'error', code: 'too-many-joins', message: 'later' })
      }
    })(),
  )
  const startedAt = performance.now()
  const found = await findings({ url, runMs: 4000 })
  t.ok(performance.now() - startedAt < 10_000)
  t.strictSame(named(found, 'holds').slice(0, 1), ['join'])
  t.strictSame(named(found, 'does not'), [])
  t.strictSame(found.at(-1), { row: rows.at(-1), verdict: 'not tried', detail: '4 s are over' })
})

t.test('where there is no such server it is said in a sentence, and it is 2', together, async (t) => {
  const { url } = await startService(t)
  const silent = createServer()
  silent.listen(0, '127.0.0.1')
  t.teardown(() => silent.close())
  await once(silent, 'listening')
  const silentPort = Object(silent.address()).port
  const wrong = [
    [
      `ws://127.0.0.1:${await freePort()}/`,
      /^signalbox: ws:\/\/127\.0\.0\.1:\d+\/ cannot be reached: .*ECONNREFUSED.*\.\n$/,
    ],
    [`${url}/nowhere?key=hidden`, /^signalbox: ws:.*\/nowhere cannot be reached: it answers 404 to the upgrade\.\n$/],
    [`ws://127.0.0.1:${silentPort}`, /^signalbox: ws:.* cannot be reached: Opening handshake has timed out\.\n$/],
    [
      'ftp://example.org',
      /^signalbox: conform needs a ws:, wss:, http: or https: URL, not "ftp:\/\/example\.org"\.\n$/,
    ],
  ] as const
  await Promise.all(
    wrong.map(async ([address, sentence]) => {
      const { code, stdout, stderr } = await run(t, {}, 'conform', ...address.split(' ')).exited
      t.strictSame([code, stdout], [2, ''])
      t.match(stderr, sentence)
    }),
  )
})

t.test('one that never has a place is given up when the time is over', together, async (t) => {
  const busy = http.createServer()
  busy.on('upgrade', (_request, socket) =>
    socket.end('HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n'),
  )
  busy.listen(0, '127.0.0.1')
  t.teardown(() => busy.close())
  await once(busy, 'listening')
  const url = `ws://127.0.0.1:${Object(busy.address()).port}`
  await t.rejects(findings({ url, runMs: 1500 }), {
    name: 'Unreachable',
    message: 'it answers 503 to the upgrade',
  })
})

t.test('what a server says cannot do anything to the terminal', together, async (t) => {
  const url = await listening(
    t,
    new (class extends BaseServer {
      override full(socket: Peer): void {
        this.tell(socket, { type: 'full', roomId: `\u009b2J\u202e${'x'.repeat(10_000)}` })
      }
    })(),
  )
  const [{ detail } = { detail: '' }] = await findings({ url, only: 'base/full' })
  t.match(detail, '\\u009b2J\\u202exxx')
  t.match(detail, /^[\x20-\x7e]{1,1000}…$/)
})

t.test('each row is one of its kind, and stands where it says', together, async (t) => {
  const text = readFileSync(fileURLToPath(new URL('../../../docs/protocol.md', import.meta.url)), 'utf8')
  for (const { name, stands } of rows)
    t.ok(new RegExp(`^(#+ \`?${stands}\`?$|(\\| )?\\*\\*${stands}(\\b|\\*\\*))`, 'm').test(text), `${name}: ${stands}`)
  t.equal(new Set(rowNames).size, rows.length)
})
