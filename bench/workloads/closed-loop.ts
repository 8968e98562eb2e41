import type { Service } from '../load/service.js'
import type { Member, Protocol } from '../protocols/protocol.js'
import type { Volley } from '../protocols/volley.js'
import { closeAll, costs, keepAlive, measured, type Setup, sleep } from './workload.js'

const longestDrainMs = 10_000

/**
 * Messages that are always under way: each that arrives has another one sent. So a server is never given more than it can
 * take, and what it coalesces is its own doing.
 */
export class ClosedLoop {
  #sent = 0
  #received = 0
  #isStopping = false
  #onDrained = () => {}

  /** @param answer  sends as many as have arrived, with `send` */
  listen(protocol: Protocol, member: Member, answer: (count: number) => void): void {
    protocol.count(member, (count) => {
      this.#received += count
      if (!this.#isStopping) answer(count)
      else if (this.#received === this.#sent) this.#onDrained()
    })
  }

  send({ socket }: Member, volley: Volley, count: number): void {
    this.#sent += count
    socket.write(volley.take(count))
  }

  /**
   * What a workload is that consists of this loop and nothing else. Its measures are `cpu`, `store` and `total`, in µs a message,
   * and `rate`, in messages a second.
   *
   * @param primes  each sends the first messages of a pair, or of a member
   */
  setup(server: Service, protocol: Protocol, members: readonly Member[], primes: readonly (() => void)[]): Setup {
    const stopHeartbeat = keepAlive(protocol, members)
    return {
      slice: async (durationMs) => {
        let messages = 0
        const { cpuUs, storeUs, wallMs, loadShare } = await measured(server, async () => {
          messages = await this.#run(durationMs, () => {
            for (const prime of primes) prime()
          })
        })
        return { values: { ...costs(cpuUs, storeUs, messages), rate: (messages / wallMs) * 1000 }, loadShare }
      },
      finish: () => {
        stopHeartbeat()
        return closeAll(members)
      },
    }
  }

  /**
   * @param prime  sends the first messages
   * @returns how many have arrived, once all have that were sent
   */
  async #run(durationMs: number, prime: () => void): Promise<number> {
    const before = this.#received
    this.#isStopping = false
    prime()
    await sleep(durationMs)
    this.#isStopping = true
    if (this.#received < this.#sent) {
      let timeout: NodeJS.Timeout | undefined
      await new Promise<void>((resolve, reject) => {
        this.#onDrained = resolve
        timeout = setTimeout(
          () => reject(new Error(`${this.#sent - this.#received} of ${this.#sent} messages have not arrived`)),
          longestDrainMs,
        )
      })
      clearTimeout(timeout)
    }
    return this.#received - before
  }
}
