import { Redis } from 'ioredis'
import t from 'tap'
import { SharedSecrets } from '../../../../plugins/rooms/redis/shared-secrets.js'
import { startRedis } from '../../../redis-server.js'

t.test('all know all, also of a store that has forgotten them while somebody came', async (t) => {
  const client = new Redis((await startRedis(t)).port)
  t.teardown(() => client.disconnect())
  const [one, other, late] = [new SharedSecrets('keys'), new SharedSecrets('keys'), new SharedSecrets('keys')]
  t.strictSame(one.all, [])
  await one.exchange(client)
  await other.exchange(client)
  t.equal(one.all.length, 1)
  t.equal(one.all[0]?.length, 32)
  t.strictSame(other.all, one.all)

  await client.flushall()
  await late.exchange(client)
  t.equal(late.all.length, 1)
  t.notSame(late.all, one.all)
  const learnedMs = other.learnedMs
  for (const secrets of [one, late, other]) await secrets.exchange(client)
  t.equal(one.all.length, 2)
  t.strictSame([other.all, late.all], [one.all, one.all], 'in the same order')
  t.ok(other.learnedMs > learnedMs)

  const { all } = one
  await one.exchange(client)
  t.equal(one.all, all, 'nothing new is no change')
  await client.sadd('keys', ...Array.from({ length: 20 }, (_, n) => `${n}`))
  for (const secrets of [one, other]) await secrets.exchange(client)
  t.equal(one.all.length, 8, 'only so many')
  t.strictSame(other.all, one.all)
})
