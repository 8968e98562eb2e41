/** A Redis or Valkey, as an address says it is run. */
export type RedisAddress =
  | { readonly kind: 'one'; readonly login: RedisLogin; readonly at: HostAndPort; readonly db: number }
  | {
      readonly kind: 'sentinel'
      readonly login: RedisLogin
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
const form =
  /^(?:redis|valkey)(s)?(?:\+(sentinel|cluster))?:\/\/(?:([^:@/]*)(?::([^@/]*))?@)?([^/?#@]+)(?:\/([^/?#]*))?(?:\/(\d{1,5}))?$/

/**
 * Reads `redis://user:password@host:port/0`, `redis+sentinel://user:password@host:port,host:port/name/0` or
 * `redis+cluster://user:password@host:port,host:port`; `rediss` in place of `redis` for TLS, and `valkey` for either.
 *
 * @returns  undefined for what is none of these
 */
export function parseRedisUrl(url: string): RedisAddress | undefined {
  const [, tls, kind, username, password, hosts = '', path = '', db] = form.exec(url) ?? []
  const nodes = hosts.split(',').map((text) => parseHost(text, kind === 'sentinel' ? defaultSentinelPort : defaultPort))
  if (nodes.includes(undefined)) return undefined
  const all = nodes.filter((node) => node !== undefined)
  const [first] = all
  const login: RedisLogin = {
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
    ...(tls && { tls: {} }),
  }
  switch (kind) {
    case 'cluster':
      return path === '' ? { kind, login, at: all } : undefined
    case 'sentinel':
      return path === '' ? undefined : { kind, login, at: all, name: path, db: Number(db ?? 0) }
    default:
      if (first === undefined || all.length > 1 || db !== undefined || !/^\d*$/.test(path)) return undefined
      return { kind: 'one', login, at: first, db: Number(path) }
  }
}

function parseHost(text: string, port: number): HostAndPort | undefined {
  const found = /^(?:\[([\da-fA-F:.]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text)
  const host = found?.[1] ?? found?.[2]
  return host === undefined ? undefined : { host, port: found?.[3] === undefined ? port : Number(found[3]) }
}
