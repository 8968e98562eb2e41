import type { FastifyBaseLogger, FastifyRequest } from 'fastify'
import type { Limits, Metadata, Name, RoomId } from '../../schemas/index.js'
import { type Grant, readGrant } from './grant.js'
import { Refused } from './refused.js'

/** Somebody wants to join. */
export interface JoinAttempt {
  readonly roomId: RoomId
  /** What it calls itself. */
  readonly name?: Name
  readonly metadata?: Metadata
  /** What it has sent as its `token`, where there are no keys for tokens: the application's own, to be looked at by itself. */
  readonly token?: string
  /** What its token says, where there are keys for tokens, and what was said before. */
  readonly grant?: Grant
}

/**
 * An application's own word on who may come in. What it grants counts before what a token says, field by field.
 *
 * @param request  the upgrade that the socket came from
 * @returns        `{}` for a guest; null to refuse. Whatever else happens, nobody comes in.
 */
export type AuthorizeHook = (request: FastifyRequest, attempt: JoinAttempt) => Grant | null | Promise<Grant | null>

/** The same, before anybody has looked at what comes back. */
export type Question = (request: FastifyRequest, attempt: JoinAttempt) => unknown

export interface AskOptions {
  readonly limits: Limits
  readonly timeoutMs: number
  readonly log: Pick<FastifyBaseLogger, 'warn'>
}

/**
 * Asks it, within a time, and believes no more of the answer than it must.
 *
 * @throws Refused `access-denied`, `access-unavailable`
 */
export async function ask(
  question: Question,
  request: FastifyRequest,
  attempt: JoinAttempt,
  { limits, timeoutMs, log }: AskOptions,
): Promise<Grant> {
  let answer: unknown
  try {
    answer = await within(timeoutMs, async () => question(request, attempt))
    // What a caller without types may say for it.
    if (answer !== null && answer !== false) return readGrant(answer, limits)
  } catch (error) {
    // Its message alone: what else hangs on an error of somebody else's may be anything, tokens included.
    log.warn({ reason: error instanceof Error ? error.message : 'no error' }, 'who may come in cannot be found out')
    throw new Refused('access-unavailable', 'authorize failed')
  }
  throw new Refused('access-denied', 'authorize')
}

async function within<Value>(timeoutMs: number, action: () => Promise<Value>): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs)
  })
  try {
    return await Promise.race([action(), timeout])
  } finally {
    clearTimeout(timer)
  }
}
