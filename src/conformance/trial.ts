import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Role } from '../../schemas/index.js'
import { after } from './after.js'
import { Client, type ClientOptions } from './client.js'
import { type Message, requireMatch } from './message.js'

/** A server may bound how often one address joins, makes rooms and opens sockets: it is asked again after so long. */
const patienceMs = 1000
const tooMany: ReadonlySet<unknown> = new Set(['too-many-joins', 'too-many-rooms'])

/** What is not there yet after a ping and its pong over each socket, and this, is not coming. */
const graceMs = 150

/** What lets into a room with a role, where a server wants that; undefined where there is none for such a room. */
export type Invite = (roomId: string, role: Role) => Promise<string | undefined>

/** There is no socket to be had. */
export class Unreachable extends Error {
  override name = 'Unreachable'
}

export interface TrialOptions {
  /** `ws:` or `wss:`. */
  readonly url: string
  /** How long an answer may take, in milliseconds. */
  readonly answerMs: number
  /** Without it nobody has a token. */
  readonly invite?: Invite | undefined
  /** When it is over, whatever has been found out. */
  readonly signal: AbortSignal
}

/** What a row needs to try a server: clients, and rooms that nobody else is in. */
export class Trial {
  readonly url: string
  readonly answerMs: number
  readonly #signal: AbortSignal
  readonly #invite: Invite | undefined
  readonly #clients = new Set<Client>()

  constructor({ url, answerMs, signal, invite }: TrialOptions) {
    this.url = url
    this.answerMs = answerMs
    this.#signal = signal
    this.#invite = invite
    signal.addEventListener('abort', () => {
      for (const { socket } of this.#clients) socket.terminate()
    })
  }

  get isOver(): boolean {
    return this.#signal.aborted
  }

  /** The name of a room that nobody is in. */
  newRoom(): string {
    return `conform-${randomBytes(9).toString('base64url')}`
  }

  /** @throws Unreachable */
  async connect(options: Partial<ClientOptions> = {}, url = this.url): Promise<Client> {
    for (;;) {
      this.#signal.throwIfAborted()
      const client = Client.of(url, { answerMs: this.answerMs, ...options })
      this.#clients.add(client)
      const refusal = await opened(client)
      if (refusal === undefined) return client
      client.socket.terminate()
      if (!refusal.mayRetry || !(await this.#wait())) throw new Unreachable(refusal.why)
    }
  }

  /** What a join for this room has to carry, beside its other fields. */
  async pass(roomId: unknown, role: Role): Promise<{ readonly token?: string }> {
    const token = await this.#invite?.(String(roomId ?? '').trim(), role)
    return token === undefined ? {} : { token }
  }

  /** Sends a join and resolves with its answer, whatever that is; where too many come from here, it is said again after a while. */
  async ask(client: Client, join: Readonly<Record<string, unknown>>): Promise<Message> {
    const pass = await this.pass(join['roomId'], 'guest')
    for (;;) {
      client.send({ type: 'join', ...pass, ...join })
      const answer = await client.next('an answer to the join')
      if (answer.type !== 'error' || !tooMany.has(answer['code']) || !(await this.#wait())) return answer
    }
  }

  /** Somebody who comes into the room. */
  async join(roomId: unknown, more: object = {}, peers?: number): Promise<Client & { readonly joined: Message }> {
    const client = await this.connect()
    return Object.assign(client, { joined: await this.enter(client, roomId, more, peers) })
  }

  /** Over a socket that is there. @param peers  how many others there must be */
  async enter(client: Client, roomId: unknown, more: object = {}, peers?: number): Promise<Message> {
    const answer = await this.ask(client, { roomId, ...more })
    requireMatch({ type: 'joined', ...(peers !== undefined && { peers }) }, answer)
    return answer
  }

  /** Two in a room of their own, who have been told of each other. The second one is the initiator. */
  async pair(): Promise<{ roomId: string; ada: Client; bo: Client }> {
    const roomId = this.newRoom()
    const ada = await this.join(roomId)
    const bo = await this.join(roomId)
    for (const client of [ada, bo]) await client.expect({ type: 'ready' })
    return { roomId, ada, bo }
  }

  /** Nothing more has come to them, nor is it on its way. */
  async expectNothing(...clients: readonly Client[]): Promise<void> {
    await Promise.all([after(graceMs), ...clients.map((client) => client.roundTrip())])
    for (const client of clients) client.expectNothing()
  }

  /** The row is done: nobody it brought in stays. */
  async end(): Promise<void> {
    const clients = [...this.#clients]
    this.#clients.clear()
    for (const { socket } of clients) socket.close(1000)
    await Promise.race([Promise.all(clients.map(({ closed }) => closed)), after(patienceMs)])
    for (const { socket } of clients) socket.terminate()
  }

  /** @returns whether there is time left then */
  async #wait(): Promise<boolean> {
    await sleep(patienceMs, undefined, { signal: this.#signal }).catch(() => {})
    return !this.isOver
  }
}

/** Why a socket did not open. */
interface Refusal {
  readonly why: string
  readonly mayRetry: boolean
}

/** @returns  undefined when it did */
async function opened({ socket }: Client): Promise<Refusal | undefined> {
  return new Promise((resolve) => {
    socket.once('open', () => resolve(undefined))
    socket.once('error', (error) => resolve({ why: reasonOf(error), mayRetry: false }))
    socket.once('close', () => resolve({ why: 'the connection ended', mayRetry: false }))
    socket.once('unexpected-response', (_request, { statusCode = 0, headers }: IncomingMessage) => {
      resolve({ why: `it answers ${statusCode} to the upgrade`, mayRetry: headers['retry-after'] !== undefined })
    })
  })
}

/** Where a name has several addresses the error of each is in a list, and the message is empty. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(reasonOf).join('; ')
  return error instanceof Error ? error.message : String(error)
}
