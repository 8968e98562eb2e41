/**
 * What an HTTP request, or an upgrade to a WebSocket, is refused with: the closed list. The body is
 * `{"statusCode", "error", "code", "message"}`, without a word of what came. A browser's page is told that the connection failed, and no more.
 */
export const httpRefusals = {
  'origin-not-allowed': {
    statusCode: 403,
    message: 'Pages of this origin may not connect; see allowedOrigins.',
    when: 'An upgrade from a page of another origin ([operations](operations.md#behind-a-load-balancer)).',
    retryAfterS: undefined,
  },
  draining: {
    statusCode: 503,
    message: 'The service is stopping.',
    when: 'An upgrade while the service stops.',
    retryAfterS: 1,
  },
  'store-unavailable': {
    statusCode: 503,
    message: 'The rooms cannot be reached at the moment.',
    when: 'An upgrade while the store that the rooms are in has not answered for long ([scaling](scaling.md#what-happens-when)); a `POST /leave` while it does not answer: the seat is given up as soon as it does.',
    retryAfterS: 5,
  },
  overloaded: {
    statusCode: 503,
    message: 'The service is busy.',
    when: 'An upgrade while the process is late by more than `maxEventLoopDelayMs`.',
    retryAfterS: 5,
  },
  'service-full': {
    statusCode: 503,
    message: 'The service is full.',
    when: 'An upgrade beyond `maxSockets`.',
    retryAfterS: 5,
  },
  'too-many-sockets': {
    statusCode: 429,
    message: 'Too many sockets are open from this address.',
    when: 'An upgrade beyond `maxSocketsPerAddress`.',
    retryAfterS: 5,
  },
  'too-many-upgrades': {
    statusCode: 429,
    message: 'Sockets are opened too fast from this address.',
    when: 'An upgrade beyond `maxUpgradesPerSecond` and `upgradeBurst`.',
    retryAfterS: 1,
  },
  'too-many-requests': {
    statusCode: 429,
    message: 'Too many requests come from this address.',
    when: 'A request beyond `maxRequestsPerMinute`; `Retry-After` says when the minute is over.',
    retryAfterS: undefined,
  },
} as const satisfies Record<string, HttpRefusal>

export interface HttpRefusal {
  readonly statusCode: number
  /** For people. */
  readonly message: string
  /** When it is sent, for the documentation. */
  readonly when: string
  /** What `Retry-After` says, in seconds, where it is always the same. */
  readonly retryAfterS: number | undefined
}

export type HttpRefusalCode = keyof typeof httpRefusals
