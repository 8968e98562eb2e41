import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Test } from 'tap'
import { freePort } from './free-port.js'
import { removeClock, shiftedClock } from './shifted-clock.js'

/** What is started: Redis, or another program that speaks as it does, such as `valkey-server`. */
export const storeProgram = process.env['STORE_SERVER'] ?? 'redis-server'

/** None outlives a test that ends before its time. */
const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** A real Redis on this machine. */
export interface RedisServer {
  readonly port: number
  readonly url: string
  /** Lets it stand still, with all its connections, or go on. */
  stand(): void
  goOn(): void
  /** Kills it, and what it had in memory is gone. */
  kill(): Promise<void>
  /** Starts it again, on the same port, with nothing in it. */
  start(): Promise<void>
}

/**
 * Starts Redis on 127.0.0.1 with a free port, keeping nothing on disk; it is ready, and is killed when the test is over.
 *
 * @param clock  how far its clock is off, for instance `+2h`
 */
export async function startRedis(
  t: Pick<Test, 'teardown'>,
  more: readonly string[] = [],
  clock?: string,
): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'redis-'))
  const port = await freePort()
  let child: ChildProcess | undefined
  const start = async (): Promise<void> => {
    const args = [
      '--port',
      `${port}`,
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'no',
      '--dir',
      folder,
      ...more,
    ]
    const env = { ...process.env, ...(clock !== undefined && clockOfRedis(clock)) }
    const started = spawn(storeProgram, args, { stdio: ['ignore', 'pipe', 'inherit'], env })
    child = started
    running.add(started)
    started.once('exit', () => running.delete(started))
    const lines = createInterface(started.stdout)
    const said: string[] = []
    await new Promise<void>((resolve, reject) => {
      lines.on('line', (line) => {
        said.push(line)
        if (line.includes('Ready to accept connections')) resolve()
      })
      started.once('error', reject)
      started.once('exit', () => reject(new Error(`redis-server has ended: ${said.join('\n')}`)))
    })
  }
  const kill = async (): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
    removeClock(child.pid)
  }
  t.teardown(async () => {
    await kill()
    rmSync(folder, { recursive: true, force: true })
  })
  await start()
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    stand: () => child?.kill('SIGSTOP'),
    goOn: () => child?.kill('SIGCONT'),
    kill,
    start,
  }
}

/** Its own allocator asks what time it is before faketime knows. */
function clockOfRedis(clock: string): Record<string, string> {
  const shifted = shiftedClock(clock)
  return { ...shifted, LD_PRELOAD: `${shifted['LD_PRELOAD']} libc.so.6` }
}
