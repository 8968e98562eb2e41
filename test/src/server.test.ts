import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import type { TSchema } from '@sinclair/typebox'
import t, { type Test } from 'tap'
import WebSocket from 'ws'
import { Config, environmentName } from '../../schemas/index.js'
import { isFileToo } from '../../src/config.js'
import { Client } from '../helper.js'
import { run, start } from '../program.js'
import { ResumingClient } from '../resuming-client.js'

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  t.test(`${signal}: sockets closed with 1012, exit 0, in good time`, async (t) => {
    const { child, exited, url } = await start(t)
    const ada = await Client.join(t, url, '1001')
    const idle = await Client.connect(t, url)
    const sentAt = performance.now()
    child.kill(signal)
    t.match(await ada.closed, { code: 1012 })
    t.match(await idle.closed, { code: 1012 })
    t.equal((await exited).code, 0)
    t.ok(performance.now() - sentAt < 2000)
  })
}

t.test(
  'who can resume is asked to move before the rest is closed; the service lives, and takes nobody in',
  async (t) => {
    const { child, exited, url } = await start(t, { SIGNALBOX_DRAIN_MS: '60000' })
    const asked: number[] = []
    const movers = Array.from({ length: 20 }, (_, n) => {
      const mover: ResumingClient = new ResumingClient(url, `r${n}`, (message) => {
        if (message.type === 'draining') asked.push(message.retryMs)
      })
      t.teardown(() => mover.socket?.terminate())
      return mover
    })
    for (const mover of movers) await mover.join()
    const [ada, bo] = [await Client.join(t, url, '1001'), await Client.join(t, url, '1001')]
    child.kill('SIGTERM')
    while (asked.length < movers.length) await new Promise((resolve) => setTimeout(resolve, 10))
    t.ok(Math.max(...asked) < 60_000 && new Set(asked).size > 10, `each at another time: ${asked}`)

    const statusOf = async (path: string): Promise<number> =>
      (await fetch(`${url.replace('ws:', 'http:')}${path}`)).status
    t.strictSame([await statusOf('/readyz'), await statusOf('/livez')], [503, 200])
    const late = new WebSocket(`${url}/ws`)
    const [error] = await once(late, 'error')
    t.match(String(error), /503/)
    await bo.next('ready')
    await ada.next('ready')
    ada.send({ type: 'offer', sdp: 'still relayed' })
    t.match(await bo.next('offer'), { sdp: 'still relayed' })

    for (const mover of movers) mover.socket?.close()
    t.match(await ada.closed, { code: 1012 })
    t.equal((await exited).code, 0)
  },
)

t.test('who does not move is closed with 1012 and a time to come back, and the exit is within the time', async (t) => {
  const { child, exited, url } = await start(t, { SIGNALBOX_DRAIN_MS: '1500', SIGNALBOX_CLOSE_TIMEOUT_MS: '500' })
  const ada = new ResumingClient(url, 'r', () => {})
  await ada.join()
  const closed = new Promise<[number, string]>((resolve) =>
    ada.socket?.on('close', (code, reason) => resolve([code, reason.toString()])),
  )
  const sentAt = performance.now()
  child.kill('SIGTERM')
  const [code, reason] = await closed
  t.equal(code, 1012)
  t.type(JSON.parse(reason).retryMs, 'number')
  t.equal((await exited).code, 0)
  t.ok(performance.now() - sentAt < 1500)
  t.strictSame(ada.faults, [])
})

t.test('a client that does not answer cannot hold up the exit', async (t) => {
  const { child, exited, url } = await start(t, { SIGNALBOX_CLOSE_TIMEOUT_MS: '300' })
  const ada = await Client.join(t, url, '1001')
  ada.socket.pause()
  child.kill('SIGTERM')
  t.equal((await exited).code, 0)
})

for (const drainMs of [1000, 0]) {
  t.test(`nor for longer than the drain of ${drainMs} ms, which is less than closing may take`, async (t) => {
    const { child, exited, url } = await start(t, { SIGNALBOX_DRAIN_MS: `${drainMs}` })
    const ada = await Client.join(t, url, '1001')
    const bo = await Client.join(t, url, '1001')
    ada.socket.pause()
    const since = performance.now()
    child.kill('SIGTERM')
    t.match(await bo.closed, { code: 1012 }, 'however little there is, the close frame goes out')
    t.equal((await exited).code, 0)
    const tookMs = Math.round(performance.now() - since)
    // With what a busy machine adds.
    t.ok(tookMs >= 250 && tookMs < Math.max(drainMs, 500) + 700, `after ${tookMs} ms`)
  })
}

