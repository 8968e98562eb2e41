import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import type { Test } from 'tap'

/** The way of one node to the store, which can be broken. */
export interface StoreProxy {
  readonly url: string
  /** Nothing gets through any more, in either direction, and nobody is told. */
  stall(): void
  goOn(): void
}

/** Passes everything on to a Redis on this machine. */
export async function startStoreProxy(t: Pick<Test, 'teardown'>, port: number): Promise<StoreProxy> {
  /** Each socket, and where what it says goes to. */
  const ways = new Map<Socket, Socket>()
  let isStalled = false
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1')
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      ways.set(from, to)
      from.on('error', () => to.destroy())
      from.on('close', () => {
        ways.delete(from)
        to.destroy()
      })
      if (!isStalled) from.pipe(to)
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    for (const socket of ways.keys()) socket.destroy()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    url: `redis://127.0.0.1:${address.port}`,
    stall: () => {
      isStalled = true
      for (const socket of ways.keys()) socket.unpipe().pause()
    },
    goOn: () => {
      isStalled = false
      for (const [from, to] of ways) from.pipe(to)
    },
  }
}
