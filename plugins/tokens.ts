import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import {
  type AccessConfig,
  type AdmissionLimits,
  type Limits,
  SettingError,
  SignalingError,
  type TokenReply,
} from '../schemas/index.js'
import { mintToken, readTokenRequest } from './access/mint.js'
import { checkAddress } from './access/setting-address.js'
import { takeJson } from './json-body.js'

/** More than any request needs. */
const maxBodyBytes = 8192

export interface TokensOptions {
  readonly config: AccessConfig
  readonly limits: Limits & AdmissionLimits
}

/**
 * `POST /tokens`: makes a room token, and an invite link with it, for who has an API key.
 *
 * @throws SettingError
 */
export const tokens = fp<TokensOptions>(
  async (outer, { config, limits }) => {
    const { apiKeys, tokenSecrets, publicUrl } = config
    if (tokenSecrets.length === 0) throw new SettingError('{apiKeys} needs {tokenSecrets} beside it, to sign with.')
    if (publicUrl !== '') checkAddress('publicUrl', publicUrl)
    const keyHashes = apiKeys.map(hashOf)

    // In a context of its own, as hooks and parsers count for all routes beside it.
    await outer.register(async (app) => {
      takeJson(app, 'application/json')
      const hasKey = (request: FastifyRequest) => isKnown(bearerOf(request), keyHashes)
      // Before the body is read, but after strangers have been counted.
      app.addHook('preParsing', async (request, reply) => {
        reply.header('cache-control', 'no-store')
        if (!hasKey(request)) await refuseStranger(reply)
      })
      const bounds = { rateLimit: { max: limits.maxRequestsPerMinute, allowList: hasKey } }
      app.post('/tokens', { bodyLimit: maxBodyBytes, config: bounds }, async (request, reply) => {
        try {
          const page = pageOf(request, publicUrl)
          const { token, room, expiresAt } = await mintToken(readTokenRequest(request.body), { ...config, ...limits })
          page.hash = new URLSearchParams({ room, token }).toString()
          const made: TokenReply = { token, expiresAt: expiresAt.toISOString(), link: page.href }
          return reply.code(201).send(made)
        } catch (error) {
          if (!(error instanceof SignalingError)) throw error
          const { code, message } = error
          return reply.code(400).send({ statusCode: 400, code, message })
        }
      })
    })
  },
  { name: 'signalbox-tokens', fastify: '5.x' },
)

/** Hashed, so that all are of one length, and how long a comparison takes says nothing about them. */
function hashOf(key: string): Buffer {
  return createHash('sha256').update(key).digest()
}

/** RFC 6750, section 2.1. */
function bearerOf({ headers }: FastifyRequest): string {
  return /^Bearer +(.+)$/i.exec(headers.authorization ?? '')?.[1] ?? ''
}

function isKnown(key: string, keyHashes: readonly Buffer[]): boolean {
  const hash = hashOf(key)
  return keyHashes.filter((known) => timingSafeEqual(known, hash)).length > 0
}

/** The same, whatever was wrong with the key. */
function refuseStranger(reply: FastifyReply): FastifyReply {
  const message = 'An API key is needed, as "Authorization: Bearer …".'
  return reply.code(401).header('www-authenticate', 'Bearer').send({ statusCode: 401, error: 'Unauthorized', message })
}

/** The call page: it is beside this address, unless people reach it by another one. */
function pageOf({ protocol, host, url }: FastifyRequest, publicUrl: string): URL {
  if (publicUrl !== '') return new URL(publicUrl)
  const here = `${protocol}://${host}${url}`
  if (!URL.canParse(here)) throw new SignalingError('bad-message', 'Host: not one that a link can be made with')
  return new URL('.', here)
}
