import { setTimeout as elapse } from 'node:timers/promises'
import Fastify from 'fastify'
import { pino } from 'pino'
import t from 'tap'
import { defaultsOf, httpRefusals, AdmissionLimits as schema } from '../../../schemas/index.js'
import { buildApp, signalbox } from '../../../src/index.js'
import { Client, listen, startService, urlOf } from '../../helper.js'
import { askForUpgrade } from '../../upgrade.js'

const defaults = defaultsOf(schema)
/** Behind a proxy on this machine, so that people can have different addresses. */
const proxied = { trustProxy: ['127.0.0.1'] }
const from = (address: string) => ({ headers: { 'x-forwarded-for': address } })

t.test('one address may have 200 sockets; when one of them goes another may come', async (t) => {
  const { url } = await startService(t, {
    ...proxied,
    maxSocketsPerAddress: defaults.maxSocketsPerAddress,
    upgradeBurst: 1000,
  })
  const open = []
  for (let k = 0; k < 200; k += 1) open.push(await askForUpgrade(t, url, from('192.0.2.1')))
  t.ok(open.every(({ status }) => status === 101))
  const refused = await askForUpgrade(t, url, from('192.0.2.1'))
  t.match(refused, { status: 429, code: 'too-many-sockets', headers: { 'retry-after': '5' } })
  await refused.closed
  t.equal((await askForUpgrade(t, url, from('192.0.2.2'))).status, 101, 'another address may')
  open[7]?.socket.close()
  await open[7]?.closed
  // The service has seen the end of it when it answers this.
  while ((await askForUpgrade(t, url, from('192.0.2.1'))).status !== 101) await elapse(5)
  t.equal((await askForUpgrade(t, url, from('192.0.2.1'))).status, 429)
})

t.test('one address may open 100 at once, and then 10 a second', async (t) => {
  const { url } = await startService(t, { ...proxied, upgradeBurst: defaults.upgradeBurst })
  const answers = await Promise.all(Array.from({ length: 150 }, () => askForUpgrade(t, url, from('192.0.2.1'))))
  const letIn = answers.filter(({ status }) => status === 101).length
  t.ok(letIn >= 100 && letIn < 130, `${letIn} are let in`)
  for (const { status, code, headers } of answers.filter(({ status }) => status !== 101))
    t.match({ status, code, headers }, { status: 429, code: 'too-many-upgrades', headers: { 'retry-after': '1' } })
  t.equal((await askForUpgrade(t, url, from('192.0.2.2'))).status, 101)
})

t.test('64 bits of an IPv6 address are one address; IPv4 written as IPv6 is IPv4', async (t) => {
  const { url } = await startService(t, { ...proxied, maxSocketsPerAddress: 1 })
  for (const [expected, address] of [
    [101, '2001:db8:0:1::1'],
    [429, '2001:db8:0:1:ffff:ffff:ffff:ffff'],
    [429, '2001:DB8:0:1:0::2'],
    [101, '2001:db8:0:2::1'],
    [101, '192.0.2.1'],
    [429, '::ffff:192.0.2.1'],
    [101, '192.0.2.2'],
    [101, 'fe80::1%eth0'],
    [429, 'fe80::2'],
  ] as const) {
    t.equal((await askForUpgrade(t, url, from(address))).status, expected, address)
  }
})

t.test('what somebody says of its own address counts for nothing', async (t) => {
  const { url } = await startService(t, { maxSocketsPerAddress: 1 })
  t.equal((await askForUpgrade(t, url, from('192.0.2.1'))).status, 101)
  t.equal((await askForUpgrade(t, url, from('192.0.2.2'))).status, 429)
})

t.test('no more sockets than the service may have', async (t) => {
  const { url } = await startService(t, { ...proxied, maxSockets: 3 })
  for (let k = 0; k < 3; k += 1) t.equal((await askForUpgrade(t, url, from(`192.0.2.${k}`))).status, 101)
  const refused = await askForUpgrade(t, url, from('192.0.2.9'))
  t.match(refused, { status: 503, code: 'service-full', headers: { 'retry-after': '5', connection: 'close' } })
  await refused.closed
})

t.test('a refused connection is not kept', async (t) => {
  const { url } = await startService(t, { maxSocketsPerAddress: 1 })
  const first = await askForUpgrade(t, url)
  t.equal(first.status, 101)
  const startMs = performance.now()
  const refused = await askForUpgrade(t, url, { headers: { connection: 'Upgrade, keep-alive' } })
  await refused.closed
  t.ok(performance.now() - startMs < 5000, 'before an upgrade that is not done would be cut')
})

t.test('a process that is late takes nobody in, and whoever is in a call goes on', async (t) => {
  const { url } = await startService(t, { maxEventLoopDelayMs: 100 })
  const ada = await Client.join(t, url, 'r')
  const bo = await Client.join(t, url, 'r')
  await ada.next('ready')
  await bo.next('ready')
  let isBusy = true
  const work = (): void => {
    const endMs = performance.now() + 250
    while (performance.now() < endMs);
    if (isBusy) setImmediate(work)
  }
  work()
  let answer = await askForUpgrade(t, url)
  while (answer.status === 101) answer = await askForUpgrade(t, url)
  t.match(answer, { status: 503, code: 'overloaded', headers: { 'retry-after': '5' } })
  ada.send({ type: 'ice', candidate: null })
  await bo.next('ice')
  isBusy = false
  while ((await askForUpgrade(t, url)).status !== 101) await elapse(20)
})

