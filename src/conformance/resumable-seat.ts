import type { Client, ClientOptions } from './client.js'
import { macOf } from './mac.js'
import { baseTypes, isRecord, type Message, requireMatch, textIn } from './message.js'
import { Mismatch, shown } from './mismatch.js'
import type { Trial } from './trial.js'

/** Stands beside the chain, and can come at any time. */
function isPing({ type }: Message, client: Client): boolean {
  if (type !== 'ping') return false
  client.send({ type: 'pong' })
  return true
}

export interface ResumeRequest {
  readonly attempt: number
  /** In place of the right one. */
  readonly mac?: string
}

/** A seat that its owner can take again over another socket, and what it takes. It says when the chain of messages breaks. */
export class ResumableSeat {
  readonly roomId: string
  readonly joined: Message
  readonly peerId: string
  readonly #trial: Trial
  readonly #key: string
  #client: Client
  #seq: string
  #n = 0
  #acknowledged = 0

  private constructor(trial: Trial, roomId: string, client: Client, joined: Message) {
    this.roomId = roomId
    this.joined = joined
    this.peerId = textIn(joined, 'peerId')
    this.#trial = trial
    this.#client = client
    this.#seq = textIn(joined, 'seq')
    const { session } = joined
    if (!isRecord(session)) throw new Mismatch('a session', shown(joined))
    this.#key = textIn(session, 'key')
  }

  /**
   * @param more     further fields of the join
   * @param options  of its first socket
   */
  static async take(
    trial: Trial,
    roomId: string,
    more: object = {},
    options: Partial<ClientOptions> = {},
  ): Promise<ResumableSeat> {
    const client = await trial.connect({ isAside: isPing, ...options })
    const joined = await trial.enter(client, roomId, { resume: true, ...more })
    const seat = new ResumableSeat(trial, roomId, client, joined)
    // It is held for who is known to know of it.
    client.send({ type: 'ack', seq: seat.#seq })
    return seat
  }

  /** Of the last message that came with one. */
  get seq(): string {
    return this.#seq
  }

  get client(): Client {
    return this.#client
  }

  /** @returns what it sent, with its number */
  tell(message: object): object {
    this.#n += 1
    const numbered = { ...message, n: this.#n }
    this.#client.send(numbered)
    return numbered
  }

  /** The next message of the chain, which must have all of this. */
  async expect(wanted: object): Promise<Message> {
    for (;;) {
      const message = await this.#client.next(shown(wanted))
      if (message.type === 'ack') this.#takeAck(message)
      else {
        this.#follow(message)
        if (!baseTypes.has(message.type) && message.type !== Reflect.get(wanted, 'type')) continue
        requireMatch(wanted, message)
        return message
      }
    }
  }

  async expectAcknowledged(): Promise<void> {
    while (this.#acknowledged < this.#n) this.#takeAck(await this.#client.expect({ type: 'ack' }))
  }

  /** A MAC with the key of the seat. */
  macOf(purpose: string, ...more: readonly (string | number)[]): string {
    return macOf(this.#key, purpose, this.roomId, this.peerId, ...more)
  }

  /** Asks for the seat over a socket of its own. The answer is for the caller to read: it is no part of the chain. */
  async ask({ attempt, mac }: ResumeRequest): Promise<Client> {
    const { roomId, peerId } = this
    const seq = this.#seq
    const client = await this.#trial.connect({ isAside: isPing })
    client.send({ type: 'resume', roomId, peerId, attempt, seq, mac: mac ?? this.macOf('resume', attempt, seq) })
    return client
  }

  /** Takes it again over another socket, and reads what comes there from now on. @returns the answer, whatever that is */
  async reach(attempt: number): Promise<Message> {
    this.#client = await this.ask({ attempt })
    const answer = await this.#client.next('an answer to the resume')
    if (answer.type === 'resync') this.#seq = textIn(answer, 'seq')
    return answer
  }

  /** Takes it again over another socket. Nothing more is read from the one before. */
  async resume(attempt: number): Promise<Message> {
    this.#client = await this.ask({ attempt })
    return this.#client.expect({ type: 'resumed', peerId: this.peerId, n: this.#n })
  }

  /** It must follow on the one before it, where it is a message of the chain; those that were there from the beginning are. */
  #follow(message: Message): void {
    if (!('seq' in message) && !baseTypes.has(message.type)) return
    requireMatch({ prev: this.#seq }, message)
    this.#seq = textIn(message, 'seq')
  }

  #takeAck(message: Message): void {
    const { n } = message
    if (typeof n !== 'number' || n > this.#n) throw new Mismatch(`an ack of at most ${this.#n}`, shown(message))
    this.#acknowledged = Math.max(this.#acknowledged, n)
  }
}
