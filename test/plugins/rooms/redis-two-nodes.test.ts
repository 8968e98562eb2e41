import t from 'tap'
import { doorContract } from '../../contract/door-contract.js'
import { oversightContract } from '../../contract/oversight-contract.js'
import { redisStoresOfTwoNodes } from '../../contract/redis-store.js'
import { resumeContract } from '../../contract/resume-contract.js'
import { resumeHistories } from '../../contract/resume-histories.js'
import { startRedis } from '../../redis-server.js'

const redis = await startRedis(t)
const makeStore = redisStoresOfTwoNodes(t, redis)

doorContract(t, makeStore)
oversightContract(t, makeStore)
resumeContract(t, makeStore)

t.test('random histories of members who come back by one node and by the other', async (t) => {
  const seen = await resumeHistories((clock) => makeStore(clock), 300)
  t.ok(seen.taken > 130 && seen.named > 70 && seen.resumed > 150 && seen.expired > 15, JSON.stringify(seen))
})
