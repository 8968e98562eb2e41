import type { FastifyRequest } from 'fastify'
import type { Access, Admission, Authorize } from './access.js'
import { type AskOptions, ask, type Question } from './authorize-hook.js'
import type { Grant } from './grant.js'
import { Refused } from './refused.js'
import { maxTokenLength, type RoomTokens } from './room-tokens.js'

export interface GuardedAccessOptions extends AskOptions {
  /** Undefined: tokens are not looked at. */
  readonly tokens: RoomTokens | undefined
  /** Who else is asked, one after the other. */
  readonly asked: readonly Question[]
}

/** Lets in whom the token and everybody who is asked let in. */
export class GuardedAccess implements Access {
  readonly #options: GuardedAccessOptions
  readonly #byToken: Authorize = (admission) => this.#grantFor(undefined, admission)

  constructor(options: GuardedAccessOptions) {
    this.#options = options
  }

  get provesByToken(): boolean {
    return this.#options.tokens !== undefined
  }

  authorizerOf(request: FastifyRequest): Authorize {
    // A token says all by itself.
    if (this.#options.asked.length === 0) return this.#byToken
    return (admission) => this.#grantFor(request, admission)
  }

  async #grantFor(request: FastifyRequest | undefined, { roomId, profile, token }: Admission): Promise<Grant> {
    const { tokens, asked } = this.#options
    const { name, metadata } = profile
    const attempt = {
      roomId,
      ...(name !== undefined && { name }),
      ...(metadata !== undefined && { metadata }),
      // One that is verified here is nobody else's business.
      ...(tokens === undefined && token !== undefined && { token: readToken(token) }),
    }
    let grant = await tokens?.read(token, roomId)
    for (const question of asked) {
      if (request === undefined) break
      const said = await ask(question, request, { ...attempt, ...(grant && { grant }) }, this.#options)
      grant = { ...grant, ...said }
    }
    return grant ?? {}
  }
}

function readToken(token: unknown): string {
  if (typeof token === 'string' && token.length <= maxTokenLength) return token
  throw new Refused('token-invalid', 'no text, or too long')
}
