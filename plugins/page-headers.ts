import type { FastifyReply } from 'fastify'
import fp from 'fastify-plugin'
import helmet from 'helmet'
import type { WebConfig } from '../schemas/index.js'
import { pageDirectives, permissionsPolicy } from './page-policy.js'

/** A year, as browsers want it at the least before they would list a host. */
const hstsSeconds = 31_536_000

export interface PageHeadersOptions {
  readonly config: WebConfig
}

declare module 'fastify' {
  interface FastifyReply {
    /** Sets what a browser is told about a page, or a file of it: what it may load, do and be shown in. */
    withPageHeaders(): this
  }
}

/** Lets replies carry the headers of a page. None does by itself: nothing changes for the routes of a host. */
export const pageHeaders = fp<PageHeadersOptions>(
  async (app, { config }) => {
    app.decorateReply('withPageHeaders', function (this: FastifyReply) {
      const { host, hostname, protocol } = this.request
      const setHeaders = helmet({
        // Not `upgrade-insecure-requests`, a default of Helmet's: plain HTTP would lose its own files.
        contentSecurityPolicy: { useDefaults: false, directives: pageDirectives(config, host) },
        crossOriginOpenerPolicy: { policy: 'same-origin' },
        crossOriginResourcePolicy: { policy: 'same-origin' },
        originAgentCluster: false,
        referrerPolicy: { policy: 'no-referrer' },
        // For this host alone. On a developer's own machine it would also be for whatever else they run there.
        strictTransportSecurity: protocol === 'https' &&
          !isLocal(hostname) && { maxAge: hstsSeconds, includeSubDomains: false },
        // For browsers that do not know `frame-ancestors`; it cannot name anybody.
        xFrameOptions: config.frameAncestors.length === 0 && { action: 'deny' },
        xDownloadOptions: false,
        xPermittedCrossDomainPolicies: false,
      })
      setHeaders(this.request.raw, this.raw, (error) => {
        if (error) throw error
      })
      return this.header('permissions-policy', permissionsPolicy)
    })
  },
  { name: 'signalbox-page-headers', fastify: '5.x' },
)

function isLocal(hostname: string): boolean {
  return hostname === 'localhost' || hostname.endsWith('.localhost')
}
