import t from 'tap'
import { StoreUnavailable } from '../../plugins/rooms/room-store.js'
import { ResumeKeys } from '../../plugins/signaling/resume-keys.js'
import { macOf } from '../resuming-client.js'

const [first, second] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]

t.test('what was made with any secret is good, new keys are of the first, and one may come later', async (t) => {
  const source = { keySecrets: [second], mayLackSecrets: false }
  const keys = new ResumeKeys(source)
  const key = keys.keyOf('room', 'ada')
  const mac = macOf(key, 'resume', 'room', 'ada', 1)
  source.keySecrets = [first, second]
  t.not(keys.keyOf('room', 'ada'), key)
  t.ok(keys.isGenuine('resume', 'room', 'ada', [1], mac))
  t.notOk(keys.isGenuine('leave', 'room', 'ada', [1], mac))
  source.keySecrets = [first]
  t.notOk(keys.isGenuine('resume', 'room', 'ada', [1], mac))
})

t.test('while the secret may be one that is not known yet nobody is turned away for good', async (t) => {
  const keys = new ResumeKeys({ keySecrets: [first], mayLackSecrets: true })
  const mac = macOf(keys.keyOf('room', 'ada'), 'resume', 'room', 'ada', 1)
  t.ok(keys.isGenuine('resume', 'room', 'ada', [1], mac))
  t.throws(() => keys.isGenuine('resume', 'room', 'bo', [1], mac), StoreUnavailable)
  const none = new ResumeKeys({ keySecrets: [], mayLackSecrets: false })
  t.throws(() => none.isGenuine('resume', 'room', 'ada', [1], mac), StoreUnavailable)
  t.throws(() => none.keyOf('room', 'ada'), StoreUnavailable)
})
