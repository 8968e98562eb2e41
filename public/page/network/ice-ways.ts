/** The ways to a TURN server: the best for media first. */
export const relayWays = ['turn-udp', 'turn-tcp', 'turn-tls'] as const

/** One of them. */
export type RelayWay = (typeof relayWays)[number]

/** A TURN server with one of its addresses, and the password for it. */
export interface Relay {
  readonly way: RelayWay
  readonly server: RTCIceServer
}

/** The addresses of the STUN servers. */
export function stunUrlsOf(iceServers: readonly RTCIceServer[]): string[] {
  return iceServers.flatMap(urlsOf).filter((url) => /^stuns?:/.test(url))
}

/** Each address of each TURN server, by the way it is reached; the best way first. */
export function relaysOf(iceServers: readonly RTCIceServer[]): Relay[] {
  const all = iceServers.flatMap((server) => urlsOf(server).map((urls) => ({ ...server, urls })))
  return relayWays.flatMap((way) => all.filter(({ urls }) => wayOf(urls) === way).map((server) => ({ way, server })))
}

/**
 * The addresses that say whether UDP gets out of this network: STUN servers, and TURN servers over UDP, which answer the same
 * question without a password (RFC 8656, section 3).
 */
export function askableUrlsOf(iceServers: readonly RTCIceServer[]): string[] {
  const turns = relaysOf(iceServers).filter(({ way }) => way === 'turn-udp')
  const asStun = turns
    .flatMap(({ server }) => urlsOf(server))
    .map((url) => url.replace(/^turn:/, 'stun:').split('?')[0] ?? '')
  return [...new Set([...stunUrlsOf(iceServers), ...asStun])]
}

function urlsOf({ urls }: RTCIceServer): string[] {
  return typeof urls === 'string' ? [urls] : urls
}

function wayOf(url: string): RelayWay | undefined {
  if (url.startsWith('turns:')) return 'turn-tls'
  if (!url.startsWith('turn:')) return undefined
  return url.endsWith('?transport=tcp') ? 'turn-tcp' : 'turn-udp'
}
