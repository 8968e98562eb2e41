/** Where a STUN or TURN server is, and how it is spoken to. */
export interface IceUrl {
  readonly url: string
  readonly kind: 'stun' | 'turn'
  readonly transport: 'udp' | 'tcp' | 'tls' | 'dtls'
  /** A name or an address, IPv6 without its brackets. */
  readonly host: string
  readonly port: number
}

const form = /^(stuns?|turns?):(?:\[([0-9a-f:.]+)\]|([^\s,?:/@[\]]+))(?::(\d{1,5}))?(?:\?transport=(udp|tcp))?$/i

/**
 * Reads a `stun:` or `turn:` URL (RFC 7064, RFC 7065). Without a port it is 3478, with TLS 5349.
 *
 * @returns  undefined where a browser would refuse it, and with it the whole `RTCPeerConnection`
 */
export function parseIceUrl(url: string): IceUrl | undefined {
  const [, scheme, address, name, digits, transport] = form.exec(url) ?? []
  const host = address ?? name
  if (scheme === undefined || host === undefined) return undefined
  const kind = scheme.toLowerCase().startsWith('stun') ? 'stun' : 'turn'
  const isSecure = scheme.toLowerCase().endsWith('s')
  // A query is for TURN alone.
  if (kind === 'stun' && transport !== undefined) return undefined
  const port = digits === undefined ? (isSecure ? 5349 : 3478) : Number(digits)
  if (port < 1 || port > 65_535) return undefined
  return { url, kind, transport: transportOf(isSecure, transport?.toLowerCase()), host, port }
}

function transportOf(isSecure: boolean, transport: string | undefined): IceUrl['transport'] {
  if (isSecure) return transport === 'udp' ? 'dtls' : 'tls'
  return transport === 'tcp' ? 'tcp' : 'udp'
}
