import { isIPv6 } from 'node:net'

/** A Redis or Valkey, as an address says it is run. */
export type RedisAddress =
  | { readonly kind: 'one'; readonly login: RedisLogin; readonly at: HostAndPort; readonly db: number }
  | {
      readonly kind: 'sentinel'
      readonly login: RedisLogin
      /** The sentinels' own: they have users and passwords apart. */
      readonly sentinelLogin: RedisLogin
      readonly at: HostAndPort[]
      readonly name: string
      readonly db: number
    }
  | { readonly kind: 'cluster'; readonly login: RedisLogin; readonly at: HostAndPort[] }

export interface HostAndPort {
  readonly host: string
  readonly port: number
}

export interface RedisLogin {
  readonly username?: string
  readonly password?: string
  /** With the certificates that Node trusts, and those of `NODE_EXTRA_CA_CERTS`. */
  readonly tls?: Record<never, never>
}

const defaultPort = 6379
const defaultSentinelPort = 26_379
const maxPort = 65_535
const form =
  /^(?:redis|valkey)(?<tls>s)?(?:\+(?<kind>sentinel|cluster))?:\/\/(?:(?<username>[^:@/?#]*)(?::(?<password>[^@/?#]*))?@)?(?<hosts>[^/?#@]+)(?:\/(?<path>[^/?#]*))?(?:\/(?<db>\d{1,5}))?(?:\?(?<query>[^?#]+))?$/

/**
 * Reads `redis://user:password@host:port/0`, `redis+sentinel://user:password@host:port,host:port/name/0` or
 * `redis+cluster://user:password@host:port,host:port`; `rediss` in place of `redis` for TLS, and `valkey` for either. Behind
 * that of a sentinel there may be `?sentinelUsername=…&sentinelPassword=…`.
 *
 * @returns  undefined for what is none of these
 */
export function parseRedisUrl(url: string): RedisAddress | undefined {
  const parts = form.exec(url)?.groups
  if (parts === undefined) return undefined
  try {
    return addressOf(parts)
  } catch (error) {
    // A sign of % with no number behind it.
    if (error instanceof URIError) return undefined
    throw error
  }
}

function addressOf(parts: Record<string, string | undefined>): RedisAddress | undefined {
  const { kind, hosts = '', path = '', db, query } = parts
  const isSentinel = kind === 'sentinel'
  const at = hosts.split(',').flatMap((text) => parseHost(text, isSentinel ? defaultSentinelPort : defaultPort) ?? [])
  const [first] = at
  if (first === undefined || at.length < hosts.split(',').length) return undefined
  const tls = parts.tls !== undefined
  const login = loginOf(parts.username, parts.password, tls)
  if (isSentinel) {
    const more = sentinelQuery(query)
    if (path === '' || more === undefined) return undefined
    const sentinelLogin = loginOf(more.get('sentinelUsername'), more.get('sentinelPassword'), tls)
    return { kind, login, sentinelLogin, at, name: decodeURIComponent(path), db: Number(db ?? 0) }
  }
  if (query !== undefined || db !== undefined) return undefined
  if (kind === 'cluster') return path === '' ? { kind, login, at } : undefined
  return at.length === 1 && /^\d{0,5}$/.test(path) ? { kind: 'one', login, at: first, db: Number(path) } : undefined
}

function loginOf(username: string | undefined, password: string | undefined, tls: boolean): RedisLogin {
  return {
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
    ...(tls && { tls: {} }),
  }
}

function sentinelQuery(query: string | undefined): Map<string, string> | undefined {
  const more = new Map<string, string>()
  for (const piece of query?.split('&') ?? []) {
    const [, name, value] = /^(sentinelUsername|sentinelPassword)=([^=]+)$/.exec(piece) ?? []
    if (name === undefined || value === undefined || more.has(name)) return undefined
    more.set(name, value)
  }
  return more
}

function parseHost(text: string, defaultTo: number): HostAndPort | undefined {
  const [, inBrackets, plain, port = `${defaultTo}`] = /^(?:\[([^\]]+)\]|([\w.-]+))(?::(\d{1,5}))?$/.exec(text) ?? []
  const host = inBrackets ?? plain
  if (host === undefined || Number(port) < 1 || Number(port) > maxPort) return undefined
  return inBrackets === undefined || isIPv6(inBrackets) ? { host, port: Number(port) } : undefined
}
