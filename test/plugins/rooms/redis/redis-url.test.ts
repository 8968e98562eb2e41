import t from 'tap'
import { parseRedisUrl, type RedisAddress } from '../../../../plugins/rooms/redis/redis-url.js'

const good: Record<string, RedisAddress> = {
  'redis://store': { kind: 'one', login: {}, at: { host: 'store', port: 6379 }, db: 0 },
  'redis://store/': { kind: 'one', login: {}, at: { host: 'store', port: 6379 }, db: 0 },
  'redis://store:1/15': { kind: 'one', login: {}, at: { host: 'store', port: 1 }, db: 15 },
  'valkey://store:65535': { kind: 'one', login: {}, at: { host: 'store', port: 65_535 }, db: 0 },
  'rediss://10.0.0.7': { kind: 'one', login: { tls: {} }, at: { host: '10.0.0.7', port: 6379 }, db: 0 },
  'redis://[::1]:7000/2': { kind: 'one', login: {}, at: { host: '::1', port: 7000 }, db: 2 },
  'redis://[fd00::7]': { kind: 'one', login: {}, at: { host: 'fd00::7', port: 6379 }, db: 0 },
  'redis://:word@store': { kind: 'one', login: { password: 'word' }, at: { host: 'store', port: 6379 }, db: 0 },
  'redis://me@store': { kind: 'one', login: { username: 'me' }, at: { host: 'store', port: 6379 }, db: 0 },
  'valkeys://m%40e:%2F%3A%40%25%20%C3%A9+=@my-store_1.example': {
    kind: 'one',
    login: { username: 'm@e', password: '/:@% é+=', tls: {} },
    at: { host: 'my-store_1.example', port: 6379 },
    db: 0,
  },
  'redis://me:a:b@store': {
    kind: 'one',
    login: { username: 'me', password: 'a:b' },
    at: { host: 'store', port: 6379 },
    db: 0,
  },
  'redis+cluster://one,two:7001,[::1]:7002': {
    kind: 'cluster',
    login: {},
    at: [
      { host: 'one', port: 6379 },
      { host: 'two', port: 7001 },
      { host: '::1', port: 7002 },
    ],
  },
  'rediss+cluster://me:word@one/': {
    kind: 'cluster',
    login: { username: 'me', password: 'word', tls: {} },
    at: [{ host: 'one', port: 6379 }],
  },
  'redis+sentinel://one,two:5000/the%20master': {
    kind: 'sentinel',
    login: {},
    sentinelLogin: {},
    at: [
      { host: 'one', port: 26_379 },
      { host: 'two', port: 5000 },
    ],
    name: 'the master',
    db: 0,
  },
  'valkeys+sentinel://me:word@one/main/3?sentinelUsername=watch&sentinelPassword=a%26b+c': {
    kind: 'sentinel',
    login: { username: 'me', password: 'word', tls: {} },
    sentinelLogin: { username: 'watch', password: 'a&b+c', tls: {} },
    at: [{ host: 'one', port: 26_379 }],
    name: 'main',
    db: 3,
  },
  'redis+sentinel://one/main?sentinelPassword=word': {
    kind: 'sentinel',
    login: {},
    sentinelLogin: { password: 'word' },
    at: [{ host: 'one', port: 26_379 }],
    name: 'main',
    db: 0,
  },
}

for (const [url, address] of Object.entries(good)) {
  t.test(url, async (t) => t.strictSame(parseRedisUrl(url), address))
}

t.test('what is no address, or says something that nobody would heed', async (t) => {
  for (const url of [
    '',
    'store',
    'store:6379',
    'http://store',
    'redis:store',
    'redis://',
    'redis:///0',
    'redis://:6379',
    'redis://store:0',
    'redis://store:65536',
    'redis://store:6379x',
    'redis://store:',
    'redis://sto re',
    'redis://store\n',
    'redis://::1',
    'redis://[::1',
    'redis://[store]',
    'redis://[]:6379',
    'redis://store/name',
    'redis://store/-1',
    'redis://store/0/0',
    'redis://store/123456',
    'redis://store?db=1',
    'redis://store#1',
    'redis://one,two',
    'redis://me:word@',
    'redis://me:wo@rd@store',
    'redis://me:%zz@store',
    'redis://%:word@store',
    'redis+cluster://one/0',
    'redis+cluster://one,',
    'redis+cluster://,one',
    'redis+cluster://one,,two',
    'redis+cluster://one,two:0',
    'redis+cluster://one?sentinelPassword=word',
    'redis+sentinel://one',
    'redis+sentinel://one/',
    'redis+sentinel://one//0',
    'redis+sentinel://one/main/x',
    'redis+sentinel://one/%e9',
    'redis+sentinel://one/main?',
    'redis+sentinel://one/main?password=word',
    'redis+sentinel://one/main?sentinelPassword=',
    'redis+sentinel://one/main?sentinelPassword=%',
    'redis+sentinel://one/main?sentinelPassword=a&sentinelPassword=b',
    'redis+other://one',
  ])
    t.equal(parseRedisUrl(url), undefined, JSON.stringify(url))
})
