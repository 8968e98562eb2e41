import type { IceUrl } from './ice-url.js'
import {
  decodeMessage,
  encodeMessage,
  newTransactionId,
  type ReceivedMessage,
  type StunAttribute,
  type StunMessage,
} from './stun-message.js'
import { openTcp, openTls, openUdp, overStream, resolve, type StunListener, type StunSocket } from './stun-socket.js'
import { TurnFailure, type TurnFault } from './turn-faults.js'

/** RFC 8489, section 6.2.1: the time to the first repetition; it doubles with each. */
const firstRetransmitMs = 500

export interface ConversationOptions {
  /** How long all of it may take, the search for the address and the connection included. Default: 5 s. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
  /** A certificate to trust, in PEM, instead of those that Node trusts. */
  readonly authority?: string
}

/** Requests to one server, and their answers. */
export interface StunLink {
  readonly remoteAddress: string
  /**
   * Sends a request, over UDP again and again, until its answer is there.
   *
   * @param attributes  made for the transaction id, where they depend on it
   * @param key         signs the request
   * @param isGenuine   whether an answer is believed; others are passed over, as anybody may have sent them
   */
  request(
    method: number,
    attributes: readonly StunAttribute[],
    options?: {
      readonly key?: Buffer
      readonly transactionId?: Buffer
      readonly isGenuine?: (answer: ReceivedMessage) => boolean
    },
  ): Promise<ReceivedMessage>
}

/**
 * Talks to a server, and closes the connection whatever happens.
 *
 * @throws TurnFailure
 * @throws the reason of the signal, when that is aborted
 */
export async function converse<T>(
  target: IceUrl,
  talk: (link: StunLink) => Promise<T>,
  { timeoutMs = 5000, signal, authority }: ConversationOptions = {},
): Promise<T> {
  // What it is when the time is over now.
  let stage: TurnFault = 'unresolved'
  let link: Transactions | undefined
  const ending = new AbortController()
  const ended = new Promise<never>((_, reject) => {
    ending.signal.addEventListener('abort', () => reject(ending.signal.reason), { once: true })
  })
  // Whoever waits hears of it; nobody may be waiting.
  ended.catch(() => {})
  const stop = (): void => ending.abort(signal?.reason)
  const timer = setTimeout(() => ending.abort(new TurnFailure(link?.isMisunderstood ? 'no-turn' : stage)), timeoutMs)
  const listener: StunListener = {
    onMessage: (bytes) => link?.receive(bytes),
    onFailure: (failure) => ending.abort(failure),
  }

  const open = async (): Promise<StunSocket> => {
    const addresses = await resolve(target.host)
    stage = 'unreachable'
    if (target.transport === 'udp') return openUdp(addresses, target.port, listener, ending.signal)
    const socket = await openTcp(addresses, target, ending.signal)
    stage = 'tls-failed'
    const stream = target.transport === 'tls' ? await openTls(socket, target, authority) : socket
    stage = 'no-turn'
    return overStream(stream, listener)
  }

  try {
    signal?.throwIfAborted()
    signal?.addEventListener('abort', stop, { once: true })
    if (target.transport === 'dtls') throw new TurnFailure('unsupported')
    link = new Transactions(await Promise.race([open(), ended]))
    return await Promise.race([talk(link), ended])
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', stop)
    link?.close()
    ending.abort()
  }
}

interface Waiting {
  readonly isGenuine: (answer: ReceivedMessage) => boolean
  readonly resolve: (answer: ReceivedMessage) => void
}

class Transactions implements StunLink {
  /** Whether something has come that was no answer to anything. */
  isMisunderstood = false
  readonly #socket: StunSocket
  readonly #waiting = new Map<string, Waiting>()
  readonly #timers = new Set<NodeJS.Timeout>()

  constructor(socket: StunSocket) {
    this.#socket = socket
  }

  get remoteAddress(): string {
    return this.#socket.remoteAddress
  }

  request(
    method: number,
    attributes: readonly StunAttribute[],
    { key, transactionId = newTransactionId(), isGenuine = () => true }: Parameters<StunLink['request']>[2] = {},
  ): Promise<ReceivedMessage> {
    const request: StunMessage = { class: 'request', method, transactionId, attributes }
    const stop = this.#sendUntilStopped(encodeMessage(request, key))
    return new Promise((resolve) => {
      this.#waiting.set(transactionId.toString('hex'), {
        isGenuine: (answer) => answer.method === method && isGenuine(answer),
        resolve: (answer) => {
          stop()
          resolve(answer)
        },
      })
    })
  }

  receive(bytes: Buffer): void {
    const message = decodeMessage(bytes)
    const id = message?.transactionId.toString('hex') ?? ''
    const waiting = this.#waiting.get(id)
    if (message === undefined) this.isMisunderstood = true
    // The answer to a repetition may come after the answer.
    if (message === undefined || waiting === undefined) return
    if ((message.class !== 'success' && message.class !== 'error') || !waiting.isGenuine(message)) {
      this.isMisunderstood = true
      return
    }
    this.#waiting.delete(id)
    waiting.resolve(message)
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#socket.close()
  }

  #sendUntilStopped(bytes: Buffer): () => void {
    let timer: NodeJS.Timeout | undefined
    let waitMs = firstRetransmitMs
    const stop = (): void => {
      if (timer === undefined) return
      clearTimeout(timer)
      this.#timers.delete(timer)
    }
    const send = (): void => {
      stop()
      this.#socket.send(bytes)
      if (this.#socket.isReliable) return
      timer = setTimeout(send, waitMs)
      this.#timers.add(timer)
      waitMs *= 2
    }
    send()
    return stop
  }
}