t.test('nor can one that could resume, and does not answer either', async (t) => {
  const drainMs = 3000
  const { child, exited, url } = await start(t, {
    SIGNALBOX_DRAIN_MS: `${drainMs}`,
    SIGNALBOX_CLOSE_TIMEOUT_MS: '1000',
  })
  const ada = await Client.connect(t, url)
  ada.send({ type: 'join', roomId: '1001', resume: true })
  await ada.next('joined')
  ada.socket.pause()
  const since = performance.now()
  child.kill('SIGTERM')
  t.equal((await exited).code, 0)
  const tookMs = Math.round(performance.now() - since)
  t.ok(tookMs > 1000 && tookMs <= drainMs, `after ${tookMs} ms`)
})

t.test('a second signal exits at once', async (t) => {
  const { child, exited, url } = await start(t, { SIGNALBOX_CLOSE_TIMEOUT_MS: '60000' })
  const deaf = await Client.join(t, url, '1001')
  const bo = await Client.join(t, url, '1001')
  deaf.socket.pause()
  child.kill('SIGTERM')
  await bo.closed
  child.kill('SIGTERM')
  t.equal((await exited).code, 1)
})

t.test('the log is JSON, and warns of a setting that is none', async (t) => {
  const { entries } = await start(t, {
    SIGNALBOX_MAX_FRAME_BITES: '1',
    SIGNALBOX_PORT: 'tcp://10.0.0.1:3000',
    SIGNALBOX_SERVICE_HOST: '10.0.0.1',
    SIGNALBOX_PORT_3000_TCP_ADDR: '10.0.0.1',
  })
  t.strictSame(
    entries.filter((entry) => entry.level === 40).map((entry) => entry.name),
    ['SIGNALBOX_MAX_FRAME_BITES'],
  )
  t.match(entries.at(-1), { msg: 'signalbox is ready', version: /^\d+\.\d+\.\d+/ })
})

t.test('SIGNALBOX_PORT is no setting, which is said', async (t) => {
  const { entries } = await start(t, { SIGNALBOX_PORT: '8080' })
  t.match(
    entries.find((entry) => entry.level === 40),
    { name: 'SIGNALBOX_PORT' },
  )
})

t.test('a connection that says nothing, or half a request, cannot hold up the exit', async (t) => {
  const { child, exited, url } = await start(t)
  const { hostname, port } = new URL(url)
  for (const bytes of ['', 'GET / HT']) {
    const socket = connect(Number(port), hostname)
    socket.on('error', () => {})
    t.teardown(() => socket.destroy())
    await once(socket, 'connect')
    socket.write(bytes)
  }
  const sentAt = performance.now()
  child.kill('SIGTERM')
  t.equal((await exited).code, 0)
  t.ok(performance.now() - sentAt < 2000)
})

t.test('settings from the environment are in force', async (t) => {
  const { url } = await start(t, { SIGNALBOX_MAX_FRAME_BYTES: '1024', SIGNALBOX_PAGE: 'false', LOG_LEVEL: 'info' })
  t.equal((await fetch(url.replace('ws:', 'http:'))).status, 404)
  const ada = await Client.join(t, url, '1001')
  ada.send({ type: 'ice', candidate: 'x'.repeat(1100) })
  t.match(await ada.closed, { code: 1009 })
})

t.test('a wrong setting stops the start with a sentence that names it', async (t) => {
  const { code, stdout, stderr } = await run(t, { PORT: 'abc' }).exited
  const sentence = 'PORT must be a whole number from 0 to 65535, not "abc".'
  t.strictSame({ code, stdout, stderr }, { code: 2, stdout: '', stderr: `signalbox: ${sentence}\n` })
})

t.test('a port that is taken is said in a sentence', async (t) => {
  const other = createServer().listen(0, '127.0.0.1')
  t.teardown(() => other.close())
  await once(other, 'listening')
  const address = other.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const { code, stderr } = await run(t, { HOST: '127.0.0.1', PORT: `${port}`, LOG_LEVEL: 'silent' }).exited
  t.equal(code, 2)
  t.match(stderr, new RegExp(`^signalbox: cannot listen on HOST 127.0.0.1, PORT ${port}: .*EADDRINUSE.*\n$`))
})

