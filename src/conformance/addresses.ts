/** The addresses that a server has: the one that was given, and those beside it; `leave` is for HTTP. */
export function addressesOf(url: string): { readonly root: string; readonly ws: string; readonly leave: string } {
  const root = new URL(url)
  root.pathname = root.pathname.replace(/\/(?:ws\/?)?$|$/, '/')
  const ws = new URL(root)
  ws.pathname += 'ws'
  const leave = new URL(root)
  leave.pathname += 'leave'
  leave.protocol = leave.protocol.replace('ws', 'http')
  return { root: root.href, ws: ws.href, leave: leave.href }
}
