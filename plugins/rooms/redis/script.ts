import { readFileSync } from 'node:fs'

/** What the script goes by, for all rooms. Times in milliseconds. */
export interface ScriptRules {
  /** The channel of a node is called so, and as the node. */
  readonly channel: string
  /** How long a node need not be heard of until its members are away, and those who cannot resume have left. */
  readonly leaseMs: number
  /** The lease of who can resume: how long its seat is held while its node is not heard of. */
  readonly resumableLeaseMs: number
  readonly awayAfterMs: number
  readonly resumeWindowMs: number
  readonly reloadWindowMs: number
  /** How long it is known why a seat has ended. */
  readonly graveMs: number
  /** After which a room is forgotten that nobody asks for. */
  readonly keyMs: number
  /** What was sent so long ago shows that the store was away. */
  readonly lateMs: number
  /** For how long nothing runs out then. */
  readonly spareMs: number
  /** For how long, after the last seat that was brought back, more may come. */
  readonly mendMs: number
  readonly maxKnocks: number
  /** What one member may be told again. */
  readonly replayMessages: number
  readonly replayBytes: number
  readonly replayMs: number
  /** What the log of a room may hold. */
  readonly logRecords: number
  readonly logBytes: number
}

/** In this order one script: each goes by what stands before it. */
const parts = ['fields', 'log', 'send', 'seats', 'time', 'replay', 'operations']

/** The operations of a room as they stand in the files. */
export const roomScript = parts
  .map((part) => readFileSync(new URL(`./script/${part}.lua`, import.meta.url), 'utf8'))
  .join('\n')

/** The script that goes by these rules: they stand in it as they are, so that it need neither be sent them nor make a table of them. */
export function withRules(script: string, rules: ScriptRules): string {
  const texts = new Map(Object.entries(rules).map(([name, value]) => [name, JSON.stringify(value)]))
  return script.replace(/\bRULES\.(\w+)/g, (_, name: string) => {
    const text = texts.get(name)
    if (text === undefined) throw new TypeError(`the script goes by ${name}, which is no rule`)
    return text
  })
}
