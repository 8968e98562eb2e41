import t from 'tap'
import { readCommand } from '../../src/cli.js'

const token = (...words: string[]) => readCommand(['token', '--room', '1001', ...words])

t.test('words say what the process is to do', async (t) => {
  t.strictSame(readCommand([]), { name: 'serve', https: false })
  t.strictSame(readCommand(['--https']), { name: 'serve', https: true })
  for (const words of [['-h'], ['--help'], ['token', '--help'], ['token', '-h', '--room', 'x']])
    t.strictSame(readCommand(words), { name: 'help' }, words.join(' '))
  for (const word of ['-v', '--version']) t.strictSame(readCommand([word]), { name: 'version' })
  t.strictSame(token(), { name: 'token', request: { room: '1001' } })
  const words = ['--name=Ada L.', '--role', 'host', '--ttl', '15m', '--subject', 'user-1', '--capacity', '8']
  t.strictSame(token(...words), {
    name: 'token',
    request: { room: '1001', name: 'Ada L.', role: 'host', ttlSeconds: 900, subject: 'user-1', capacity: 8 },
  })
})

t.test('a server to try is at a URL, in the scheme of a page or of a WebSocket', async (t) => {
  for (const [given, url] of [
    ['ws://localhost:3000', 'ws://localhost:3000/'],
    ['wss://example.org/calls/ws', 'wss://example.org/calls/ws'],
    ['http://127.0.0.1:3000/?a=b#c', 'ws://127.0.0.1:3000/?a=b'],
    ['https://example.org', 'wss://example.org/'],
  ] as const) {
    t.strictSame(readCommand(['conform', given]), { name: 'conform', url })
    for (const words of [
      ['--only', 'base', given],
      [given, '--only=base'],
    ])
      t.strictSame(readCommand(['conform', ...words]), { name: 'conform', url, only: 'base' })
  }
  const url = 'ws://localhost/'
  t.strictSame(readCommand(['conform', url, '--token', 'eyJ']), { name: 'conform', url, token: 'eyJ' })
  t.strictSame(readCommand(['conform', '--help']), { name: 'help' })
})

t.test('a time has a unit, and is at most 30 days', async (t) => {
  for (const [ttl, ttlSeconds] of [
    ['30s', 30],
    ['15m', 900],
    ['1h', 3600],
    ['7d', 604_800],
    ['30d', 2_592_000],
    ['720h', 2_592_000],
  ] as const) {
    t.match(token('--ttl', ttl), { request: { ttlSeconds } })
  }
  for (const ttl of ['', '0s', '5', '1w', '31d', '721h', '1.5h', '1h30m', ' 1h', '1H', '99999999999d', '1e3s']) {
    t.throws(() => token(`--ttl=${ttl}`), {
      name: 'UsageError',
      message: `--ttl must be like 30s, 15m, 1h or 7d, and at most 30d, not "${ttl}".`,
    })
  }
})

t.test('words that mean nothing are refused in a sentence', async (t) => {
  for (const [words, message] of [
    [['--port', '80'], '--port 80 is not an option; see --help.'],
    [['tokens'], 'tokens is not an option; see --help.'],
    [['--help', 'x'], '--help x is not an option; see --help.'],
    [['token'], 'token needs --room; see --help.'],
    [['token', '--name', 'Ada'], 'token needs --room; see --help.'],
    [['token', '--room'], "token: Option '--room <value>' argument missing; see --help."],
    [['token', '--rom', 'x'], "token: Unknown option '--rom'; see --help."],
    [['token', '--room', 'x', 'y'], "token: Unexpected argument 'y'; see --help."],
    [['conform'], 'conform needs one URL; see --help.'],
    [['conform', 'ws://a', 'ws://b'], 'conform needs one URL; see --help.'],
    [['conform', 'localhost:3000'], 'conform needs a ws:, wss:, http: or https: URL, not "localhost:3000".'],
    [['conform', 'example.org'], 'conform needs a ws:, wss:, http: or https: URL, not "example.org".'],
    [['conform', 'ws://a', '--rows', 'x'], "conform: Unknown option '--rows'; see --help."],
    [['token', '--room', 'x', '--role', 'Host'], '--role must be host or guest, not "Host".'],
    [['token', '--room', 'x', '--capacity', '1'], '--capacity must be a whole number of 2 or more, not "1".'],
    [['token', '--room', 'x', '--capacity', '2.5'], '--capacity must be a whole number of 2 or more, not "2.5".'],
  ] as const) {
    t.throws(() => readCommand(words), { name: 'UsageError', message })
  }
})
