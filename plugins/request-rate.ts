import rateLimit from '@fastify/rate-limit'
import type { RouteOptions } from 'fastify'
import fp from 'fastify-plugin'
import { type AdmissionLimits, httpRefusals } from '../schemas/index.js'

/** Of so many addresses requests are counted at once. */
const maxAddresses = 20_000

export interface RequestRateOptions {
  readonly limits: AdmissionLimits
}

/**
 * Lets upgrades past the hook that the limit has put on a route last: it is an async one, with which each would wait for some turns
 * of the microtask queue.
 */
function spareUpgrades(route: RouteOptions): void {
  const hooks = [route.onRequest ?? []].flat()
  const limit = hooks.pop()
  if (limit === undefined || route.config?.rateLimit === false) return
  route.onRequest = [
    ...hooks,
    function (request, reply, done) {
      return request.ws ? done() : limit.call(this, request, reply, done)
    },
  ]
}

/** Bounds how many HTTP requests come from one address; upgrades have bounds of their own, and routes can opt out. */
export const requestRate = fp<RequestRateOptions>(
  async (app, { limits }) => {
    const unsaid = { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false }
    await app.register(rateLimit, {
      max: limits.maxRequestsPerMinute,
      timeWindow: 60_000,
      cache: maxAddresses,
      addHeadersOnExceeding: unsaid,
      addHeaders: { ...unsaid, 'retry-after': true },
      onExceeded: ({ ip }) => app.refusals.add('too-many-requests', ip),
      errorResponseBuilder: () => {
        const { statusCode, message } = httpRefusals['too-many-requests']
        return Object.assign(new Error(message), { statusCode, code: 'too-many-requests' })
      },
    })
    app.addHook('onRoute', spareUpgrades)
  },
  { name: 'signalbox-request-rate', fastify: '5.x', dependencies: ['signalbox-admission'] },
)
