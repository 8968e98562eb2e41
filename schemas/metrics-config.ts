import { type Static, Type } from '@sinclair/typebox'

/** Where Prometheus asks. An app that embeds the service has a server, and a registry, of its own. */
export const MetricsConfig = Type.Object({
  metricsPort: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 65_535,
    description: 'Port on which `/metrics` is served, for Prometheus, and nothing else. 0: it is not.',
  }),
  metricsHost: Type.String({
    default: '127.0.0.1',
    minLength: 1,
    description:
      'Address to serve it on. It is not for strangers: in a container, where nobody else could reach it, `0.0.0.0` or `::`, with a network that keeps them out.',
  }),
})
export type MetricsConfig = Static<typeof MetricsConfig>
