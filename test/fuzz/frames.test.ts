import t from 'tap'
import { fuzzFrames } from './frame-fuzz.js'
import { maxGrownBytes } from './message-fuzz.js'
import { seedOfRun } from './seed.js'

/** What must have been seen for the run to be worth something. */
const met = [
  ...['text', 'text in fragments', 'control', 'control between fragments', 'cut', '1009: too big', '1008: fragments'],
  ...['1003: binary', '1007: text', '1007: reason', '1000: closed', '4999: closed', 'null: closed without a code'],
  ...[
    'reserved bits',
    'opcode',
    'control in fragments',
    'control too long',
    'half a close code',
    'continues nothing',
  ].map((fault) => `1002: ${fault}`),
  ...['message in a message', 'not masked', 'close code'].map((fault) => `1002: ${fault}`),
]

t.test('made-up frames are answered as RFC 6455 says, each of them', async (t) => {
  const seed = seedOfRun()
  const { cases, tally, grownBytes } = await fuzzFrames({ seed, count: 12_000 })
  t.ok(cases >= 12_000, `${cases} frames, FUZZ_SEED=${seed}`)
  for (const what of met) t.ok((tally.get(what) ?? 0) > 0, `${what}: ${tally.get(what)} times`)
  t.ok(grownBytes < maxGrownBytes, `the heap has grown by ${Math.round(grownBytes / 1024)} KiB`)
})
