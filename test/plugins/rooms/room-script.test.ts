import { Redis } from 'ioredis'
import t, { type Test } from 'tap'
import { seatFlags } from '../../../plugins/rooms/redis/redis-seat.js'
import { decodeDescription, type Reply, textOf } from '../../../plugins/rooms/redis/reply.js'
import type { Argument } from '../../../plugins/rooms/redis/room-link.js'
import { roomScript } from '../../../plugins/rooms/redis/script.js'
import { ManualClock } from '../../contract/manual-clock.js'
import { TimedLink } from '../../contract/timed-link.js'
import { startRedis } from '../../redis-server.js'

const redis = await startRedis(t)
const bounds = { maxMessages: 100, maxBytes: 100_000, maxAgeMs: 55_000 }
let rooms = 0

/** A room of the script's own, and two nodes that ask for it. */
class Room {
  clock = new ManualClock()
  readonly #key: string
  readonly #client: Redis
  readonly #links: readonly [TimedLink, TimedLink]

  constructor(t: Test) {
    rooms += 1
    this.#key = `script${rooms}:{r}`
    this.#links = [new TimedLink(redis, roomScript, bounds), new TimedLink(redis, roomScript, bounds)]
    this.#client = new Redis(redis.port)
    t.teardown(async () => {
      this.#client.disconnect()
      await Promise.all(this.#links.map((link) => link.close()))
    })
  }

  /** How much is kept of it. */
  fields(): Promise<number> {
    return this.#client.hlen(this.#key)
  }

  async seats(): Promise<number> {
    const fields = await this.#client.hkeys(this.#key)
    return fields.filter((field) => field.startsWith('s')).length
  }

  /** @param node  0 or 1 */
  run(node: 0 | 1, operation: string, ...more: readonly Argument[]): Promise<Reply> {
    return this.#links[node].on(this.clock).run(this.#key, operation, more)
  }

  async join(node: 0 | 1, peer: string, flags: number = seatFlags.resumable, capacity = 2): Promise<string> {
    const member = JSON.stringify({ peerId: peer })
    const { outcome } = await this.run(
      node,
      'join',
      peer,
      member,
      '',
      '',
      '{}',
      flags,
      capacity,
      'open',
      'allow',
      '',
      0,
      1,
    )
    return outcome
  }

  send(node: 0 | 1, peer: string, attempt: number, n: number, to: string): Promise<Reply> {
    return this.run(node, 'send', peer, attempt, n, '', to, Buffer.from('{}'))
  }

  touch(node: 0 | 1, peer: string, attempt = 0, received = 0): Promise<Reply> {
    return this.run(node, 'touch', 1, peer, attempt, received, '', 1)
  }
}

t.test('who has been overtaken by a higher attempt can do nothing any more', async (t) => {
  const room = new Room(t)
  await room.join(0, 'ada')
  await room.join(0, 'bo')
  t.equal((await room.run(1, 'attach', 'ada', 3, '0-0', 0, 0)).outcome, 'resumed')
  t.equal((await room.send(0, 'ada', 0, 1, 'bo')).outcome, 'gone taken')
  for (const [operation, ...more] of [
    ['update', 1, '', '{}'],
    ['refuse', 1, '', '[]'],
    ['command', 1, '', 'kick', 'bo'],
    ['away', ''],
    ['leave', 'left'],
    ['sync', '0-0'],
  ] as const)
    t.equal((await room.run(0, operation, 'ada', 2, ...more)).outcome, 'gone taken', operation)
  t.equal(textOf((await room.touch(0, 'ada', 2)).said[0]), 'gone taken')
  t.equal((await room.send(1, 'ada', 3, 1, 'bo')).outcome, 'sent')
})

t.test('what is asked twice, as the answer was lost, is done once', async (t) => {
  const room = new Room(t)
  await room.join(0, 'ada')
  await room.join(0, 'bo')
  const first = await room.send(0, 'ada', 0, 1, 'bo')
  const again = await room.send(0, 'ada', 0, 1, 'bo')
  t.strictSame([first.outcome, again.outcome], ['sent', 'sent'])
  t.strictSame([first.news.length, again.news.length], [1, 0])
})

t.test('what names nobody goes to the one other member, also when that is another one now', async (t) => {
  const room = new Room(t)
  await room.join(0, 'ada', 0, 3)
  const addressees = async (n: number): Promise<string[]> => {
    const { outcome, news } = await room.send(0, 'ada', 0, n, '')
    const whom = news.flatMap((one) => ('shares' in one ? one.shares.map(({ peerId }) => peerId) : []))
    return [outcome, ...whom]
  }
  t.strictSame(await addressees(1), ['sent'])
  await room.join(0, 'bo', 0, 3)
  t.strictSame(
    [await addressees(2), await addressees(3)],
    [
      ['sent', 'bo'],
      ['sent', 'bo'],
    ],
  )
  await room.join(0, 'cy', 0, 3)
  t.strictSame(await addressees(4), ['to-required'])
  await room.run(0, 'leave', 'bo', 0, 'left')
  t.strictSame(
    [await addressees(4), await addressees(5)],
    [
      ['sent', 'cy'],
      ['sent', 'cy'],
    ],
  )
  await room.run(0, 'leave', 'cy', 0, 'left')
  t.strictSame(await addressees(6), ['sent'])
})

t.test('a join that comes after its member has given up takes no seat', async (t) => {
  const room = new Room(t)
  await room.run(0, 'withdraw', 'ada')
  t.equal(await room.join(0, 'ada'), 'gone')
  t.equal(await room.join(0, 'bo'), 'seated')
  await room.run(0, 'withdraw', 'bo')
  t.equal((await room.touch(0, 'bo')).door, undefined, 'nor keeps one that it has got')
})

t.test(
  'a node that is not heard of any more: its members are away, then gone; who cannot resume at once',
  async (t) => {
    const room = new Room(t)
    await room.join(0, 'ada', seatFlags.resumable, 3)
    await room.join(0, 'cy', 0, 3)
    await room.join(1, 'bo', seatFlags.resumable, 3)
    for (let touch = 0; touch < 2; touch += 1) {
      await room.clock.advance(10_000)
      await room.touch(1, 'bo')
    }
    await room.clock.advance(10_000)
    const away = await room.touch(1, 'bo')
    const told = (reply: Reply): (string | undefined)[] =>
      reply.news
        .flatMap((news) => ('shares' in news ? news.shares.flatMap(({ share }) => share.entries) : []))
        .map((entry) => (entry?.kind === 'peer-left' ? `peer-left ${entry.peerId} ${entry.reason}` : entry?.kind))
    t.strictSame(told(away), ['peer-left cy disconnected', 'peer-away'])
    await room.clock.advance(10_000)
    t.strictSame(told(await room.touch(1, 'bo')), ['peer-left ada expired'])
  },
)

t.test(
  'an operation after a gap shows that the store has lost some: the chains of the others are broken',
  async (t) => {
    const room = new Room(t)
    await room.join(0, 'ada')
    await room.join(0, 'bo')
    const before = decodeDescription((await room.run(0, 'sync', 'bo', 0, '0-0')).said[1]).tail
    t.equal((await room.send(0, 'ada', 0, 5, 'bo')).outcome, 'sent')
    const [kind] = (await room.run(0, 'sync', 'bo', 0, before)).said
    t.equal(textOf(kind), 'resync')
    t.equal((await room.send(0, 'ada', 0, 5, 'bo')).news.length, 0, 'it counts from there')
  },
)

t.test('whoever comes and goes all the time fills nothing', async (t) => {
  const room = new Room(t)
  await room.join(0, 'ada', 0, 1000)
  for (let k = 0; k < 300; k += 1) await room.run(0, 'withdraw', `guest${k}`)
  t.ok((await room.fields()) < 150, `${await room.fields()} fields`)
})

t.test('a large room that loses a node is told so in one step', async (t) => {
  const room = new Room(t)
  await room.join(1, 'ada', 0, 1000)
  for (let k = 0; k < 200; k += 1) await room.join(0, `bo${k}`, k % 2 === 0 ? seatFlags.resumable : 0, 1000)
  for (let touch = 0; touch < 4; touch += 1) {
    await room.clock.advance(10_000)
    const { news } = await room.touch(1, 'ada')
    if (touch === 2) t.equal(await room.seats(), 101)
    if (touch === 3) t.equal(await room.seats(), 1)
    t.ok(news.filter((one) => !('event' in one)).length <= 1)
  }
})

t.test('an attempt may be as high as a number can be', async (t) => {
  const room = new Room(t)
  await room.join(0, 'ada')
  await room.join(0, 'bo')
  const attempt = Number.MAX_SAFE_INTEGER - 1
  t.equal((await room.run(1, 'attach', 'bo', attempt, '0-0', 0, 0)).outcome, 'resumed')
  await room.send(0, 'ada', 0, 1, 'bo')
  const [news] = (await room.send(1, 'bo', attempt, 1, 'ada')).news
  t.equal(news, undefined)
  const { news: again } = await room.run(1, 'refuse', 'bo', attempt, 2, '', '[{"kind":"door","door":"open"}]')
  t.match(again, [{ shares: [{ peerId: 'bo', attempt }] }])
})

t.test('who was thrown out while its node was silent is not brought back by it', async (t) => {
  const room = new Room(t)
  const identity = ['{"subject":"bo"}', seatFlags.resumable, 3, 'open', 'allow', '', 0, 1] as const
  await room.join(1, 'ada', seatFlags.host, 3)
  await room.run(0, 'join', 'bo', '{"peerId":"bo"}', 'bo', '', ...identity)
  for (let touch = 0; touch < 4; touch += 1) {
    await room.clock.advance(10_000)
    await room.touch(1, 'ada')
  }
  t.equal((await room.run(1, 'command', 'ada', 0, 1, '', 'kick', 'bo')).outcome, 'done')
  const back = ['{"peerId":"bo"}', 'bo', '', '{"subject":"bo"}', seatFlags.resumable, 3, 'open', ''] as const
  t.equal((await room.run(0, 'reseat', 'bo', 0, 0, 1, ...back)).outcome, 'gone kicked')
  t.equal((await room.run(0, 'reseat', 'bo2', 0, 0, 1, ...back)).outcome, 'gone kicked', 'nor by another name')
})

t.test('what a node has read again is not yet what its member has', async (t) => {
  const room = new Room(t)
  await room.join(0, 'ada')
  await room.join(0, 'bo')
  const { tail } = decodeDescription((await room.run(0, 'sync', 'bo', 0, '0-0')).said[1])
  await room.send(0, 'ada', 0, 1, 'bo')
  const later = decodeDescription((await room.run(0, 'sync', 'bo', 0, tail)).said[1]).tail
  await room.run(0, 'sync', 'bo', 0, later)
  const { said } = await room.run(1, 'attach', 'bo', 1, tail, 0, 0)
  t.equal(textOf(said[0]), 'replay')
})

t.test('a seat that the store has lost is brought back in its place, with what it had been told of it', async (t) => {
  const room = new Room(t)
  await room.join(0, 'bo')
  const reseat = (peer: string, order: number, held: string | number): Promise<Reply> =>
    room.run(
      0,
      'reseat',
      peer,
      4,
      7,
      order,
      JSON.stringify({ peerId: peer }),
      '',
      '',
      '{}',
      seatFlags.resumable,
      2,
      'open',
      held,
    )
  t.equal((await reseat('ada', 1, '')).outcome, 'done')
  t.equal((await reseat('cy', 2, '')).outcome, 'full')
  t.equal((await room.run(1, 'attach', 'bo', 1, '0-0', 0, 0)).outcome, 'mending', 'nobody is told who is there yet')
  await room.clock.advance(3000)
  const { said } = await room.run(1, 'attach', 'ada', 5, '0-0', 0, 0)
  const { received, order } = decodeDescription(said[1])
  t.strictSame([textOf(said[0]), received, order], ['resync', 7, 1])
  await room.run(1, 'leave', 'ada', 5, 'left')
  t.equal((await reseat('ada', 1, '')).outcome, 'gone taken', 'who has left stays away')
})

t.test('a clock that is set back holds nobody for longer than it would be from then on', async (t) => {
  const room = new Room(t)
  await room.clock.advance(3_600_000)
  await room.join(0, 'ada', 0)
  room.clock = new ManualClock()
  await room.join(1, 'bo', 0)
  for (const ms of [10_000, 10_000, 10_000]) {
    await room.clock.advance(ms)
    await room.touch(1, 'bo')
  }
  await room.touch(1, 'bo')
  t.equal(await room.seats(), 1)
})
