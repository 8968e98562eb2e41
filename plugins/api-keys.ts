import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'

/**
 * Makes what says whether a request has one of these keys, as `Authorization: Bearer` (RFC 6750, section 2.1). Keys are compared by their
 * hashes, so that all are of one length, and how long it takes says nothing about them.
 */
export function keyCheck(keys: readonly string[]): (request: FastifyRequest) => boolean {
  const hashes = keys.map(hashOf)
  return ({ headers }) => {
    const hash = hashOf(/^Bearer +(.+)$/i.exec(headers.authorization ?? '')?.[1] ?? '')
    return hashes.filter((known) => timingSafeEqual(known, hash)).length > 0
  }
}

/** The same, whatever was wrong with the key. */
export function refuseStranger(reply: FastifyReply): FastifyReply {
  const message = 'An API key is needed, as "Authorization: Bearer …".'
  return reply.code(401).header('www-authenticate', 'Bearer').send({ statusCode: 401, error: 'Unauthorized', message })
}

function hashOf(key: string): Buffer {
  return createHash('sha256').update(key).digest()
}
