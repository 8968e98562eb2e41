import t from 'tap'
import { floodIt } from './flood.js'
import { fuzzMessages, maxGrownBytes } from './message-fuzz.js'
import { mutatedFrames } from './mutator.js'
import { seedOfRun } from './seed.js'

/** What must have been seen for a run to be worth something. */
const met = [
  ...['join', 'update', 'offer', 'answer', 'ice', 'restart', 'keep', 'leave', 'ack', 'pong', 'ice-servers', 'repeated'],
  ...['not-json', 'not-object', 'unknown-type', 'bad-message', 'room-id-required', 'host-required', 'not-joined'],
  ...['resume-gone', 'peer-not-found', 'to-required', 'metadata-invalid', 'lock', 'unlock', 'resumed', '1008'],
]
const metIfMadeUp = ['room-id-invalid', 'name-invalid', 'out-of-order']

for (const { title, count, make, seen } of [
  { title: 'made-up messages', count: 58_000, make: undefined, seen: [...met, ...metIfMadeUp] },
  { title: 'sessions in which something is wrong', count: 30_000, make: mutatedFrames, seen: met },
]) {
  t.test(`${title}: each message is answered as the protocol says`, async (t) => {
    const seed = seedOfRun()
    const { cases, tally, grownBytes } = await fuzzMessages({ seed, count }, make)
    t.ok(cases >= count, `${cases} messages, FUZZ_SEED=${seed}`)
    for (const what of seen) t.ok((tally.get(what) ?? 0) > 0, `${what}: ${tally.get(what)} times`)
    t.ok(grownBytes < maxGrownBytes, `the heap has grown by ${Math.round(grownBytes / 1024)} KiB`)
  })
}

t.test('too many of them: what was read is answered, and the socket closed', async (t) => {
  const seed = seedOfRun()
  t.ok(await floodIt(seed), `FUZZ_SEED=${seed}`)
})
