import type { FastifyBaseLogger } from 'fastify'
import type { Departure, MemberInfo, RoomId } from '../../schemas/index.js'
import type { RoomEvent } from '../rooms/room-event.js'
import { Lanes } from './lanes.js'
import { memberInfoOf } from './member-info.js'

/** Something has happened in a room. */
export interface RoomNews {
  readonly roomId: RoomId
  /** Names the room from its first member to its last: whoever comes later is in another one of the same name. */
  readonly session: string
  /** When it has happened. */
  readonly at: Date
  /** The app's logger. */
  readonly log: FastifyBaseLogger
}

/** Somebody has taken a seat. */
export interface JoinNews extends RoomNews {
  /** As it was then. */
  readonly peer: MemberInfo
}

/** Somebody has given it up, or lost it. */
export interface LeaveNews extends JoinNews {
  readonly reason: Departure
}

/**
 * What an application wants to be told of. Of one room they are called one after the other, in the order in which it happened, the
 * next when what the one before has returned is settled, but no later than ten seconds on. What they throw is logged, and nothing else.
 */
export interface RoomHooks {
  /** Somebody has taken a seat. Not: has come back to it. */
  readonly onJoin?: (news: JoinNews) => unknown
  /** Somebody is gone for good. */
  readonly onLeave?: (news: LeaveNews) => unknown
  /** The last one is gone, and no page is expected back. */
  readonly onRoomEmpty?: (news: RoomNews) => unknown
}

export const hookNames = ['onJoin', 'onLeave', 'onRoomEmpty'] as const satisfies (keyof RoomHooks)[]

/** One that never comes back is not to keep the others of its room for ever. */
const hookTimeoutMs = 10_000
/** More than that are not kept for hooks that do not come back. */
const maxWaiting = 10_000

export interface HookCallerOptions {
  readonly log: FastifyBaseLogger
  /** Default: ten seconds */
  readonly timeoutMs?: number
}

/** Calls the hooks of an application, beside everything else. */
export class HookCaller {
  readonly #hooks: RoomHooks
  readonly #log: FastifyBaseLogger
  readonly #timeoutMs: number
  readonly #lanes: Lanes<RoomEvent>
  #lost = 0

  constructor(hooks: RoomHooks, { log, timeoutMs = hookTimeoutMs }: HookCallerOptions) {
    this.#hooks = hooks
    this.#log = log
    this.#timeoutMs = timeoutMs
    this.#lanes = new Lanes({ work: (event) => this.#call(event), maxWaiting })
  }

  hear(event: RoomEvent): void {
    if (this.#lanes.push(event.roomId, event)) return
    // Said at the first, and then seldom: it comes as often as people come and go.
    if (this.#lost % maxWaiting === 0) this.#log.error({ waiting: maxWaiting }, 'hooks are not called: too many wait')
    this.#lost += 1
  }

  /** Resolves when all have been called, or so much later. */
  finish(withinMs: number): Promise<void> {
    return this.#lanes.idle(withinMs)
  }

  async #call({ roomId, session, atMs, change }: RoomEvent): Promise<void> {
    const news = { roomId, session, at: new Date(atMs), log: this.#log }
    switch (change.kind) {
      case 'joined':
        return this.#try('onJoin', () => this.#hooks.onJoin?.({ ...news, peer: memberInfoOf(change.occupant) }))
      case 'left': {
        const { occupant, reason } = change
        return this.#try('onLeave', () => this.#hooks.onLeave?.({ ...news, peer: memberInfoOf(occupant), reason }))
      }
      case 'ended':
        return this.#try('onRoomEmpty', () => this.#hooks.onRoomEmpty?.(news))
      case 'started':
        return
    }
  }

  async #try(hook: (typeof hookNames)[number], call: () => unknown): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        this.#log.warn({ hook, timeoutMs: this.#timeoutMs }, 'a hook takes long, the next is called')
        resolve()
      }, this.#timeoutMs)
      timer.unref()
    })
    try {
      await Promise.race([call(), timeout])
    } catch (error) {
      // Not all that hangs on an error of somebody else's, which may be anything, tokens included.
      const { message: reason, stack } = error instanceof Error ? error : new Error('no error')
      this.#log.error({ hook, reason, stack }, 'a hook has failed')
    } finally {
      clearTimeout(timer)
    }
  }
}
