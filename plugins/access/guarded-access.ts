import type { FastifyBaseLogger, FastifyRequest } from 'fastify'
import type { Access, Admission } from './access.js'
import type { Grant } from './grant.js'
import { Refused } from './refused.js'
import type { RoomTokens } from './room-tokens.js'

export interface GuardedAccessOptions {
  readonly tokens: RoomTokens
  readonly log: Pick<FastifyBaseLogger, 'info'>
}

/** Lets in whom the token lets in. */
export class GuardedAccess implements Access {
  readonly #options: GuardedAccessOptions

  constructor(options: GuardedAccessOptions) {
    this.#options = options
  }

  async authorize(_request: FastifyRequest, { roomId, token }: Admission): Promise<Grant> {
    try {
      return await this.#options.tokens.read(token, roomId)
    } catch (error) {
      // Without the room: whoever is refused could have made it up.
      if (error instanceof Refused) this.#options.log.info({ code: error.code, reason: error.reason }, 'join refused')
      throw error
    }
  }
}
