import fp from 'fastify-plugin'

const answer = {
  statusCode: 500,
  error: 'Internal Server Error',
  message: 'This is a fault of the server. It has been logged.',
}

/**
 * What to do about an error that has no status of its own: somebody's code has failed, and its message is not for strangers, as it
 * may tell of addresses, paths, or what was asked. It is logged, once; without this Fastify would send it. Errors that were meant
 * to be told go on to whoever tells them.
 */
export const failures = fp(
  async (app) => {
    app.setErrorHandler((error, request, reply) => {
      const status: unknown = Reflect.get(Object(error), 'statusCode') ?? Reflect.get(Object(error), 'status')
      if (typeof status === 'number' && status !== 500) return reply.send(error)
      // Not all that hangs on an error of somebody else's, which may be anything, tokens included.
      const { message: reason, stack } = error instanceof Error ? error : new Error('no error')
      request.log.error({ reason, stack }, 'request failed')
      return reply.code(500).send(answer)
    })
  },
  { name: 'signalbox-failures', fastify: '5.x' },
)
