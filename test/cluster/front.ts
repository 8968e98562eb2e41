import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import type { Test } from 'tap'

/** An address for somebody that leads to one node, and to another one when that is gone. */
export interface Front {
  /** `ws:` */
  readonly url: string
}

/**
 * Takes connections and passes each on to the first node that takes it, as a balancer does.
 *
 * @param urls  of the nodes, the one that is preferred first; asked at each connection
 */
export async function startFront(t: Pick<Test, 'teardown'>, urls: () => readonly string[]): Promise<Front> {
  const sockets = new Set<Socket>()
  const server = createServer(async (near) => {
    near.on('error', () => near.destroy())
    for (const url of urls()) {
      const far = connect(Number(new URL(url).port), '127.0.0.1')
      const isThere = await Promise.race([
        once(far, 'connect').then(() => true),
        once(far, 'close').then(() => false),
      ]).catch(() => false)
      if (!isThere) continue
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        sockets.add(from)
        from.on('error', () => to.destroy())
        from.on('close', () => {
          sockets.delete(from)
          to.destroy()
        })
        from.pipe(to)
      }
      return
    }
    near.destroy()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { url: `ws://127.0.0.1:${address.port}` }
}