t.test('--help names every setting, --version the version, anything else is refused', async (t) => {
  const help = await run(t, {}, '--help').exited
  t.equal(help.code, 0)
  for (const [key, schema] of Object.entries<TSchema>(Config.properties))
    t.match(help.stdout, `  ${environmentName(key)}${isFileToo(schema) ? '*' : ''}\n`)
  for (const option of ['room', 'name', 'role', 'ttl', 'subject', 'capacity']) t.match(help.stdout, `\n  --${option} `)
  const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'))
  t.match(await run(t, {}, '--version').exited, { code: 0, stdout: `${version}\n` })
  t.match(await run(t, {}, '--port', '80').exited, {
    code: 2,
    stderr: 'signalbox: --port 80 is not an option; see --help.\n',
  })
})

const secret = 'a-secret-for-tests-0123456789abcdef'

/** A file with this in it, which is gone when the test is over. */
function fileWith(t: Test, name: string, text: string): string {
  const folder = t.testdir({ [name]: text })
  return join(folder, name)
}

t.test('token prints a token that lets in, and nothing else', async (t) => {
  const file = fileWith(t, 'secrets', `${secret}\n`)
  const environment = { SIGNALBOX_TOKEN_SECRETS_FILE: file, SIGNALBOX_TOKEN_AUDIENCE: 'calls' }
  const { url } = await start(t, environment)
  const words = ['token', '--room', '1001', '--name', 'Ada', '--ttl', '1h', '--capacity', '3']
  const { code, stdout, stderr } = await run(t, environment, ...words).exited
  t.strictSame({ code, stderr }, { code: 0, stderr: '' })
  t.match(stdout, /^[\w-]+\.[\w-]+\.[\w-]+\n$/)
  const ada = await Client.connect(t, url)
  ada.send({ type: 'join', roomId: '1001' })
  t.match(await ada.next('error'), { code: 'token-required' })
  ada.send({ type: 'join', roomId: '1001', token: stdout.trim() })
  t.match(await ada.next('joined'), { capacity: 3 })
})

t.test('token without a secret, or with a word that is wrong, says so in a sentence and exits with 2', async (t) => {
  const environment = { SIGNALBOX_TOKEN_SECRETS: secret }
  for (const [variables, words, sentence] of [
    [{}, ['--room', 'x'], 'SIGNALBOX_TOKEN_SECRETS is needed, to sign the token with.'],
    [environment, [], 'token needs --room; see --help.'],
    [
      environment,
      ['--room', 'x', '--ttl', '31d'],
      '--ttl must be like 30s, 15m, 1h or 7d, and at most 30d, not "31d".',
    ],
    [environment, ['--room', ' '], 'roomId is required.'],
    [environment, ['--room', 'x', '--name', 'x'.repeat(65)], 'name is too long.'],
  ] as const) {
    const { code, stdout, stderr } = await run(t, variables, 'token', ...words).exited
    t.strictSame({ code, stdout, stderr }, { code: 2, stdout: '', stderr: `signalbox: ${sentence}\n` })
  }
})

t.test('settings that cannot work together stop the start with a sentence that names the variables', async (t) => {
  for (const [environment, sentence] of [
    [{ SIGNALBOX_API_KEYS: secret }, 'SIGNALBOX_API_KEYS needs SIGNALBOX_TOKEN_SECRETS beside it, to sign with.'],
    [
      { SIGNALBOX_TOKEN_PUBLIC_KEYS: 'no key' },
      'SIGNALBOX_TOKEN_PUBLIC_KEYS cannot be used: it is neither PEM blocks nor a JWK Set.',
    ],
    [
      { SIGNALBOX_TOKEN_ISSUER: 'me' },
      'SIGNALBOX_TOKEN_ISSUER needs SIGNALBOX_TOKEN_SECRETS, SIGNALBOX_TOKEN_PUBLIC_KEYS or SIGNALBOX_TOKEN_JWKS_URL beside it.',
    ],
  ] as const) {
    const { code, stdout, stderr } = await run(t, { ...environment, PORT: '0', HOST: '127.0.0.1' }).exited
    t.strictSame({ code, stdout, stderr }, { code: 2, stdout: '', stderr: `signalbox: ${sentence}\n` })
  }
})
