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
