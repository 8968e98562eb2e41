import type { WebConfig } from '../schemas/index.js'

/** What CSP is told about a page: a directive and its sources. */
export type PageDirectives = Record<string, string[]>

/**
 * The Content Security Policy (CSP Level 3) of the pages: nothing but their own files, and connections to this very service.
 * They put together no HTML, so no text can become any (Trusted Types), and no script is made while they run; the one policy there is
 * answers with the address of the service worker, whatever it is asked.
 *
 * @param host  as the request has it. `'self'` is to hold for WebSockets, too, but did not in every browser, so they are named
 */
export function pageDirectives({ frameAncestors }: WebConfig, host: string): PageDirectives {
  // A host is what the request says, and must not become a directive of its own; IPv6 addresses are no sources.
  const sockets = /^[a-z\d.-]+(:\d+)?$/i.test(host) ? [`ws://${host}`, `wss://${host}`] : []
  return {
    'default-src': ["'none'"],
    'script-src': ["'self'"],
    'style-src': ["'self'"],
    'img-src': ["'self'"],
    'manifest-src': ["'self'"],
    'worker-src': ["'self'"],
    'connect-src': ["'self'", ...sockets],
    'base-uri': ["'none'"],
    'form-action': ["'none'"],
    'frame-ancestors':
      frameAncestors.length === 0
        ? ["'none'"]
        : frameAncestors.map((source) => (source === 'self' ? "'self'" : source)),
    'require-trusted-types-for': ["'script'"],
    // Lets the service worker's address through, and makes nothing of anything else.
    'trusted-types': ['signalbox-worker'],
  }
}

/** What the pages need of a browser. */
const used = [
  'autoplay',
  'camera',
  'clipboard-write',
  'display-capture',
  'fullscreen',
  'microphone',
  'picture-in-picture',
  'screen-wake-lock',
  'speaker-selection',
]

/**
 * What they do not, each by its name, as there is no word for the rest: what Chromium would let them have, or ask people for.
 * Not `bluetooth`, of which Chromium on Linux complains on every page that it does not know it.
 */
const unused = [
  'accelerometer',
  'browsing-topics',
  'clipboard-read',
  'compute-pressure',
  'encrypted-media',
  'gamepad',
  'geolocation',
  'gyroscope',
  'hid',
  'identity-credentials-get',
  'idle-detection',
  'keyboard-map',
  'local-fonts',
  'magnetometer',
  'midi',
  'otp-credentials',
  'payment',
  'publickey-credentials-create',
  'publickey-credentials-get',
  'serial',
  'storage-access',
  'sync-xhr',
  'usb',
  'window-management',
  'xr-spatial-tracking',
]

/** The `Permissions-Policy` of the pages (W3C Permissions Policy, section 5.1). */
export const permissionsPolicy = [
  ...used.map((feature) => `${feature}=(self)`),
  ...unused.map((feature) => `${feature}=()`),
].join(', ')
