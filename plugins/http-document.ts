import { STATUS_CODES } from 'node:http'
import swagger from '@fastify/swagger'
import type { FastifyError } from 'fastify'
import fp from 'fastify-plugin'

export interface HttpDocumentOptions {
  /** Of the service. */
  readonly version: string
}

/**
 * What can be asked for over HTTP, for tools, at `/openapi.json` (OpenAPI 3.1). Stands before the routes that it tells of. Where the host
 * has a @fastify/swagger of its own they are in the host's document, and there is none here, as there can be one only.
 */
export const httpDocument = fp<HttpDocumentOptions>(
  async (app, { version }) => {
    // The schemas of the routes are for the document: each handler checks what comes, and answers in its own words.
    app.setValidatorCompiler(() => () => true)
    app.setSerializerCompiler(() => (data) => JSON.stringify(data instanceof Error ? bodyOf(data) : data))
    if (app.hasDecorator('swagger')) return
    const key = { type: 'http', scheme: 'bearer' } as const
    await app.register(swagger, {
      hideUntagged: true,
      openapi: {
        openapi: '3.1.0',
        info: { title: 'Signalbox', version, license: { name: 'MIT', identifier: 'MIT' } },
        components: {
          securitySchemes: {
            apiKey: { ...key, description: 'One of `apiKeys`.' },
            adminKey: { ...key, description: 'One of `adminKeys`.' },
          },
        },
      },
    })
    let text: string | undefined
    app.get('/openapi.json', { logLevel: 'warn' }, async (_request, reply) => {
      text ??= JSON.stringify(app.swagger())
      // There is no secret in it, so pages of any origin may read it.
      reply.headers({ 'content-type': 'application/json; charset=utf-8', 'access-control-allow-origin': '*' })
      return text
    })
  },
  { name: 'signalbox-http-document', fastify: '5.x' },
)

/** An error as Fastify answers it where no schema says how. */
function bodyOf({ statusCode = 500, code, message }: Partial<FastifyError>): object {
  return { statusCode, code, error: STATUS_CODES[statusCode], message }
}
