import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import {
  type AccessConfig,
  type AdmissionLimits,
  httpOperations,
  type Limits,
  SettingError,
  SignalingError,
  type TokenReply,
} from '../schemas/index.js'
import { mintToken, readTokenRequest } from './access/mint.js'
import { checkAddress } from './access/setting-address.js'
import { keyCheck, refuseStranger } from './api-keys.js'
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
    const hasKey = keyCheck(apiKeys)

    // In a context of its own, as hooks and parsers count for all routes beside it.
    await outer.register(async (app) => {
      takeJson(app, 'application/json')
      // Before the body is read, but after strangers have been counted.
      app.addHook('preParsing', async (request, reply) => {
        reply.header('cache-control', 'no-store')
        if (!hasKey(request)) await refuseStranger(reply)
      })
      const bounds = { rateLimit: { max: limits.maxRequestsPerMinute, allowList: hasKey } }
      const { makeToken: schema } = httpOperations
      app.post('/tokens', { bodyLimit: maxBodyBytes, config: bounds, schema }, async (request, reply) => {
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

/** The call page: it is beside this address, unless people reach it by another one. */
function pageOf({ protocol, host, url }: FastifyRequest, publicUrl: string): URL {
  if (publicUrl !== '') return new URL(publicUrl)
  const here = `${protocol}://${host}${url}`
  if (!URL.canParse(here)) throw new SignalingError('bad-message', 'Host: not one that a link can be made with')
  return new URL('.', here)
}
