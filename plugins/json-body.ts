import type { FastifyInstance } from 'fastify'

/**
 * Has a context read bodies of these types as JSON, and no others. What is no JSON is undefined, for the route to refuse: the error
 * that Fastify makes of it would have some of it.
 */
export function takeJson(app: FastifyInstance, ...types: string[]): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(types, { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, JSON.parse(String(body)))
    } catch {
      done(null, undefined)
    }
  })
}
