import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { freePort } from './free-port.js'
import { serverPrefix } from './machine.js'

/** What the store has used so far. */
export interface StoreUsage {
  /** CPU time of its process, all threads: getrusage(2). */
  readonly storeUs: number
  /** What it has in its memory. */
  readonly storeBytes: number
  /** What it has been sent, and has sent. */
  readonly storeNetBytes: number
}

/** They end with this process, however that ends. */
const children = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

/** A Redis of its own for those who share it, with nothing on disk. */
export class RedisProcess {
  readonly url: string
  readonly #child: ChildProcess
  readonly #socket: Socket

  private constructor(port: number, child: ChildProcess) {
    this.url = `redis://127.0.0.1:${port}`
    this.#child = child
    this.#socket = connect(port, '127.0.0.1')
    this.#socket.setEncoding('latin1')
  }

  static async start(): Promise<RedisProcess> {
    const port = await freePort()
    const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
    const [command = '', ...args] = [...serverPrefix, 'redis-server', ...options]
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    children.add(child)
    await new Promise<void>((resolve, reject) => {
      createInterface(child.stdout).on('line', (line) => {
        if (line.includes('Ready to accept connections')) resolve()
      })
      const failed = () => reject(new Error('redis-server does not start; it is needed for `cluster`'))
      child.once('error', failed).once('exit', failed)
    })
    return new RedisProcess(port, child)
  }

  async usage(): Promise<StoreUsage> {
    const text = await this.#info('everything')
    return {
      storeUs: Math.round((numberIn(text, 'used_cpu_user') + numberIn(text, 'used_cpu_sys')) * 1e6),
      storeBytes: numberIn(text, 'used_memory'),
      storeNetBytes: numberIn(text, 'total_net_input_bytes') + numberIn(text, 'total_net_output_bytes'),
    }
  }

  async version(): Promise<string> {
    return /^redis_version:(\S+)/m.exec(await this.#info('server'))?.[1] ?? 'unknown'
  }

  /** On how many channels somebody listens. */
  async channels(): Promise<number> {
    return numberIn(await this.#info('stats'), 'pubsub_channels')
  }

  /** What each command has cost, as Redis counts it. */
  commandStatistics(): Promise<string> {
    return this.#info('commandstats')
  }

  async stop(): Promise<void> {
    this.#socket.destroy()
    const exited = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    await exited
    children.delete(this.#child)
  }

  async #info(section: string): Promise<string> {
    this.#socket.write(`INFO ${section}\r\n`)
    let text = ''
    // `$`, how many bytes follow, and those.
    for (;;) {
      const [chunk]: string[] = await once(this.#socket, 'data')
      text += chunk
      const head = /^\$(\d+)\r\n/.exec(text)
      if (head !== null && text.length >= head[0].length + Number(head[1]) + 2) return text
    }
  }
}

function numberIn(text: string, name: string): number {
  const found = new RegExp(`^${name}:([\\d.]+)`, 'm').exec(text)?.[1]
  if (found === undefined) throw new Error(`Redis tells no ${name}`)
  return Number(found)
}
