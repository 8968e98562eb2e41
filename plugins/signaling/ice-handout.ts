import type { IceServers } from '../../schemas/index.js'
import type { IceMember } from '../ice-servers/ice-servers.js'
import type { IceServers as AllIceServers } from '../ice-servers/plugin.js'

/** What gives STUN and TURN servers. */
export type IceGiver = Pick<AllIceServers, 'for'>

/** So often one gets other passwords; in between, the same again. */
const freshForMs = 10_000
/** After so much of its time a password is replaced. */
const renewAfter = 0.75

/** The STUN and TURN servers that one client is given, with passwords that are renewed in time. Times in milliseconds. */
export class IceHandout {
  readonly #giver: IceGiver
  readonly #now: () => number
  #member: IceMember | undefined
  #given: IceServers | undefined
  #givenMs = Number.NEGATIVE_INFINITY

  /** @param now  what time it is; never goes back */
  constructor(giver: IceGiver, now: () => number = () => performance.now()) {
    this.#giver = giver
    this.#now = now
  }

  /** Gets them for somebody who is about to come in, or is there. */
  async prepare(member: IceMember): Promise<IceServers> {
    this.#member = member
    return this.#take(await this.#giver.for(member))
  }

  /** Fresh ones for the same one as before, unless those that it has are. */
  async renew(): Promise<IceServers | undefined> {
    if (this.#member === undefined || !this.#isStale(freshForMs)) return this.#given
    return this.prepare(this.#member)
  }

  /** What there is at this moment, as fresh as it can be without waiting. */
  now(): IceServers | undefined {
    if (this.#member !== undefined && this.#isStale(freshForMs)) {
      const given = this.#giver.for(this.#member)
      if (!(given instanceof Promise)) return this.#take(given)
    }
    return this.#given
  }

  /** Whether the passwords are to be replaced. */
  get isDue(): boolean {
    const { ttlMs } = this.#given ?? {}
    return ttlMs !== undefined && this.#isStale(ttlMs * renewAfter)
  }

  #isStale(afterMs: number): boolean {
    return this.#now() - this.#givenMs >= afterMs
  }

  #take(given: IceServers): IceServers {
    this.#given = given
    this.#givenMs = this.#now()
    return given
  }
}
