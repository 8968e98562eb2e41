import t, { type Test } from 'tap'
import { RedisLink, type RedisLinkOptions } from '../../plugins/rooms/redis/redis-link.js'
import { parseRedisUrl } from '../../plugins/rooms/redis/redis-url.js'
import type { Reply } from '../../plugins/rooms/redis/reply.js'
import { RedisCluster } from './redis-cluster.js'
import { isSoWithin } from './until.js'

const prefix = 'test:'
const leaseMs = 1000
const spareMs = 4000
const timeoutMs = 500
const rules: RedisLinkOptions['rules'] = {
  leaseMs,
  resumableLeaseMs: leaseMs,
  awayAfterMs: leaseMs,
  resumeWindowMs: leaseMs,
  reloadWindowMs: 0,
  graveMs: 60_000,
  keyMs: 60_000,
  lateMs: 2000,
  spareMs,
  mendMs: 1000,
  maxKnocks: 1,
  replayMessages: 16,
  replayBytes: 1024,
  replayMs: 60_000,
  logRecords: 16,
  logBytes: 1024,
}

const cluster = await RedisCluster.start(t, ['--cluster-require-full-coverage', 'no'])

/** A node that has no rooms of its own, and counts how often it was alarmed. */
async function openLink(t: Pick<Test, 'teardown'>): Promise<{ link: RedisLink; alarms: () => number }> {
  const address = parseRedisUrl(cluster.url)
  if (address === undefined) throw new Error(cluster.url)
  const link = new RedisLink({ address, prefix, rules, timeoutMs, onAway: () => {}, onBack: () => {} })
  t.teardown(() => link.close())
  let alarms = 0
  const alarmed = (): void => {
    alarms += 1
  }
  link.read({ hear: () => {}, alarmed })
  await link.ready()
  return { link, alarms: () => alarms }
}

function join(link: RedisLink, room: string, peerId: string): Promise<Reply> {
  const member = JSON.stringify({ peerId })
  return link.run(room, 'join', [peerId, member, '', '', '{}', 0, 8, 'open', 'allow', '', 0, 1])
}

/** Who is said to be there to whoever has joined. */
function presentBy({ news }: Reply): string[] {
  const entries = news.flatMap((one) => ('shares' in one ? one.shares.flatMap(({ share }) => share.entries) : []))
  return entries.flatMap((entry) => (entry?.kind === 'peer-present' ? [entry.peer.peerId] : []))
}

t.test('where a slot goes to a master that stands still, one asks in vain, and goes on', async (t) => {
  const { link } = await openLink(t)
  const { next } = await cluster.beginToMove('test:{moving}')
  next.redis.stand()
  await t.rejects(join(link, 'test:{moving}', 'ada'), { name: 'StoreUnavailable' })
  next.redis.goOn()
  await link.nextTry()
  t.equal((await join(link, 'test:{other}', 'ada')).outcome, 'seated')
})

t.test('a master is away for longer than a lease: nothing runs out by a node that has nothing there', async (t) => {
  const room = await cluster.keyOfFirst((n) => `test:{${n}}`)
  const { link } = await openLink(t)
  t.strictSame(presentBy(await join(link, room, 'ada')), [])
  const { link: other, alarms } = await openLink(t)
  const before = alarms()
  await cluster.failOver(0)
  t.ok(await isSoWithin(5000, () => alarms() > before), 'it has been alarmed')
  t.strictSame(presentBy(await join(other, room, 'bo')), ['ada'], 'she is still there')
  const isOver = async (): Promise<boolean> => (await other.run(room, 'tick', [])).door === undefined
  t.ok(await isSoWithin(3 * spareMs, isOver), 'but nobody says so')
})

t.test(
  'whoever hears by a node that stands still hears by another soon, and knows what it may have missed',
  async (t) => {
    const { link, alarms } = await openLink(t)
    t.ok(await isSoWithin(2000, async () => (await cluster.heardBy()).length === 1), 'by one')
    const [deaf] = await cluster.heardBy()
    deaf?.stand()
    const before = alarms()
    t.ok(await isSoWithin(15_000, () => alarms() > before), 'it has been alarmed')
    const told = alarms()
    const hears = (): boolean => {
      // Perhaps it is said by the one that stands still.
      link.alarm()
      return alarms() > told
    }
    t.ok(await isSoWithin(5000, hears), 'it hears')
    deaf?.goOn()
  },
)

t.test('with nothing there an answer takes no longer than it may', async (t) => {
  const { link } = await openLink(t)
  await cluster.killAll()
  for (let n = 0; n < 8; n += 1) {
    const sinceMs = performance.now()
    await t.rejects(join(link, `test:{${n}}`, 'ada'), { name: 'StoreUnavailable' })
    t.ok(performance.now() - sinceMs < 5 * timeoutMs)
  }
})
