import type { ClientMessage, Joined, LeaveRequest, Replace, ResumeSession } from '../../schemas/index.js'
import type { Link } from './decode-message.js'
import { ResumeProof } from './resume-proof.js'

/** After so many messages the service is told how far they have come; it keeps them until then. */
const acknowledgeEvery = 20

/** Higher than any attempt to resume, as it is the last thing that is done with a seat. */
const leaveAttempt = 2 ** 52
const replaceAttempt = leaveAttempt + 1
/** Nothing can follow it, and so the service keeps no place for it. */
const hangUpAttempt = Number.MAX_SAFE_INTEGER

/** A message as it is sent by who numbers them. */
export type Numbered = ClientMessage & { readonly n: number }

/** With what a seat is given up when there is no time for anything else any more. */
export interface Farewell {
  /** The body of `POST /leave` for a page that goes, and perhaps comes again. */
  readonly leave: LeaveRequest
  /** And for somebody who hangs up. */
  readonly hangUp: LeaveRequest
  /** For the `join` of the page when it is loaded anew. */
  readonly replace: Replace
}

/**
 * A seat that outlives its socket, as its holder keeps it: what has come, what was sent and not yet taken, and the proof that
 * the seat is one's own (docs/protocol.md, Resume). It knows no socket.
 */
export class ResumableSeat {
  readonly session: ResumeSession
  readonly #roomId: string
  readonly #peerId: string
  readonly #proof: ResumeProof
  #seq: string
  #attempt = 0
  #n = 0
  #acknowledged = 0
  #unacknowledged: Numbered[] = []
  #unsaid = 0
  #farewell: Farewell | undefined

  private constructor({ roomId, peerId }: Joined, session: ResumeSession, seq: string) {
    this.session = session
    this.#roomId = roomId
    this.#peerId = peerId
    this.#seq = seq
    this.#proof = new ResumeProof(session.key, roomId, peerId)
    this.#prepareFarewell().catch(() => {
      // A key of no use: the next `resume` says so, and until then there is no farewell.
    })
  }

  /** @returns undefined when the service holds no seat */
  static of(joined: Joined): ResumableSeat | undefined {
    const { session, seq } = joined
    return session === undefined || seq === undefined ? undefined : new ResumableSeat(joined, session, seq)
  }

  /** What was sent and not yet acknowledged, in its order. */
  get unacknowledged(): readonly Numbered[] {
    return this.#unacknowledged
  }

  /** What to do with it when the page goes; undefined for the first instant, as it takes a moment to make. */
  get farewell(): Farewell | undefined {
    return this.#farewell
  }

  /** Gives a message its number, and keeps it. */
  number(message: ClientMessage): Numbered {
    this.#n += 1
    const numbered = { ...message, n: this.#n }
    this.#unacknowledged.push(numbered)
    return numbered
  }

  /** The service has taken everything up to `n`. */
  acknowledge(n: number): void {
    this.#acknowledged = Math.max(this.#acknowledged, n)
    this.#unacknowledged = this.#unacknowledged.filter((message) => message.n > n)
  }

  /** @returns false when something before this message is missing; it has not come then, either */
  admit({ seq, prev }: Link): boolean {
    if (prev !== this.#seq) return false
    this.#seq = seq
    this.#unsaid += 1
    return true
  }

  /** @returns what to tell the service once enough has come, so that it need not keep more */
  acknowledgement(): ClientMessage<'ack'> | undefined {
    return this.#acknowledgement(acknowledgeEvery)
  }

  /** @returns what to tell the service if anything has come that it does not know of */
  lastAcknowledgement(): ClientMessage<'ack'> | undefined {
    return this.#acknowledgement(1)
  }

  #acknowledgement(least: number): ClientMessage<'ack'> | undefined {
    if (this.#unsaid < least) return undefined
    this.#unsaid = 0
    return this.receipt()
  }

  /** What tells the service that its owner knows of the seat: it is held for nobody else. */
  receipt(): ClientMessage<'ack'> {
    return { type: 'ack', seq: this.#seq }
  }

  /** Messages are lost, by the service's own word: it goes on from here. */
  skipTo(seq: string): void {
    this.#seq = seq
    this.#unsaid = 0
  }

  /** The message with which to take the seat again over another socket. Nothing may be admitted after it is made. */
  async resume(): Promise<ClientMessage<'resume'>> {
    this.#attempt += 1
    const [attempt, seq] = [this.#attempt, this.#seq]
    const mac = await this.#proof.mac('resume', attempt, seq)
    const n = this.#acknowledged
    return { type: 'resume', roomId: this.#roomId, peerId: this.#peerId, attempt, seq, n, mac }
  }

  async #prepareFarewell(): Promise<void> {
    const [roomId, peerId] = [this.#roomId, this.#peerId]
    const leave = await this.#proof.mac('leave', leaveAttempt)
    const hangUp = await this.#proof.mac('leave', hangUpAttempt)
    const replace = await this.#proof.mac('replace', replaceAttempt)
    this.#farewell = {
      leave: { roomId, peerId, attempt: leaveAttempt, mac: leave },
      hangUp: { roomId, peerId, attempt: hangUpAttempt, mac: hangUp },
      replace: { peerId, attempt: replaceAttempt, mac: replace },
    }
  }
}
