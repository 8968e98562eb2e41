import Fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { type SignalboxOptions, signalbox } from '../../src/index.js'
import { until } from '../cluster/until.js'
import { Client, listen, manyFromHere, urlOf } from '../helper.js'
import { startRedis } from '../redis-server.js'

const redis = await startRedis(t)
/** With each store; several apps with the second one are one service. */
const stores = [
  ['in memory', {}],
  ['in Redis', { redisUrl: redis.url }],
] as const satisfies [string, SignalboxOptions][]

/** What was told, and who waits for more of it. */
class Notes {
  readonly all: unknown[][] = []
  #wake = (): void => {}

  add(...note: unknown[]): void {
    this.all.push(note)
    this.#wake()
  }

  async until(count: number): Promise<unknown[][]> {
    while (this.all.length < count) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    return this.all
  }

  get hooks(): SignalboxOptions {
    return {
      onJoin: ({ roomId, peer }) => this.add('join', roomId, peer.name),
      onLeave: ({ roomId, peer, reason }) => this.add('leave', roomId, peer.name, reason),
      onRoomEmpty: ({ roomId }) => this.add('empty', roomId),
    }
  }
}

/** As `Promise.withResolvers`, which Node 20 has not got. */
function gate<Value = void>(): { readonly promise: Promise<Value>; resolve(value: Value): void } {
  let resolve: (value: Value) => void = () => {}
  const promise = new Promise<Value>((done) => {
    resolve = done
  })
  return { promise, resolve: (value) => resolve(value) }
}

let prefixes = 0
/** Rooms of its own, in the one Redis. */
function newPrefix(): string {
  prefixes += 1
  return `hooks-${prefixes}:`
}

async function startHost(
  t: Test,
  options: SignalboxOptions,
  lines: string[] = [],
): Promise<{ host: FastifyInstance; url: string }> {
  const host = Fastify({ logger: { level: 'info', stream: { write: (line: string) => lines.push(line) } } })
  await host.register(signalbox, { ...manyFromHere, redisPrefix: newPrefix(), ...options })
  await listen(t, host)
  await until('the store is reached', async () => (await host.inject('/readyz')).statusCode === 200)
  return { host, url: urlOf(host) }
}

for (const [where, store] of stores) {
  t.test(`hooks are told who comes and goes, in the order of each room (${where})`, async (t) => {
    const notes = new Notes()
    const { host, url } = await startHost(t, { ...store, ...notes.hooks })
    const ada = await Client.join(t, url, '1001', { name: 'Ada', resume: true })
    const bo = await Client.join(t, url, '1001', { name: 'Bo' })
    bo.send({ type: 'leave' })
    await bo.next('ready')
    await bo.next('left')
    const cy = await Client.join(t, url, '1001', { name: 'Cy' })
    await host.signalbox.kick('1001', cy.peerId)
    t.match(await cy.closed, { code: 4010 })
    ada.socket.close(1000)
    t.strictSame(await notes.until(7), [
      ['join', '1001', 'Ada'],
      ['join', '1001', 'Bo'],
      ['leave', '1001', 'Bo', 'left'],
      ['join', '1001', 'Cy'],
      ['leave', '1001', 'Cy', 'kicked'],
      ['leave', '1001', 'Ada', 'left'],
      ['empty', '1001'],
    ])
  })

  t.test(`who is in when the app closes is told of, before it is closed (${where})`, async (t) => {
    const notes = new Notes()
    const { host, url } = await startHost(t, { ...store, ...notes.hooks, closeTimeoutMs: 200 })
    await Client.join(t, url, '1001', { name: 'Ada' })
    await Client.join(t, url, '1001', { name: 'Bo' })
    await host.close()
    t.strictSame(notes.all.slice(0, 2), [
      ['join', '1001', 'Ada'],
      ['join', '1001', 'Bo'],
    ])
    const goodbyes = notes.all.slice(2, 4).sort()
    t.strictSame(goodbyes, [
      ['leave', '1001', 'Ada', 'disconnected'],
      ['leave', '1001', 'Bo', 'disconnected'],
    ])
    t.strictSame(notes.all.slice(4), [['empty', '1001']])
  })
}

