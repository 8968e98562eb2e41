import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'

/** The folder that the service is built into. Another build of it has another one. */
export const ownBuild = fileURLToPath(new URL('..', import.meta.url))

export interface Run {
  readonly child: ChildProcessWithoutNullStreams
  readonly exited: Promise<{ code: number | null; stdout: string; stderr: string }>
}

export interface StartedRun extends Run {
  readonly url: string
  /** What it has logged. */
  readonly entries: Record<string, unknown>[]
}

/** Starts the program as a process, with these settings and no others. */
export function run(t: Pick<Test, 'teardown'>, environment: Record<string, string>, ...args: string[]): Run {
  return runBuild(ownBuild, t, environment, ...args)
}

function runBuild(
  build: string,
  t: Pick<Test, 'teardown'>,
  environment: Record<string, string>,
  ...args: string[]
): Run {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(PORT|HOST|LOG_LEVEL|SIGNALBOX_.*)$/.test(name))
  const child = spawn(process.execPath, [join(build, 'src/server.js'), ...args], {
    env: { ...Object.fromEntries(inherited), ...environment },
  })
  t.teardown(() => child.kill('SIGKILL'))
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk) => {
    output.stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    output.stderr += chunk
  })
  return { child, exited: once(child, 'close').then(([code]) => ({ code, ...output })) }
}

/** Starts the service as a process; resolves with its address, `ws:` or `wss:`, when it says that it is ready. */
export async function start(
  t: Pick<Test, 'teardown'>,
  environment: Record<string, string> = {},
  ...args: string[]
): Promise<StartedRun> {
  return startBuild(ownBuild, t, environment, ...args)
}

/** The same with another build. */
export async function startBuild(
  build: string,
  t: Pick<Test, 'teardown'>,
  environment: Record<string, string>,
  ...args: string[]
): Promise<StartedRun> {
  const process = runBuild(build, t, { PORT: '0', HOST: '127.0.0.1', ...environment }, ...args)
  const entries: Record<string, unknown>[] = []
  let url = ''
  const lines = createInterface(process.child.stdout)
  await new Promise<void>((resolve, reject) => {
    lines.on('line', (line) => {
      const entry = JSON.parse(line)
      entries.push(entry)
      const address = /^Server listening at http(s?:.*)$/.exec(entry.msg)
      if (address !== null) url = `ws${address[1]}`
      if (entry.msg === 'signalbox is ready') resolve()
    })
    process.exited.then(({ stderr }) => reject(new Error(stderr)))
  })
  return { ...process, url, entries }
}
