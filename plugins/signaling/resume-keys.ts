import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto'
import type { PeerId, RoomId } from '../../schemas/index.js'
import { type SharedStore, StoreUnavailable } from '../rooms/room-store.js'

/** What a member proves with a MAC that a seat is its own for. One made for one purpose is of no use for another. */
export type Purpose = 'resume' | 'replace' | 'leave'

/** Where the secrets come from: each at least 32 bytes. New keys are of the first; those of any are good. */
export type SecretSource = Pick<SharedStore, 'keySecrets' | 'mayLackSecrets'>

/**
 * The keys with which members prove that a seat is their own. They are derived from a secret, so nothing is kept of them:
 * a forgery is found out without asking anybody.
 */
export class ResumeKeys {
  readonly #source: SecretSource
  #secrets: readonly Buffer[] | undefined
  #keys: readonly KeyObject[] = []

  constructor(source: SecretSource) {
    this.#source = source
  }

  /**
   * The key of one seat: 256 bits, base64url.
   *
   * @throws StoreUnavailable  while the secret is not known
   */
  keyOf(roomId: RoomId, peerId: PeerId): string {
    const [first] = this.#known()
    if (first === undefined) throw new StoreUnavailable()
    return keyBy(first, roomId, peerId)
  }

  /**
   * Whether a MAC was made with the key of the seat, over the lines of purpose, room, seat, and what else it is for.
   *
   * @param mac  base64url, from a client
   * @throws StoreUnavailable  while no secret is known, or the one may not be with which it was made
   */
  isGenuine(
    purpose: Purpose,
    roomId: RoomId,
    peerId: PeerId,
    more: readonly (string | number)[],
    mac: string,
  ): boolean {
    const text = [purpose, roomId, peerId, ...more].join('\n')
    const given = Buffer.from(mac, 'base64url')
    const known = this.#known()
    const isGenuine = known.some((secret) => {
      const expected = createHmac('sha256', keyBy(secret, roomId, peerId))
        .update(text)
        .digest()
      return given.length === expected.length && timingSafeEqual(given, expected)
    })
    if (!isGenuine && (known.length === 0 || this.#source.mayLackSecrets)) throw new StoreUnavailable()
    return isGenuine
  }

  #known(): readonly KeyObject[] {
    const { keySecrets } = this.#source
    if (this.#secrets !== keySecrets) {
      this.#secrets = keySecrets
      this.#keys = keySecrets.map((secret) => createSecretKey(secret))
    }
    return this.#keys
  }
}

function keyBy(secret: KeyObject, roomId: RoomId, peerId: PeerId): string {
  // Neither of the two can have a line break in it.
  return createHmac('sha256', secret).update(`${roomId}\n${peerId}`).digest('base64url')
}
