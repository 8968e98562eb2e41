/**
 * The address of a WebSocket.
 *
 * @param base  what a relative `url` is relative to
 * @throws      TypeError when it is no address
 */
export function webSocketUrl(url: string | URL, base: string): URL {
  const resolved = new URL(url, base)
  // A fragment is an error in a WebSocket address, and a page's often names the room.
  resolved.hash = ''
  resolved.protocol = resolved.protocol === 'https:' || resolved.protocol === 'wss:' ? 'wss:' : 'ws:'
  return resolved
}

/**
 * Where a page that goes can still say something, over no socket: `POST /leave` or `POST /quality`, beside the WebSocket (which is
 * at `/` and at `/ws`, below a prefix).
 */
export function besideUrl(webSocket: URL, name: 'leave' | 'quality'): URL {
  const url = new URL(webSocket)
  url.protocol = url.protocol === 'wss:' ? 'https:' : 'http:'
  url.pathname = `${url.pathname.replace(/\/(ws)?$/, '')}/${name}`
  url.search = ''
  return url
}
