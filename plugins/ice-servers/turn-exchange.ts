import { decodeAddress, decodeXorAddress, encodeXorAddress, type TransportAddress } from './stun-address.js'
import type { StunLink } from './stun-link.js'
import {
  attributeTypes,
  errorOf,
  findAttribute,
  isAuthentic,
  longTermKey,
  methods,
  newTransactionId,
  type ReceivedMessage,
  type StunAttribute,
} from './stun-message.js'
import type { TurnCredential } from './turn-credentials.js'
import { TurnFailure, type TurnFault } from './turn-faults.js'

/** An address at the server at which others can be reached, and reach us. */
export interface Allocation {
  readonly relayed: TransportAddress
  /** Whether the server gave it without a password. */
  readonly isOpen: boolean
  /**
   * Asks to relay to and from an address (CreatePermission). Nothing is sent there.
   *
   * @throws TurnFailure `forbidden`, and others
   */
  permit(address: string): Promise<void>
  /** Gives it back (Refresh with a lifetime of 0), so that it counts towards no quota; with coturn a second later. */
  release(): Promise<void>
}

/** Protocol 17, in the first of four bytes: UDP, the only transport that WebRTC relays with. */
const relayOverUdp: StunAttribute = { type: attributeTypes.requestedTransport, value: Buffer.from([17, 0, 0, 0]) }

/**
 * Asks a STUN server how it sees us (RFC 8489, section 2).
 *
 * @throws TurnFailure
 */
export async function bind(link: StunLink): Promise<TransportAddress> {
  const answer = await link.request(methods.binding, [])
  if (answer.class === 'error') throw failureOf(answer)
  const mapped = findAttribute(answer, 'xorMappedAddress')
  const address = mapped && decodeXorAddress(mapped, answer.transactionId)
  if (address === undefined) throw new TurnFailure('no-turn')
  return address
}

/**
 * Gets an allocation as a browser does (RFC 8656, section 7): asks without a password, is told realm and nonce with a 401,
 * and asks again with them.
 *
 * @param more  further attributes of the request
 * @throws TurnFailure
 */
export async function allocate(
  link: StunLink,
  credential: TurnCredential,
  more: readonly StunAttribute[] = [],
): Promise<Allocation> {
  const attributes = [relayOverUdp, ...more]
  const answer = await link.request(methods.allocate, attributes)
  if (answer.class === 'success') return allocationOf(answer, new Session(link), true)
  if (errorOf(answer)?.code !== 401) throw failureOf(answer)
  const session = new Session(link, credential, answer)
  return allocationOf(await session.request(methods.allocate, () => attributes), session, false)
}

function allocationOf(answer: ReceivedMessage, session: Session, isOpen: boolean): Allocation {
  const value = findAttribute(answer, 'xorRelayedAddress')
  const relayed = value && decodeXorAddress(value, answer.transactionId)
  if (relayed === undefined) throw new TurnFailure('no-turn')
  return {
    relayed,
    isOpen,
    permit: async (address) => {
      await session.request(methods.createPermission, (transactionId) => [
        { type: attributeTypes.xorPeerAddress, value: encodeXorAddress({ address, port: 0 }, transactionId) },
      ])
    },
    release: async () => {
      await session.request(methods.refresh, () => [{ type: attributeTypes.lifetime, value: Buffer.alloc(4) }])
    },
  }
}

interface Challenge {
  readonly realm: Buffer
  readonly nonce: Buffer
  readonly key: Buffer
}

/** Requests under a password, by the long-term mechanism (RFC 8489, section 9.2); without one where the server wants none. */
class Session {
  readonly #link: StunLink
  readonly #credential: TurnCredential | undefined
  #challenge: Challenge | undefined

  constructor(link: StunLink, credential?: TurnCredential, refusal?: ReceivedMessage) {
    this.#link = link
    this.#credential = credential
    if (refusal !== undefined) this.#take(refusal)
  }

  /** @throws TurnFailure */
  async request(
    method: number,
    attributesFor: (transactionId: Buffer) => readonly StunAttribute[],
  ): Promise<ReceivedMessage> {
    let answer = await this.#send(method, attributesFor)
    if (answer.class === 'error' && errorOf(answer)?.code === 438) {
      this.#take(answer)
      answer = await this.#send(method, attributesFor)
    }
    if (answer.class === 'error') throw failureOf(answer)
    return answer
  }

  #send(method: number, attributesFor: (transactionId: Buffer) => readonly StunAttribute[]): Promise<ReceivedMessage> {
    const transactionId = newTransactionId()
    const attributes = attributesFor(transactionId)
    const challenge = this.#challenge
    if (this.#credential === undefined || challenge === undefined)
      return this.#link.request(method, attributes, { transactionId })
    const signed = [
      ...attributes,
      { type: attributeTypes.username, value: Buffer.from(this.#credential.username) },
      { type: attributeTypes.realm, value: challenge.realm },
      { type: attributeTypes.nonce, value: challenge.nonce },
    ]
    return this.#link.request(method, signed, {
      key: challenge.key,
      transactionId,
      // A server does not sign that it does not know us; everything else it must (RFC 8489, section 9.2.5).
      isGenuine: (answer) => answer.class === 'error' || isAuthentic(answer, challenge.key),
    })
  }

  /** The server says with which realm and nonce it wants to be asked. */
  #take(refusal: ReceivedMessage): void {
    const realm = findAttribute(refusal, 'realm')
    const nonce = findAttribute(refusal, 'nonce')
    if (realm === undefined || nonce === undefined || this.#credential === undefined) throw new TurnFailure('no-turn')
    const { username, credential } = this.#credential
    this.#challenge = { realm, nonce, key: longTermKey(username, realm.toString(), credential) }
  }
}

/** RFC 8489, section 14.8; RFC 8656, section 19. */
const faultsByCode = new Map<number, TurnFault>([
  [300, 'alternate-server'],
  [400, 'no-turn'],
  [401, 'wrong-secret'],
  [403, 'forbidden'],
  [420, 'no-turn'],
  [438, 'stale-nonce'],
  [441, 'wrong-secret'],
  [486, 'quota'],
  [508, 'capacity'],
])

function failureOf(answer: ReceivedMessage): TurnFailure {
  const error = errorOf(answer)
  if (error === undefined) return new TurnFailure('no-turn')
  const fault = faultsByCode.get(error.code) ?? 'error'
  const alternate = findAttribute(answer, 'alternateServer')
  const other = alternate && decodeAddress(alternate)
  if (fault === 'alternate-server' && other !== undefined)
    return new TurnFailure(fault, `${other.address}, port ${other.port}`)
  return new TurnFailure(fault, `${error.code} ${plain(error.reason)}`.trim())
}

/** What somebody else wrote goes to a log and to a terminal. */
function plain(text: string): string {
  return text.replace(/[^\x20-\x7e]+/g, ' ').slice(0, 80)
}
