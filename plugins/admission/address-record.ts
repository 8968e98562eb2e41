import type { AdmissionLimits } from '../../schemas/index.js'
import { RateLimit } from './rate-limit.js'

/** The delay grows no further: beyond it clients would take the service for dead. */
const maxDelayFactor = 64

/** What people at one address have done lately. Times in milliseconds on one monotonic clock, handed in. */
export class AddressRecord {
  /** In one notation. */
  readonly address: string
  /** How many are open from there. */
  sockets = 0
  readonly #limits: AdmissionLimits
  readonly #upgrades: RateLimit
  readonly #joins: RateLimit
  readonly #newRooms: RateLimit
  #failures = 0
  #failuresEndMs = 0

  constructor(address: string, limits: AdmissionLimits, nowMs: number) {
    this.address = address
    const { maxUpgradesPerSecond, upgradeBurst, maxJoinsPerSecond, joinBurst, maxNewRoomsPerMinute } = limits
    this.#limits = limits
    this.#upgrades = new RateLimit(maxUpgradesPerSecond, upgradeBurst, nowMs)
    this.#joins = new RateLimit(maxJoinsPerSecond, joinBurst, nowMs)
    this.#newRooms = new RateLimit(maxNewRoomsPerMinute / 60, maxNewRoomsPerMinute, nowMs)
  }

  /** Whether one more may be opened, which is counted then. */
  mayUpgrade(nowMs: number): boolean {
    return this.#upgrades.tryTake(nowMs)
  }

  /** Likewise. */
  mayJoin(nowMs: number): boolean {
    return this.#joins.tryTake(nowMs)
  }

  /** Likewise. */
  mayMakeRoom(nowMs: number): boolean {
    return this.#newRooms.tryTake(nowMs)
  }

  /** Counts a join that failed as a guess would. @returns how long its answer is to be held back */
  fail(nowMs: number): number {
    const { failedJoinDelayMs, failedJoinWindowMs } = this.#limits
    if (nowMs >= this.#failuresEndMs) this.#failures = 0
    // From the first one on: who goes on trying is not shut out for ever, and who stops is forgotten.
    if (this.#failures === 0) this.#failuresEndMs = nowMs + failedJoinWindowMs
    this.#failures += 1
    return failedJoinDelayMs * Math.min(maxDelayFactor, 2 ** (this.#failures - 1))
  }

  /** Whether too many have failed. */
  isShutOut(nowMs: number): boolean {
    return this.#failures >= this.#limits.maxFailedJoins && nowMs < this.#failuresEndMs
  }

  /** Whether a new record would say the same. */
  isBlank(nowMs: number): boolean {
    const areFull = [this.#upgrades, this.#joins, this.#newRooms].every((rate) => rate.isFull(nowMs))
    return areFull && this.sockets === 0 && (this.#failures === 0 || nowMs >= this.#failuresEndMs)
  }
}
