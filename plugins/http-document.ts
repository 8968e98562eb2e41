import { STATUS_CODES } from 'node:http'
import swagger, { type FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import type { FastifyError } from 'fastify'
import fp from 'fastify-plugin'
import { operationsWithOptionalBody } from '../schemas/index.js'

declare module 'fastify' {
  interface FastifyInstance {
    httpDocument: FastifyInstance['swagger']
  }
}

export interface HttpDocumentOptions {
  /** Of the service. */
  readonly version: string
}

/**
 * What can be asked for over HTTP, for tools, at `/openapi.json` (OpenAPI 3.1). Stands before the routes that it tells of. Where the host
 * has a @fastify/swagger of its own they are in that document, too.
 */
export const httpDocument = fp<HttpDocumentOptions>(
  async (app, { version }) => {
    // The schemas of the routes are for the document: each handler checks what comes, and answers in its own words.
    app.setValidatorCompiler(() => () => true)
    app.setSerializerCompiler(() => (data) => JSON.stringify(data instanceof Error ? bodyOf(data) : data))
    const key = { type: 'http', scheme: 'bearer' } as const
    await app.register(swagger, {
      // The usual name may be the host's.
      decorator: 'httpDocument',
      hideUntagged: true,
      transformObject: tellOptionalBodies,
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
      text ??= JSON.stringify(app.httpDocument())
      // There is no secret in it, so pages of any origin may read it.
      reply.headers({ 'content-type': 'application/json; charset=utf-8', 'access-control-allow-origin': '*' })
      return text
    })
  },
  { name: 'signalbox-http-document', fastify: '5.x' },
)

/** The library takes each body for one that is needed. */
const tellOptionalBodies: NonNullable<FastifyDynamicSwaggerOptions['transformObject']> = (made) => {
  if ('swaggerObject' in made) return made.swaggerObject
  for (const path of Object.values(made.openapiObject.paths ?? {})) {
    for (const operation of [path?.post, path?.put, path?.patch]) {
      const body = operation?.requestBody
      if (body === undefined || '$ref' in body) continue
      if (operationsWithOptionalBody.includes(operation?.operationId ?? '')) body.required = false
    }
  }
  return made.openapiObject
}

/** An error as Fastify answers it where no schema says how. */
function bodyOf({ statusCode = 500, code, message }: Partial<FastifyError>): object {
  return { statusCode, code, error: STATUS_CODES[statusCode], message }
}