t.test('a start that takes long is not taken for being late', async (t) => {
  const host = Fastify()
  await host.register(signalbox, { prefix: '/a', maxEventLoopDelayMs: 100 })
  host.addHook('onReady', async () => {
    const endMs = performance.now() + 1200
    while (performance.now() < endMs);
  })
  await listen(t, host)
  // Longer than it takes until the first measure is there.
  const endMs = performance.now() + 1500
  while (performance.now() < endMs) {
    t.equal((await askForUpgrade(t, `${urlOf(host)}/a/ws`)).status, 101)
    await elapse(100)
  }
})

t.test('embedded: a host that has its own gauge of pressure is believed, two of us share a host', async (t) => {
  const host = Fastify()
  const { default: underPressure } = await import('@fastify/under-pressure')
  let isDown = false
  await host.register(underPressure, {
    healthCheck: async () => !isDown,
    healthCheckInterval: 20,
    pressureHandler: () => {},
  })
  await host.register(signalbox, { prefix: '/a', maxSocketsPerAddress: 1 })
  await host.register(signalbox, { prefix: '/b', maxSocketsPerAddress: 1 })
  await listen(t, host)
  for (const prefix of ['/a', '/b']) {
    t.equal((await askForUpgrade(t, `${urlOf(host)}${prefix}/ws`)).status, 101)
    t.match(await askForUpgrade(t, `${urlOf(host)}${prefix}/ws`), { status: 429, code: 'too-many-sockets' })
  }
  isDown = true
  while (!host.isUnderPressure()) await elapse(5)
  t.match(await askForUpgrade(t, `${urlOf(host)}/a/ws`), { status: 503, code: 'overloaded' })
})

t.test('refusals are counted, and the log is told once in a while', async (t) => {
  const lines: string[] = []
  const loggerInstance = pino({ level: 'info' }, { write: (line) => void lines.push(line) })
  const { app, url } = await startService(t, { loggerInstance, maxSocketsPerAddress: 1 })
  await askForUpgrade(t, url)
  for (let k = 0; k < 29; k += 1) await askForUpgrade(t, url)
  await askForUpgrade(t, url, from('192.0.2.1'))
  const told = () => lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'refused')
  t.match(told(), [{ code: 'too-many-sockets', refused: 1, address: /^#[\w-]{12}$/ }])
  t.equal(told().length, 1)
  await app.close()
  t.match(told()[1], { code: 'too-many-sockets', refused: 29, isBehindUnknownProxy: true })
  t.equal(told().length, 2)
  t.notMatch(JSON.stringify(told()), '127.0.0.1')
  t.equal(told()[1].address, told()[0].address)

  lines.length = 0
  const plain = await startService(t, { loggerInstance, maxSocketsPerAddress: 1, logIds: 'plain' })
  await askForUpgrade(t, plain.url)
  await askForUpgrade(t, plain.url)
  t.match(told(), [{ address: '127.0.0.1' }])
})

t.test('each refusal says what the list says', async (t) => {
  const { app, url } = await startService(t, { maxSocketsPerAddress: 1, drainMs: 2000 })
  const member = await Client.join(t, url, 'r', { resume: true })
  const socket = await askForUpgrade(t, url)
  t.equal(socket.status, httpRefusals['too-many-sockets'].statusCode)
  const closing = app.close()
  await member.next('draining')
  t.match(await askForUpgrade(t, url), { status: 503, code: 'draining', headers: { 'retry-after': '1' } })
  member.socket.close()
  await closing
})

t.test('an option out of its bounds stops the start', async (t) => {
  for (const options of [{ maxSockets: 0 }, { maxRequestsPerMinute: 0.5 }, { maxEventLoopDelayMs: -1 }]) {
    const [name = ''] = Object.keys(options)
    await t.rejects(async () => buildApp(options).ready(), { message: new RegExp(name) }, name)
  }
})

t.test('HTTP requests are bounded by address; probes and sockets are not', async (t) => {
  const key = 'k'.repeat(32)
  const { url } = await startService(t, {
    ...proxied,
    maxRequestsPerMinute: 5,
    apiKeys: [key],
    tokenSecrets: ['s'.repeat(32)],
  })
  const base = url.replace('ws', 'http')
  const get = (path: string, address: string) => fetch(`${base}${path}`, from(address))
  for (let k = 0; k < 5; k += 1) t.equal((await get('/', '192.0.2.1')).status, 200)
  const refused = await get('/sdk/index.js', '192.0.2.1')
  t.equal(refused.status, 429)
  const waitS = Number(refused.headers.get('retry-after'))
  t.ok(waitS > 50 && waitS <= 60, `${waitS} s`)
  t.strictSame(await refused.json(), {
    statusCode: 429,
    code: 'too-many-requests',
    error: 'Too Many Requests',
    message: httpRefusals['too-many-requests'].message,
  })
  t.equal((await get('/', '192.0.2.2')).status, 200)
  t.equal((await get('/', '2001:db8::1')).headers.get('x-ratelimit-limit'), null)
  for (let k = 0; k < 10; k += 1) {
    for (const path of ['/livez', '/healthz', '/readyz']) t.equal((await get(path, '192.0.2.1')).status, 200, path)
    t.equal((await askForUpgrade(t, url, from('192.0.2.1'))).status, 101)
    const made = await fetch(`${base}/tokens`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...from('192.0.2.1').headers },
      body: JSON.stringify({ room: 'r' }),
    })
    t.equal(made.status, 201)
  }
  const strangers = []
  for (let k = 0; k < 7; k += 1)
    strangers.push((await fetch(`${base}/tokens`, { method: 'POST', ...from('192.0.2.3') })).status)
  t.strictSame(strangers, [401, 401, 401, 401, 401, 429, 429])
})
