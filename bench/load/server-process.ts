import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, openSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import { freePort } from './free-port.js'
import { serverPrefix } from './machine.js'
import type { Question, Usage } from './probe.js'
import { raisedLimits } from './raised-limits.js'
import type { Service, ServiceUsage } from './service.js'

export type ServerName = 'signalbox' | 'classic' | 'bare' | 'peerserver' | 'socketio' | 'socketio-streams'

export interface StartOptions {
  /** Whether V8 writes a CPU profile to results/profiles when it ends. */
  readonly isProfiled: boolean
  /** What it is told beside where to listen. */
  readonly environment?: Readonly<Record<string, string>>
}

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const logs = at('../../results/logs')
const profiles = at('../../results/profiles')
const startTimeoutMs = 15_000

/** A server in a process of its own. */
export class ServerProcess implements Service {
  readonly name: ServerName
  readonly nodes = 1
  readonly port: number
  readonly #child: ChildProcess

  private constructor(name: ServerName, port: number, child: ChildProcess) {
    this.name = name
    this.port = port
    this.#child = child
  }

  static async start(name: ServerName, { isProfiled, environment }: StartOptions): Promise<ServerProcess> {
    const port = await freePort()
    const program = name === 'signalbox' ? at('../../../dist/src/server.js') : at(`../baselines/${name}.js`)
    const profile = isProfiled
      ? ['--cpu-prof', `--cpu-prof-dir=${profiles}`, `--cpu-prof-name=${name}-${process.pid}-${port}.cpuprofile`]
      : []
    const given = name === 'signalbox' ? startOptions() : []
    const node = [process.execPath, ...given, '--expose-gc', ...profile, '--import', at('./probe.js'), program]
    const [command = '', ...args] = [...serverPrefix, ...node]
    mkdirSync(logs, { recursive: true })
    const log = openSync(`${logs}/${name}.log`, 'a')
    const child = spawn(command, args, {
      stdio: ['ignore', log, log, 'ipc'],
      // Nothing of the shell's own: a setting there would be measured without being told.
      env: {
        PATH: process.env['PATH'],
        NODE_ENV: 'production',
        HOST: '127.0.0.1',
        PORT: String(port),
        ...(name === 'signalbox' ? raisedLimits() : withoutOurPackages),
        ...environment,
      },
    })
    const server = new ServerProcess(name, port, child)
    await server.#listening()
    return server
  }

  placeRoom(): () => number {
    return () => this.port
  }

  async usage(question: Exclude<Question, 'exit'> = 'cpu'): Promise<ServiceUsage> {
    const answer = once(this.#child, 'message')
    this.#child.send(question)
    const [usage]: Usage[] = await answer
    if (usage === undefined) throw new Error(`${this.name} does not answer`)
    return { ...usage, storeUs: 0, storeBytes: 0, storeNetBytes: 0 }
  }

  async stop(): Promise<number> {
    const { cpuUs } = await this.usage()
    const exited = once(this.#child, 'exit')
    this.#child.send('exit' satisfies Question)
    await exited
    return cpuUs / 1000
  }

  async #listening(): Promise<void> {
    const endMs = performance.now() + startTimeoutMs
    while (performance.now() < endMs && this.#child.exitCode === null) {
      const socket = connect(this.port, '127.0.0.1')
      const isOpen = await new Promise<boolean>((resolve) => {
        socket.on('connect', () => resolve(true)).on('error', () => resolve(false))
      })
      socket.destroy()
      if (isOpen) return
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    this.#child.kill('SIGKILL')
    throw new Error(`${this.name} has not started; see bench/results/logs/${this.name}.log`)
  }
}

/** As npm installs them: they would otherwise find optional packages of ws that are ours, one folder further up. */
const withoutOurPackages = { WS_NO_BUFFER_UTIL: '1', WS_NO_UTF_8_VALIDATE: '1' }

/** What `npm start` tells Node. */
function startOptions(): readonly string[] {
  const { scripts } = JSON.parse(readFileSync(at('../../../package.json'), 'utf8'))
  return String(scripts.start)
    .split(' ')
    .filter((word) => word.startsWith('--'))
}
