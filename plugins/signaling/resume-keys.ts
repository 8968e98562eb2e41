import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto'
import type { PeerId, RoomId } from '../../schemas/index.js'
import { StoreUnavailable } from '../rooms/room-store.js'

/** What a member proves with a MAC that a seat is its own for. One made for one purpose is of no use for another. */
export type Purpose = 'resume' | 'replace' | 'leave'

/**
 * The keys with which members prove that a seat is their own. They are derived from one secret, so nothing is kept of them:
 * a forgery is found out without asking anybody.
 */
export class ResumeKeys {
  readonly #secretOf: () => Buffer | undefined
  #secret: KeyObject | undefined

  /**
   * @param secretOf  gives at least 32 bytes, the same on every node that shares rooms, from then on always; undefined while it
   *                  is not known
   */
  constructor(secretOf: () => Buffer | undefined) {
    this.#secretOf = secretOf
  }

  /**
   * The key of one seat: 256 bits, base64url.
   *
   * @throws StoreUnavailable  while the secret is not known
   */
  keyOf(roomId: RoomId, peerId: PeerId): string {
    // Neither of the two can have a line break in it.
    return createHmac('sha256', this.#key()).update(`${roomId}\n${peerId}`).digest('base64url')
  }

  /**
   * Whether a MAC was made with the key of the seat, over the lines of purpose, room, seat, and what else it is for.
   *
   * @param mac  base64url, from a client
   * @throws StoreUnavailable  while the secret is not known
   */
  isGenuine(
    purpose: Purpose,
    roomId: RoomId,
    peerId: PeerId,
    more: readonly (string | number)[],
    mac: string,
  ): boolean {
    const text = [purpose, roomId, peerId, ...more].join('\n')
    const expected = createHmac('sha256', this.keyOf(roomId, peerId)).update(text).digest()
    const given = Buffer.from(mac, 'base64url')
    return given.length === expected.length && timingSafeEqual(given, expected)
  }

  #key(): KeyObject {
    if (this.#secret !== undefined) return this.#secret
    const secret = this.#secretOf()
    if (secret === undefined) throw new StoreUnavailable()
    this.#secret = createSecretKey(secret)
    return this.#secret
  }
}
