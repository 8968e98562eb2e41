import type { Server } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** Sockets that asked for an upgrade not long ago. */
export interface PendingUpgrades {
  /** Somebody reads this one. Otherwise it is seen in time; but for so long all that belongs to it is kept, and grows old. */
  taken(socket: Socket): void
  /** Cuts those that have not got it, and those that come later. */
  close(): void
}

/** For so long one that is gone may be kept. */
const longestMs = 1000

const watched = new WeakMap<Server, PendingUpgrades>()

/** Those of a server that somebody watches already. */
export function upgradesOf(server: Server): PendingUpgrades | undefined {
  return watched.get(server)
}

/**
 * Bounds how long an upgrade may take. An upgrade that no route takes is answered with 404 by a Fastify that
 * is not ours to hook into, and then nobody reads or closes that socket: it would stay for ever, and keep the
 * server from closing. The first to watch a server does it for all.
 *
 * @param timeoutMs  from the request to the first reader of the socket
 */
export function watchUpgrades(server: Server, timeoutMs: number): PendingUpgrades {
  /** When the time of each is over, in the order of that. */
  const pending = new Map<Socket, number>()
  let timer: NodeJS.Timeout | undefined
  let isClosed = false

  const cut = (socket: Socket) => {
    pending.delete(socket)
    // Whoever takes a socket over listens for its data.
    if (socket.listenerCount('data') === 0) socket.destroy()
  }
  // One timer for all of them, and no listener for their end: it is one more thing that every socket would keep.
  const look = () => {
    timer = undefined
    const now = performance.now()
    for (const [socket, endMs] of pending) {
      if (socket.destroyed) pending.delete(socket)
      else if (endMs <= now) cut(socket)
    }
    lookAgain(now)
  }
  const lookAgain = (now: number) => {
    const [firstMs] = pending.values()
    if (firstMs !== undefined) timer ??= setTimeout(look, Math.min(longestMs, firstMs - now)).unref()
  }
  server.on('upgrade', (_request: unknown, socket: Duplex) => {
    if (!(socket instanceof Socket)) return
    if (isClosed) {
      cut(socket)
      return
    }
    const now = performance.now()
    pending.set(socket, now + timeoutMs)
    if (timer === undefined) lookAgain(now)
  })

  const upgrades: PendingUpgrades = {
    taken: (socket) => pending.delete(socket),
    close: () => {
      isClosed = true
      clearTimeout(timer)
      for (const socket of pending.keys()) cut(socket)
    },
  }
  watched.set(server, upgrades)
  return upgrades
}
