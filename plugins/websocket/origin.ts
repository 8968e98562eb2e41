import { type AccessConfig, SettingError, type WebConfig } from '../../schemas/index.js'

/** As a browser sends it (RFC 6454, section 7.1): a scheme, a host, and a port unless it is the usual one. */
const form = /^[a-z][a-z\d+.-]*:\/\/[^\s,/?#@]+$/

/**
 * Whose pages may open a WebSocket here. A browser lets every page open one to anywhere, and tells in `Origin` which page
 * it is (RFC 6455, section 10.2): without this check a page of somebody else could speak for whoever looks at it, for
 * instance from inside a network that the service trusts.
 */
export class OriginCheck {
  readonly #allowed: ReadonlySet<string>
  readonly #isForAll: boolean
  readonly #isRequired: boolean

  /** @throws SettingError  when one of `allowedOrigins` is none */
  constructor({ allowedOrigins, requireOrigin, publicUrl }: WebConfig & Pick<AccessConfig, 'publicUrl'>) {
    this.#isForAll = allowedOrigins.includes('*')
    this.#allowed = new Set([
      ...allowedOrigins.filter((text) => text !== '*').map(readSetting),
      // Where people reach the call page; a proxy may have put another name into `Host`.
      ...(URL.canParse(publicUrl) ? [new URL(publicUrl).origin] : []),
    ])
    this.#isRequired = requireOrigin
  }

  /**
   * @param origin  the header; undefined where there is none, as from programs that are no browsers
   * @param host    what the request was sent to, with its port unless it is the usual one
   */
  allows(origin: string | undefined, host: string): boolean {
    if (origin === undefined) return !this.#isRequired
    // `null`, as of pages in a sandbox or from a file, could be anybody's; so could what no browser sends.
    if (!form.test(origin) || origin.length > 512) return false
    return this.#isForAll || this.#allowed.has(origin) || isSameHost(origin, host)
  }
}

/**
 * By the host and not by the scheme: behind a proxy that speaks TLS the service does not know its own. A page of the same
 * host over plain HTTP can be changed on its way anyhow.
 */
function isSameHost(origin: string, host: string): boolean {
  const [, scheme = ''] = /^(https?:\/\/)/.exec(origin) ?? []
  const here = `${scheme}${host}`
  if (scheme === '' || !form.test(here) || !URL.canParse(origin)) return false
  // As it nearly always is.
  if (origin === here) return true
  if (!URL.canParse(here)) return false
  // Some write the usual port into `Host`; a URL leaves it out.
  return new URL(here).host === new URL(origin).host
}

/** Written as a browser would, which compares letter by letter. */
function readSetting(text: string): string {
  const isOfTheWeb = /^https?:/i.test(text)
  if (!URL.canParse(text)) throw new SettingError(`{allowedOrigins}: ${text} is no origin.`)
  return isOfTheWeb ? new URL(text).origin : text.toLowerCase()
}
