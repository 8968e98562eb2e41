import t from 'tap'
import { doorContract } from '../../contract/door-contract.js'
import { oversightContract } from '../../contract/oversight-contract.js'
import { redisStores } from '../../contract/redis-store.js'
import { resumeContract } from '../../contract/resume-contract.js'
import { roomStoreContract } from '../../contract/room-store-contract.js'
import { startRedis } from '../../redis-server.js'

const redis = await startRedis(t)
const makeStore = redisStores(t, redis)

roomStoreContract(t, makeStore)
doorContract(t, makeStore)
oversightContract(t, makeStore)
resumeContract(t, makeStore)
