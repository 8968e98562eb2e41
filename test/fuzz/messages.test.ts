import t from 'tap'
import { fuzzMessages } from './message-fuzz.js'
import { seedOfRun } from './seed.js'

/** What must have been seen for the run to be worth something. */
const met = [
  ...['join', 'update', 'offer', 'answer', 'ice', 'restart', 'keep', 'leave', 'ack', 'pong', 'ice-servers', 'repeated'],
  ...['not-json', 'not-object', 'unknown-type', 'bad-message', 'room-id-required', 'room-id-invalid', 'name-invalid'],
  ...[
    'metadata-invalid',
    'token-invalid',
    'host-required',
    'not-joined',
    'out-of-order',
    'resume-gone',
    'peer-not-found',
  ],
  ...['to-required', '1008'],
]
const maxGrownBytes = 16 * 1024 * 1024

t.test('made-up messages are answered as the protocol says, each of them', async (t) => {
  const seed = seedOfRun()
  const { cases, tally, grownBytes } = await fuzzMessages({ seed, count: 60_000 })
  t.ok(cases >= 60_000, `${cases} messages, FUZZ_SEED=${seed}`)
  for (const what of met) t.ok((tally.get(what) ?? 0) > 0, `${what}: ${tally.get(what)} times`)
  t.ok(grownBytes < maxGrownBytes, `the heap has grown by ${Math.round(grownBytes / 1024)} KiB`)
})
