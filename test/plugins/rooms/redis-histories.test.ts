import t from 'tap'
import { redisStores } from '../../contract/redis-store.js'
import { resumeHistoriesContract } from '../../contract/resume-histories.js'
import { startRedis } from '../../redis-server.js'

const redis = await startRedis(t)
resumeHistoriesContract(t, redisStores(t, redis), 0.25)