t.test('a member of a closing app that could come back is told of, too', async (t) => {
  const notes = new Notes()
  const { host, url } = await startHost(t, { ...notes.hooks, drainMs: 500 })
  const ada = await Client.join(t, url, '1001', { name: 'Ada', resume: true })
  ada.send({ type: 'pong' })
  await ada.settle()
  await host.close()
  t.strictSame(notes.all.slice(1), [
    ['leave', '1001', 'Ada', 'closed'],
    ['empty', '1001'],
  ])
})

t.test('of two nodes the one tells whose doing it was, and each thing is told once', async (t) => {
  const [one, other] = [new Notes(), new Notes()]
  const shared = { redisUrl: redis.url, redisPrefix: 'two-nodes:' }
  const first = await startHost(t, { ...shared, ...one.hooks })
  const second = await startHost(t, { ...shared, ...other.hooks })
  const ada = await Client.join(t, first.url, '1001', { name: 'Ada' })
  const bo = await Client.join(t, second.url, '1001', { name: 'Bo' })
  await first.host.signalbox.kick('1001', bo.peerId)
  t.match(await bo.closed, { code: 4010 })
  ada.socket.close(1000)
  t.strictSame(await one.until(4), [
    ['join', '1001', 'Ada'],
    ['leave', '1001', 'Bo', 'kicked'],
    ['leave', '1001', 'Ada', 'left'],
    ['empty', '1001'],
  ])
  t.strictSame(other.all, [['join', '1001', 'Bo']])
})

t.test('a hook that takes its time holds up the next of its room, and nothing else', async (t) => {
  const order: string[] = []
  const held = gate()
  const done = gate()
  const begun = gate()
  const { url } = await startHost(t, {
    onJoin: async ({ roomId, peer }) => {
      if (peer.name === 'Ada') {
        begun.resolve()
        await held.promise
      }
      order.push(`${roomId} ${peer.name}`)
      if (roomId === '1002') held.resolve()
      if (peer.name === 'Bo') done.resolve()
    },
  })
  await Client.join(t, url, '1001', { name: 'Ada' })
  await begun.promise
  await Client.join(t, url, '1001', { name: 'Bo' })
  await Client.join(t, url, '1002', { name: 'Cy' })
  await done.promise
  t.strictSame(order, ['1002 Cy', '1001 Ada', '1001 Bo'])
})

t.test('what a hook throws is logged, and harms nobody', async (t) => {
  const lines: string[] = []
  const notes = new Notes()
  const { url } = await startHost(
    t,
    {
      onJoin: () => {
        throw new Error('no database')
      },
      onLeave: async () => Promise.reject(Object.assign(new Error('too late'), { token: 'secret-token' })),
      onRoomEmpty: ({ roomId, log }) => {
        log.info('empty now')
        notes.add(roomId)
      },
    },
    lines,
  )
  const ada = await Client.join(t, url, '1001')
  ada.socket.close(1000)
  await notes.until(1)
  const entries = lines.map((line) => JSON.parse(line))
  t.match(
    entries.filter(({ msg }) => msg === 'a hook has failed'),
    [
      { level: 50, hook: 'onJoin', reason: 'no database', stack: /hooks\.test/ },
      { hook: 'onLeave', reason: 'too late' },
    ],
  )
  t.ok(entries.some(({ msg }) => msg === 'empty now'))
  t.notMatch(lines.join(''), 'secret-token')
})

t.test('what hooks are told has no token in it', async (t) => {
  const told = gate<object>()
  const authorize = () => ({ subject: 'user-7', tokenId: 'token-of-hers', role: 'host', name: 'Ada' }) as const
  const { url } = await startHost(t, {
    authorize,
    onJoin: ({ log: _, ...news }) => told.resolve(news),
  })
  const metadata = { team: 'blue' }
  const ada = await Client.join(t, url, '1001', { token: 'a secret', metadata, resume: true })
  const news = await told.promise
  t.match(news, {
    roomId: '1001',
    peer: { peerId: ada.peerId, name: 'Ada', role: 'host', subject: 'user-7', metadata, joinedAt: /^\d{4}-.*Z$/ },
  })
  t.notMatch(JSON.stringify(news), /token|secret/)
})

t.test('a hook that is no function stops the start', async (t) => {
  for (const name of ['onJoin', 'onLeave', 'onRoomEmpty', 'iceServers', 'authorize']) {
    const app = Fastify()
    const options = { [name]: 'yes' }
    await t.rejects(async () => app.register(signalbox, options), { name: 'TypeError', message: new RegExp(name) })
  }
})
