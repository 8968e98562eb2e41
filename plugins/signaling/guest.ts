import { setTimeout as delay } from 'node:timers/promises'
import { type AdmissionLimits, type ErrorCode, SignalingError } from '../../schemas/index.js'
import type { Access, Admission, Authorize } from '../access/access.js'
import type { Grant } from '../access/grant.js'
import { Refused } from '../access/refused.js'
import type { AddressRecord } from '../admission/address-record.js'
import type { Refusals } from '../admission/refusals.js'
import type { RoomStore } from '../rooms/room-store.js'

/** What fails as a guess does: not what was good once, or will be. */
const guesses: ReadonlySet<ErrorCode> = new Set(['token-invalid', 'token-wrong-room', 'access-denied'])

/** What guests share. */
export interface GuestContext {
  readonly access: Access
  readonly rooms: RoomStore
  readonly limits: AdmissionLimits
  readonly refusals: Refusals
}

/** Whoever is behind one socket, as somebody who wants to come in. */
export class Guest {
  readonly #context: GuestContext
  readonly #authorize: Authorize
  readonly #record: AddressRecord

  constructor(context: GuestContext, authorize: Authorize, record: AddressRecord) {
    this.#context = context
    this.#authorize = authorize
    this.#record = record
  }

  /**
   * Counts a try to come in, and asks whether it may; at once, where nobody has to be asked.
   *
   * @throws SignalingError `too-many-joins`, `too-many-failures`, and what `Access` throws
   */
  authorize(admission: Admission): Grant | Promise<Grant> {
    const { access } = this.#context
    const nowMs = performance.now()
    if (!this.#record.mayJoin(nowMs)) throw this.refused('too-many-joins')
    // A signature cannot be guessed, so nobody need be kept from showing a good one because of a neighbour.
    if (!access.provesByToken && this.#record.isShutOut(nowMs)) throw this.refused('too-many-failures')
    const grant = this.#authorize(admission)
    return grant instanceof Promise ? grant.catch((error: unknown) => this.#holdBack(error)) : grant
  }

  /** @throws SignalingError `service-full` */
  requirePlace(): void {
    const { rooms, limits } = this.#context
    if (rooms.size.seats >= limits.maxMembers) throw this.refused('service-full')
  }

  /** Why no room can be made for it; where one can, that is counted. */
  refusalOfRoom(): 'service-full' | 'too-many-rooms' | undefined {
    const { rooms, limits } = this.#context
    if (rooms.size.rooms >= limits.maxRooms) return 'service-full'
    return this.#record.mayMakeRoom(performance.now()) ? undefined : 'too-many-rooms'
  }

  /** The same as an error, counted. */
  refused(code: ErrorCode): SignalingError {
    this.#context.refusals.add(code, this.#record.address)
    return new SignalingError(code)
  }

  async #holdBack(error: unknown): Promise<never> {
    if (error instanceof Refused) {
      // Without the room: whoever is refused could have made it up.
      this.#context.refusals.add(error.code, this.#record.address, { reason: error.reason })
      if (guesses.has(error.code)) await delay(this.#record.fail(performance.now()), undefined, { ref: false })
    }
    throw error
  }
}
