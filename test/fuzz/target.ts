import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { SignalboxOptions } from '../../src/index.js'

export type TargetOrder = 'measure' | 'look' | 'stop'

export interface TargetState {
  readonly rooms: number
  readonly sockets: number
  readonly heapBytes: number
}

export type TargetReport =
  | { readonly kind: 'ready'; readonly url: string }
  | { readonly kind: 'fault'; readonly text: string }
  | ({ readonly kind: 'state' } & TargetState)

/** The service under test, in a process of its own. */
export class Target {
  readonly url: string
  readonly #child: ChildProcess
  /** What it has logged as an error, or was about to die of. */
  readonly #faults: string[]
  readonly #exited: Promise<number | null>

  private constructor(child: ChildProcess, url: string, faults: string[], exited: Promise<number | null>) {
    this.#child = child
    this.url = url
    this.#faults = faults
    this.#exited = exited
  }

  /** @param options  `asksApplication`: whether an application is asked, which makes hosts of those whose token is `host` */
  static async start(options: SignalboxOptions & { asksApplication?: boolean }): Promise<Target> {
    const program = fileURLToPath(new URL('./fuzz-target.js', import.meta.url))
    // Counting what runs would make it slow; other tests are there for that.
    const { NODE_V8_COVERAGE: _, ...env } = process.env
    const child = fork(program, [JSON.stringify(options)], { execArgv: ['--expose-gc'], env })
    const faults: string[] = []
    const exited = once(child, 'exit').then(([code]) => code as number | null)
    const url = await new Promise<string>((resolve, reject) => {
      exited.then((code) => reject(new Error(`the service ended with ${code}: ${faults.join('\n')}`)))
      child.on('message', (report: TargetReport) => {
        if (report.kind === 'ready') resolve(report.url)
        if (report.kind === 'fault') faults.push(report.text)
      })
    })
    return new Target(child, url, faults, exited)
  }

  /** How it is now, after a collection of garbage. */
  measure(): Promise<TargetState> {
    return this.#ask('measure')
  }

  /** Waits until so few are connected; when that is nobody, also until no room is left. */
  async settle(sockets = 0, withinMs = 30_000): Promise<void> {
    const until = performance.now() + withinMs
    for (;;) {
      const state = await this.#ask('look')
      if (state.sockets <= sockets && (sockets > 0 || state.rooms === 0)) return
      if (performance.now() > until) throw new Error(`${state.rooms} rooms and ${state.sockets} sockets are left`)
    }
  }

  /** @throws Error  with what has gone wrong in it so far */
  check(): void {
    if (this.#faults.length > 0) throw new Error(`the service complains: ${this.#faults.slice(0, 3).join('\n')}`)
    if (this.#child.exitCode !== null) throw new Error(`the service ended with ${this.#child.exitCode}`)
  }

  /** Stops it as an operator does. @throws Error  when something has gone wrong in it */
  async stop(): Promise<void> {
    this.check()
    this.#child.send('stop' satisfies TargetOrder)
    const code = await this.#exited
    if (code !== 0) throw new Error(`the service ended with ${code}`)
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  async #ask(order: TargetOrder): Promise<TargetState> {
    this.check()
    return new Promise((resolve, reject) => {
      const onMessage = (report: TargetReport): void => {
        if (report.kind !== 'state') return
        this.#child.off('message', onMessage)
        resolve(report)
      }
      this.#child.on('message', onMessage)
      this.#exited.then((code) => reject(new Error(`the service ended with ${code}: ${this.#faults.join('\n')}`)))
      this.#child.send(order)
    })
  }
}
