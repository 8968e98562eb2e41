import { once } from 'node:events'
import type { Test } from 'tap'
import { ownBuild, type StartedRun, startBuild } from '../program.js'

/** Real processes of the service that share one store. */
export class Nodes {
  readonly #t: Pick<Test, 'teardown'>
  readonly #environment: Record<string, string>
  readonly #nodes: StartedRun[] = []
  kills = 0

  private constructor(t: Pick<Test, 'teardown'>, environment: Record<string, string>) {
    this.#t = t
    this.#environment = environment
  }

  static async start(
    t: Pick<Test, 'teardown'>,
    count: number,
    redisUrl: string,
    more: Record<string, string> = {},
  ): Promise<Nodes> {
    const nodes = new Nodes(t, {
      SIGNALBOX_REDIS_URL: redisUrl,
      SIGNALBOX_PAGE: 'false',
      SIGNALBOX_MAX_ROOM_CAPACITY: '16',
      // All clients of a test come from one address.
      SIGNALBOX_MAX_SOCKETS_PER_ADDRESS: '20000',
      SIGNALBOX_MAX_UPGRADES_PER_SECOND: '10000',
      SIGNALBOX_UPGRADE_BURST: '10000',
      SIGNALBOX_MAX_JOINS_PER_SECOND: '10000',
      SIGNALBOX_JOIN_BURST: '10000',
      SIGNALBOX_MAX_NEW_ROOMS_PER_MINUTE: '100000',
      ...more,
    })
    await Promise.all(Array.from({ length: count }, () => nodes.add()))
    return nodes
  }

  /** One that is there. */
  url(index: number): string {
    const node = this.#nodes[index % this.#nodes.length]
    if (node === undefined) throw new Error('no node is there')
    return node.url
  }

  get count(): number {
    return this.#nodes.length
  }

  /** What those that are there have said that is worse than usual. */
  get complaints(): Record<string, unknown>[] {
    return this.#nodes.flatMap(({ entries }) => entries).filter(({ level }) => Number(level) >= 50)
  }

  /**
   * @param more   settings of this one alone
   * @param build  the folder of another build of the service
   */
  async add(more: Record<string, string> = {}, build = ownBuild): Promise<string> {
    const node = await startBuild(build, this.#t, { ...this.#environment, ...more })
    this.#nodes.push(node)
    return node.url
  }

  /** Without a word: its sockets break, and nothing of what it has in memory is left. */
  async kill(index: number): Promise<void> {
    const [node] = this.#nodes.splice(index % this.#nodes.length, 1)
    if (node === undefined) return
    this.kills += 1
    node.child.kill('SIGKILL')
    await once(node.child, 'exit')
  }

  /** As an orchestrator does it: it asks its clients to go elsewhere, and ends. @returns its exit code */
  async stop(index: number): Promise<number | null> {
    const [node] = this.#nodes.splice(index % this.#nodes.length, 1)
    node?.child.kill('SIGTERM')
    return (await node?.exited)?.code ?? null
  }
}
