import { appendFileSync, mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { RedisProcess } from './redis-process.js'
import { type ServerName, ServerProcess, type StartOptions } from './server-process.js'
import type { Service, ServiceUsage } from './service.js'

const settleMs = 300
const profiles = fileURLToPath(new URL('../../results/profiles', import.meta.url))

/** Several processes of one server, and the Redis that they share with nobody else. */
export class ServerGroup implements Service {
  readonly #name: string
  readonly #members: readonly ServerProcess[]
  readonly #store: RedisProcess
  readonly #isProfiled: boolean
  #placed = 0

  private constructor(name: string, members: readonly ServerProcess[], store: RedisProcess, isProfiled: boolean) {
    this.#name = name
    this.#members = members
    this.#store = store
    this.#isProfiled = isProfiled
  }

  static async start(name: ServerName, nodes: number, options: StartOptions): Promise<ServerGroup> {
    const store = await RedisProcess.start()
    const environment = { ...options.environment, SIGNALBOX_REDIS_URL: store.url, REDIS_URL: store.url }
    const members: ServerProcess[] = []
    for (let i = 0; i < nodes; i += 1) members.push(await ServerProcess.start(name, { ...options, environment }))
    await allListen(store, nodes)
    return new ServerGroup(name, members, store, options.isProfiled)
  }

  get port(): number {
    return this.#portOf(0)
  }

  get nodes(): number {
    return this.#members.length
  }

  placeRoom(): (member: number) => number {
    const first = this.#placed
    this.#placed += 1
    return (member) => this.#portOf(first + member)
  }

  async usage(question: 'cpu' | 'memory' = 'cpu'): Promise<ServiceUsage> {
    const storeUsage = await this.#store.usage()
    const usages = await Promise.all(this.#members.map((member) => member.usage(question)))
    const sum = (pick: (usage: ServiceUsage) => number): number => usages.reduce((all, usage) => all + pick(usage), 0)
    return {
      cpuUs: sum(({ cpuUs }) => cpuUs),
      heapBytes: sum(({ heapBytes }) => heapBytes),
      residentBytes: sum(({ residentBytes }) => residentBytes),
      ...storeUsage,
    }
  }

  async stop(): Promise<number> {
    let usedMs = (await this.#store.usage()).storeUs / 1000
    if (this.#isProfiled) {
      mkdirSync(profiles, { recursive: true })
      appendFileSync(`${profiles}/${this.#name}-redis.txt`, await this.#store.commandStatistics())
    }
    for (const member of this.#members) usedMs += await member.stop()
    await this.#store.stop()
    return usedMs
  }

  #portOf(index: number): number {
    const member = this.#members[index % this.#members.length]
    if (member === undefined) throw new Error('there are no nodes')
    return member.port
  }
}

/** Each node has a channel of its own, and there is one for all, with us and with socket.io. What else it does at the start is soon over. */
async function allListen(store: RedisProcess, nodes: number): Promise<void> {
  while ((await store.channels()) < nodes + 1) await new Promise((resolve) => setTimeout(resolve, 20))
  await new Promise((resolve) => setTimeout(resolve, settleMs))
}
