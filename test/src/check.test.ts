import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { startCoturn, turnSecret } from '../coturn.js'
import { freePort } from '../free-port.js'
import { startRedis } from '../redis-server.js'

const program = fileURLToPath(new URL('../../src/server.js', import.meta.url))
const noLinkLocal = '--denied-peer-ip=169.254.0.0-169.254.255.255'

/** Runs `signalbox check` to its end. */
async function check(t: Test, environment: Record<string, string>) {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(PORT|HOST|LOG_LEVEL|SIGNALBOX_.*)$/.test(name))
  const child = spawn(process.execPath, [program, 'check'], {
    env: { ...Object.fromEntries(inherited), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (chunk) => {
      output[name] += chunk
    })
  }
  const [code] = await once(child, 'close')
  return { code, ...output }
}

t.test('all is well: a line for each URL, and 0', async (t) => {
  const { urls, port, certificates } = await startCoturn(t, { extra: [noLinkLocal] })
  const all = [`stun:127.0.0.1:${port}`, ...Object.values(urls)]
  const { code, stdout, stderr } = await check(t, {
    SIGNALBOX_STUN_URLS: all[0] ?? '',
    SIGNALBOX_TURN_URLS: all.slice(1).join(),
    SIGNALBOX_TURN_SECRETS_FILE: join(t.testdir({ secret: turnSecret }), 'secret'),
    NODE_EXTRA_CA_CERTS: certificates.authorityFile,
  })
  t.strictSame([code, stderr], [0, ''])
  t.strictSame(stdout.replace(/\d+ ms$/gm, 'N ms').split('\n'), [...all.map((url) => `${url}: ok in N ms`), ''])
})

t.test('one that cannot be used is said in a sentence beside those that can, and it is 1', async (t) => {
  const { urls } = await startCoturn(t, { extra: [noLinkLocal] })
  const dead = `turn:127.0.0.1:${await freePort()}`
  const { code, stdout } = await check(t, {
    SIGNALBOX_TURN_URLS: `${urls.udp} ${dead} ${urls.tls}`,
    SIGNALBOX_TURN_SECRETS: turnSecret,
  })
  t.equal(code, 1)
  const [first = '', second = '', third = ''] = stdout.split('\n')
  t.match(first, /: ok in \d+ ms$/)
  t.ok(second.startsWith(`${dead}: nothing listens on its port (ECONNREFUSED). Start`), second)
  t.ok(third.startsWith(`${urls.tls}: its certificate is signed by nobody known`), third)
  t.notMatch(stdout, turnSecret)
})

t.test('a relay that leads inside is said, and it is 0', async (t) => {
  const { urls } = await startCoturn(t)
  const { code, stdout } = await check(t, { SIGNALBOX_TURN_URLS: urls.tcp, SIGNALBOX_TURN_SECRETS: turnSecret })
  t.equal(code, 0)
  t.match(stdout, /: ok in \d+ ms, but it would relay to link-local addresses/)
})

t.test('nothing configured is said, and it is 0; a variable that is misspelt is as well', async (t) => {
  const { code, stdout, stderr } = await check(t, { SIGNALBOX_TURN_URL: 'turn:turn.example.org' })
  t.strictSame([code, stdout], [0, 'No STUN or TURN server is configured, and no Redis: there is nothing to check.\n'])
  t.equal(stderr, 'signalbox: SIGNALBOX_TURN_URL is no setting, and is ignored; see --help.\n')
})

t.test('settings that cannot be used are said, and it is 2', async (t) => {
  for (const [environment, sentence] of [
    [{ SIGNALBOX_TURN_URLS: 'turn:turn.example.org' }, /^signalbox: SIGNALBOX_TURN_SECRETS is empty, .*\n$/],
    [{ SIGNALBOX_TURN_SECRETS: turnSecret }, /^signalbox: SIGNALBOX_TURN_URLS is empty, .*\n$/],
    [{ SIGNALBOX_TURN_URLS: 'http://turn.example.org' }, /^signalbox: SIGNALBOX_TURN_URLS must be .*\n$/],
    [
      { SIGNALBOX_STUN_URLS: 'stun:stun.example.org:99999' },
      /^signalbox: SIGNALBOX_STUN_URLS must be URLs .*, not "stun:.*\n$/,
    ],
    [{ SIGNALBOX_TURN_URLS: 'turn:a', SIGNALBOX_TURN_SECRETS: 'short' }, /^signalbox: SIGNALBOX_TURN_SECRETS must be/],
  ] as const) {
    const { code, stdout, stderr } = await check(t, environment)
    t.strictSame([code, stdout], [2, ''])
    t.match(stderr, sentence)
    t.notMatch(stderr, /short|a-secret/)
  }
})

t.test('a Redis is tried as the service would use it, and nothing of its address is said', async (t) => {
  const redis = await startRedis(t, ['--requirepass', 'secret-of-the-store'])
  const checkAs = (password: string) => check(t, { SIGNALBOX_REDIS_URL: redis.url.replace('//', `//:${password}@`) })
  const fine = await checkAs('secret-of-the-store')
  t.strictSame([fine.code, fine.stderr], [0, ''])
  t.match(fine.stdout, /^Redis: ok in \d+ ms\n$/)
  const refused = await checkAs('another-secret')
  t.equal(refused.code, 1)
  t.match(refused.stdout, /^Redis: cannot be used: .*WRONGPASS.*\n$/)
  t.notMatch(refused.stdout, /another-secret/)
  await redis.kill()
  t.match((await checkAs('secret-of-the-store')).stdout, /^Redis: cannot be used: .*ECONNREFUSED.*\n$/)
})

t.test('what is no address of a Redis is said at the start', async (t) => {
  const { code, stderr } = await check(t, { SIGNALBOX_REDIS_URL: 'http://:hidden@store' })
  t.equal(code, 2)
  t.match(stderr, /SIGNALBOX_REDIS_URL is no address of a Redis/)
  t.notMatch(stderr, /hidden/)
})
