import type { IceServers, RoomId } from '../../schemas/index.js'
import type { IceMember } from '../ice-servers/ice-servers.js'
import type { IceServers as AllIceServers } from '../ice-servers/plugin.js'

/** What gives STUN and TURN servers. */
export type IceGiver = Pick<AllIceServers, 'for'>

/** By what a member's passwords are made: who is known by its token alone has one user, too. */
export function iceMemberOf(
  roomId: RoomId,
  { subject, tokenId }: { readonly subject?: string; readonly tokenId?: string },
  isHost: boolean,
): IceMember {
  const known = subject ?? tokenId
  return { roomId, ...(known !== undefined && { subject: known }), ...(isHost && { role: 'host' }) }
}

/** So often one gets other passwords, unless they are about to run out; in between, the same again. */
const freshForMs = 10_000
/** After so much of its time a password is replaced. */
const renewAfter = 0.75

const machineClock = (): number => performance.now()

/** The STUN and TURN servers that one client is given, with passwords that are renewed in time. Times in milliseconds. */
export class IceHandout {
  readonly #giver: IceGiver
  readonly #now: () => number
  #member: IceMember | undefined
  #given: IceServers | undefined
  #givenMs = Number.NEGATIVE_INFINITY
  #triedMs = Number.NEGATIVE_INFINITY
  /** Whether there are others than those that were last told. */
  #isUntold = false

  /** @param now  what time it is; never goes back */
  constructor(giver: IceGiver, now: () => number = machineClock) {
    this.#giver = giver
    this.#now = now
  }

  /** Gets them for somebody who is about to come in, or is there; fresh ones, unless those that it has are. At once, where they are made here. */
  prepare(member: IceMember): IceServers | Promise<IceServers> {
    const isFresh = isSame(this.#member, member) && !this.#isStale(freshForMs) && !this.#isRunningOut
    if (isFresh && this.#given !== undefined) return this.#given
    const former = isSame(this.#member, member) ? this.#given : undefined
    this.#member = member
    const given = this.#giver.for(member, former)
    return given instanceof Promise ? given.then((late) => this.#take(late, former)) : this.#take(given, former)
  }

  /** Fresh ones for the same one as before, to be told now. */
  async renew(): Promise<IceServers | undefined> {
    const given = this.#member === undefined ? undefined : await this.prepare(this.#member)
    this.#isUntold = false
    return given
  }

  /** What there is at this moment, as fresh as it can be without waiting. Fresher ones that take their time are due then. */
  now(): IceServers | undefined {
    if (this.#member !== undefined && this.#isStale(freshForMs)) {
      const former = this.#given
      const given = this.#giver.for(this.#member, former)
      if (!(given instanceof Promise)) return this.#take(given, former)
      void given.then((late) => {
        this.#take(late, former)
        this.#isUntold = late !== former
      })
    }
    return this.#given
  }

  /** Whether others are to be told. */
  get isDue(): boolean {
    return this.#isUntold || (this.#isRunningOut && this.#now() - this.#triedMs >= freshForMs)
  }

  get #isRunningOut(): boolean {
    const { ttlMs } = this.#given ?? {}
    return ttlMs !== undefined && this.#isStale(ttlMs * renewAfter)
  }

  #isStale(afterMs: number): boolean {
    return this.#now() - this.#givenMs >= afterMs
  }

  /** @param former  comes back where there were no others to be had */
  #take(given: IceServers, former: IceServers | undefined): IceServers {
    this.#triedMs = given === former ? this.#now() : Number.NEGATIVE_INFINITY
    if (given === former) return given
    this.#given = given
    this.#givenMs = this.#now()
    return given
  }
}

function isSame(a: IceMember | undefined, b: IceMember): boolean {
  return a !== undefined && a.roomId === b.roomId && a.subject === b.subject && a.role === b.role
}
