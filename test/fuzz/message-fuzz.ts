import fc from 'fast-check'
import { unhurried as asFastAsItGoes } from '../helper.js'
import { heavyTemplate, type Template, template } from './message-grammar.js'
import { play, type Scene, type SceneOptions } from './scene.js'
import { told } from './seed.js'
import { Target } from './target.js'

/** What would only make it slow is out of the way; the bounds on sizes are what they are. */
export const unhurried = {
  ...asFastAsItGoes,
  maxMalformedMessages: 1_000_000,
  // A machine that is busy is no reason to close a socket.
  joinTimeoutMs: 600_000,
  pingIntervalMs: 600_000,
}

/**
 * What the heaps of the services may grow by, with garbage collected: what a warm process still compiles and caches, however
 * long it runs, and nothing for each message.
 */
export const maxGrownBytes = 6 * 1024 * 1024

export interface Campaign {
  readonly seed: number
  /** How many cases, at the least. */
  readonly count: number
  /** The first scene; those before it are passed over. */
  readonly from?: number
  readonly onProgress?: (done: number) => void
}

export interface Outcome {
  readonly cases: number
  /** How often what was to be expected. */
  readonly tally: ReadonlyMap<string, number>
  /** What the heap of the service has grown by between the first tenth and the end, when nobody is connected. */
  readonly grownBytes: number
}

/** The services under test. */
interface Stage {
  readonly options: SceneOptions
  readonly kinds: readonly Scene['kind'][]
  readonly length: number
}

const messagesInScene = 500
const inClass = ['pair', 'numbered', 'three', 'numbered', 'pair', 'alone', 'stranger'] as const

/** Where a scene of a campaign begins, on its own. */
export function seedOf(seed: number, scene: number): number {
  return Math.imul(seed, 0x9e3779b1) ^ Math.imul(scene + 1, 0x85ebca6b)
}

export function templatesFor(seed: number, count: number): Template[] {
  const mixed = fc.oneof({ weight: 400, arbitrary: template }, { weight: 1, arbitrary: heavyTemplate })
  return fc.sample(mixed, { numRuns: count, seed })
}

/**
 * Sends made-up messages in made-up scenes: most to a service where everybody may come in, some to one with a waiting room, and
 * some to one whose limit on malformed messages is what it is by default.
 *
 * @throws Error  that names the seed and the scene
 */
export async function fuzzMessages(
  { seed, count, from = 0, onProgress }: Campaign,
  make: (seed: number, count: number) => Template[] = templatesFor,
): Promise<Outcome> {
  const tally = new Map<string, number>()
  const targets: Target[] = []
  const start = async (...[options]: Parameters<typeof Target.start>): Promise<Target> => {
    const target = await Target.start(options)
    targets.push(target)
    return target
  }
  try {
    const open = await start(unhurried)
    const guarded = await start({ ...unhurried, waitingRoom: true, asksApplication: true })
    const strict = await start({ ...unhurried, maxMalformedMessages: 20 })
    const common = { isGuarded: false, maxMalformedMessages: unhurried.maxMalformedMessages, tally }
    const usual: Stage = { options: { ...common, target: open }, kinds: inClass, length: messagesInScene }
    const others: readonly Stage[] = [
      {
        options: { ...common, target: guarded, isGuarded: true },
        kinds: ['knocking', 'hosting', 'hosting', 'stranger'],
        length: messagesInScene,
      },
      { options: { ...common, target: strict, maxMalformedMessages: 20 }, kinds: inClass, length: 100 },
    ]
    let cases = 0
    let warm: number | undefined
    for (let scene = from; cases < count; scene += 1) {
      const { options, kinds, length } = (scene % 5 === 4 ? others[(scene / 5) & 1] : undefined) ?? usual
      const kind = kinds[(scene >> 1) % kinds.length] ?? 'pair'
      const sceneSeed = seedOf(seed, scene)
      try {
        const made = make(sceneSeed, length)
        // Whether an `ack` is malformed the model knows only when all has come; too late for a limit on those.
        const templates = options.target === strict ? made.filter((text) => !text.includes('ack')) : made
        cases += await play({ kind, name: `scene ${scene}`, hearsNumbered: scene % 2 === 0, templates }, options)
      } catch (error) {
        throw new Error(`seed ${seed}, scene ${scene} (${kind}): ${told(error)}`)
      }
      if (warm === undefined && cases >= count / 10) warm = await heapBytes(targets)
      onProgress?.(cases)
    }
    const grownBytes = (await heapBytes(targets)) - (warm ?? 0)
    for (const target of targets) await target.stop()
    return { cases, tally, grownBytes }
  } finally {
    for (const target of targets) target.kill()
  }
}

async function heapBytes(targets: readonly Target[]): Promise<number> {
  const states = await Promise.all(targets.map((target) => target.measure()))
  return states.reduce((sum, { heapBytes }) => sum + heapBytes, 0)
}
