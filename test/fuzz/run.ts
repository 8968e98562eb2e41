import { parseArgs } from 'node:util'
import { floodIt } from './flood.js'
import { fuzzFrames } from './frame-fuzz.js'
import { type Campaign, fuzzMessages, maxGrownBytes, type Outcome } from './message-fuzz.js'
import { mutatedFrames } from './mutator.js'
import { seedOfRun } from './seed.js'

/** `npm run fuzz`: a million messages and a hundred thousand frames, or as many as are asked for. */
const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    messages: { type: 'string', default: '700000' },
    mutated: { type: 'string', default: '300000' },
    frames: { type: 'string', default: '100000' },
    /** The first scene, or conversation: a failure names its own. */
    from: { type: 'string', default: '0' },
  },
})
const seed = values.seed === undefined ? seedOfRun() : Number(values.seed)
console.log(`seed ${seed}: npm run fuzz -- --seed ${seed}`)

async function run(title: string, wanted: string, fuzz: (campaign: Campaign) => Promise<Outcome>): Promise<void> {
  const count = Number(wanted)
  if (count === 0) return
  const startMs = performance.now()
  let told = 0
  const onProgress = (done: number): void => {
    const tenth = Math.floor((done * 10) / count)
    if (tenth > told) console.log(`${title}: ${done}`)
    told = Math.max(told, tenth)
  }
  const { cases, tally, grownBytes } = await fuzz({ seed, count, from: Number(values.from), onProgress })
  const seconds = Math.round((performance.now() - startMs) / 1000)
  console.log(
    `${title}: ${cases} in ${seconds} s, all as they should be; heap grown by ${Math.round(grownBytes / 1024)} KiB`,
  )
  if (grownBytes > maxGrownBytes) throw new Error('the heap has grown by more than it may')
  for (const [what, times] of [...tally].sort(([, a], [, b]) => b - a)) console.log(`  ${times} ${what}`)
}

await run('made-up messages', values.messages, fuzzMessages)
await run('mutated sessions', values.mutated, (campaign) => fuzzMessages(campaign, mutatedFrames))
await run('frames', values.frames, fuzzFrames)
console.log(`too many messages: ${await floodIt(seed)}, and closed with 4100`)
