import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** What a child can be asked, by name: each takes one argument, or none, that can be sent to another process. */
export type Deeds<T> = { readonly [K in keyof T]: (argument: never) => unknown }

interface Question {
  readonly id: number
  readonly name: string
  readonly argument: unknown
}

interface Answer {
  readonly id: number
  readonly result?: unknown
  readonly fault?: string
}

/** In the child: does what its parent asks, until that lets it go. */
export function serve<T extends Deeds<T>>(deeds: T): void {
  const byName = new Map<string, (argument: never) => unknown>(Object.entries(deeds))
  process.on('message', async ({ id, name, argument }: Question) => {
    const answer = (answer: Omit<Answer, 'id'>): void => {
      if (process.connected) process.send?.({ id, ...answer })
    }
    try {
      answer({ result: await byName.get(name)?.(argument as never) })
    } catch (error) {
      answer({ fault: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    }
  })
  process.on('disconnect', () => process.exit())
  process.send?.({ id: 0 })
}

export interface Parted<T> {
  readonly child: ChildProcess
  /** Rejects when the child fails at it, or ends. */
  ask<K extends keyof T & string>(
    name: K,
    ...argument: T[K] extends (argument: infer A) => unknown ? (unknown extends A ? [] : [A]) : never
  ): Promise<T[K] extends (argument: never) => infer R ? Awaited<R> : never>
  end(): Promise<void>
}

export interface ChildOptions {
  /** Of the processors of this machine, counted from 0, the one to run on. Default: any, and any where there is only one. */
  readonly processor?: number
  /** Whether the others go before it. */
  readonly isLast?: boolean
  /** For Node itself. */
  readonly nodeOptions?: readonly string[]
}

/** Starts `name.js` of this folder as a process of its own. Resolves when it listens to questions. */
export async function startChild<T extends Deeds<T>>(name: string, options: ChildOptions = {}): Promise<Parted<T>> {
  const script = fileURLToPath(new URL(`./${name}.js`, import.meta.url))
  // So that `node --cpu-prof` tells of each what takes its time.
  const profiling = process.execArgv.filter((word) => word.startsWith('--cpu-prof'))
  const command = [...placing(options), process.execPath, ...profiling, ...(options.nodeOptions ?? []), script]
  const child = spawn(command[0] ?? '', command.slice(1), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const waiting = new Map<number, { resolve: (result: never) => void; reject: (error: Error) => void }>()
  let count = 0
  const started = new Promise<void>((resolve, reject) => {
    waiting.set(0, { resolve: () => resolve(), reject })
  })
  child.on('message', ({ id, result, fault }: Answer) => {
    const asked = waiting.get(id)
    waiting.delete(id)
    if (fault === undefined) asked?.resolve(result as never)
    else asked?.reject(new Error(`${name}: ${fault}`))
  })
  child.on('exit', (code, signal) => {
    for (const { reject } of waiting.values()) reject(new Error(`${name} ended with ${signal ?? code}`))
    waiting.clear()
  })
  await started
  if (options.processor !== undefined && !options.isLast) freeHelpers(child.pid)
  return {
    child,
    ask: (deed, ...given) =>
      new Promise((resolve, reject) => {
        const [argument]: readonly unknown[] = given
        count += 1
        waiting.set(count, { resolve, reject })
        child.send({ id: count, name: deed, argument })
      }),
    end: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.disconnect()
      await ended
    },
  }
}

/** What to put before a command, with the programs of util-linux; nothing where they are missing. */
function placing({ processor, isLast = false }: ChildOptions): string[] {
  const cpu = processor === undefined ? undefined : processors[processor]
  return [
    ...(cpu === undefined || !canPlace ? [] : ['taskset', '-c', String(cpu)]),
    // Also where the rest runs in real time, so that other programs of the machine do not get between.
    ...(isLast && canPlace ? ['chrt', '--other', '0', 'nice', '-n', '10'] : []),
  ]
}

/**
 * Node's other threads, which compile and collect garbage, run wherever there is room, and after the one that serves: as on a
 * machine with a few processors. On its own one, and where the rest runs in real time, each would hold it up for as long as it takes.
 */
function freeHelpers(pid: number | undefined): void {
  if (!canPlace || pid === undefined) return
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    if (thread === String(pid)) continue
    spawnSync('taskset', ['-cp', processors.join(), thread])
    spawnSync('chrt', ['--other', '--pid', '0', thread])
  }
}

/** Those that this process may run on, as the system numbers them. */
const processors: readonly number[] = (() => {
  const [, list = ''] = /^Cpus_allowed_list:\s*(.*)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  return list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number)
    return Array.from({ length: last - first + 1 }, (_, k) => first + k)
  })
})()

/** Whether processes can be put on processors, and there is more than one of these. */
export const canPlace =
  processors.length > 1 &&
  spawnSync('taskset', ['-c', String(processors[0]), 'chrt', '--other', '0', 'true']).status === 0
