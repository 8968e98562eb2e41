import type { FastifyBaseLogger } from 'fastify'
import { SettingError, type WebhookConfig, type WebhookEvent } from '../../schemas/index.js'
import { fetchWithin } from '../access/bounded-fetch.js'
import { checkAddress } from '../access/setting-address.js'
import { signatureHeaders, signingKeysOf } from '../access/webhook-signature.js'
import type { RoomEvent } from '../rooms/room-event.js'
import { Lanes } from './lanes.js'
import { memberInfoOf } from './member-info.js'

/** Nothing of an answer is of use; one that is longer counts as none. */
const maxAnswerBytes = 1_048_576
const maxAtOnce = 16
const firstPauseMs = 500
const longestPauseMs = 60_000
/** How often it is said how much is lost. */
const sayEveryMs = 60_000

interface Letter {
  readonly id: string
  readonly body: string
  /** On the clock of `performance`. */
  readonly sinceMs: number
}

export interface WebhookOutboxOptions {
  readonly url: string
  readonly keys: readonly Buffer[]
  readonly config: Pick<WebhookConfig, 'webhookTimeoutMs' | 'webhookRetryMs' | 'maxQueuedWebhooks'>
  readonly log: Pick<FastifyBaseLogger, 'warn' | 'error'>
}

/**
 * One for each address that is to be told.
 *
 * @throws SettingError
 */
export function webhookOutboxes(config: WebhookConfig, log: FastifyBaseLogger): WebhookOutbox[] {
  const { webhookUrls, webhookSecrets } = config
  for (const url of webhookUrls) checkAddress('webhookUrls', url)
  if (webhookUrls.length > 0 && webhookSecrets.length === 0)
    throw new SettingError('{webhookUrls} needs {webhookSecrets} beside it, so that who is told knows by whom.')
  if (webhookUrls.length === 0 && webhookSecrets.length > 0)
    throw new SettingError('{webhookSecrets} needs {webhookUrls} beside it.')
  const keys = signingKeysOf('webhookSecrets', webhookSecrets)
  return webhookUrls.map((url) => new WebhookOutbox({ url, keys, config, log }))
}

/**
 * Tells one address what happens in rooms: each at least once, those of one room in their order, signed as the Standard Webhooks
 * specification has it. What is not taken is sent again, after longer and longer; meanwhile the rest of its room waits.
 */
export class WebhookOutbox {
  readonly #options: WebhookOutboxOptions
  readonly #lanes: Lanes<Letter>
  /** The time is over: what fails now is lost. */
  readonly #last = new AbortController()
  #lost = 0
  #unsaid = 0
  #saidMs = Number.NEGATIVE_INFINITY

  constructor(options: WebhookOutboxOptions) {
    this.#options = options
    this.#lanes = new Lanes({
      work: (letter) => this.#deliver(letter),
      maxWaiting: options.config.maxQueuedWebhooks,
      maxAtOnce,
    })
  }

  get waiting(): number {
    return this.#lanes.waiting
  }

  /** How much was never taken. */
  get lost(): number {
    return this.#lost
  }

  hear(event: RoomEvent): void {
    const told = webhookEventOf(event)
    const letter = { id: told.id, body: JSON.stringify(told), sinceMs: performance.now() }
    if (!this.#lanes.push(event.roomId, letter)) this.#lose('too much waits')
  }

  /** What waits is sent now; what is not taken then, or after so long, is lost. */
  async finish(withinMs: number): Promise<void> {
    this.#last.abort()
    await this.#lanes.idle(withinMs)
    const { waiting } = this.#lanes
    this.#lost += waiting
    if (waiting > 0) this.#options.log.error({ lost: waiting }, 'webhooks are lost, as the service stops')
  }

  async #deliver(letter: Letter): Promise<void> {
    const { webhookRetryMs } = this.#options.config
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, 2 * pauseMs)) {
      const isLast = this.#last.signal.aborted
      const fault = await this.#post(letter)
      if (fault === undefined) return
      if (isLast || performance.now() - letter.sinceMs > webhookRetryMs) {
        this.#lose(fault)
        return
      }
      // Not all at once that were refused at once.
      await this.#pause(pauseMs * (0.5 + Math.random() / 2))
    }
  }

  /** @returns why it was not taken */
  async #post({ id, body }: Letter): Promise<string | undefined> {
    const { url, keys, config } = this.#options
    const timestamp = Math.floor(Date.now() / 1000)
    const headers = { 'content-type': 'application/json', ...signatureHeaders({ id, timestamp, body }, keys) }
    const bounds = { timeoutMs: config.webhookTimeoutMs, maxBytes: maxAnswerBytes }
    try {
      const { status } = await fetchWithin(url, { method: 'POST', headers, body }, bounds)
      return status >= 200 && status < 300 ? undefined : `status ${status}`
    } catch (error) {
      return error instanceof Error ? error.message : 'no answer'
    }
  }

  #pause(ms: number): Promise<void> {
    const { signal } = this.#last
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      timer.unref()
      signal.addEventListener('abort', done)
      if (signal.aborted) done()
    })
  }

  #lose(reason: string): void {
    this.#lost += 1
    this.#unsaid += 1
    const nowMs = performance.now()
    if (nowMs - this.#saidMs < sayEveryMs) return
    this.#options.log.error({ lost: this.#unsaid, reason }, 'webhooks are lost')
    this.#unsaid = 0
    this.#saidMs = nowMs
  }
}

const types = {
  started: 'room.started',
  joined: 'member.joined',
  left: 'member.left',
  ended: 'room.ended',
} as const satisfies Record<RoomEvent['change']['kind'], WebhookEvent['type']>

/** The same each time it is made of the same. */
export function webhookEventOf({ roomId, session, n, atMs, change }: RoomEvent): WebhookEvent {
  return {
    id: `evt_${session}_${n}`,
    type: types[change.kind],
    timestamp: new Date(atMs).toISOString(),
    data: {
      roomId,
      session,
      sequence: n,
      ...('occupant' in change && { member: memberInfoOf(change.occupant) }),
      ...('reason' in change && { reason: change.reason }),
    },
  }
}
