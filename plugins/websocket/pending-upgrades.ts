import type { Server } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** Sockets that asked for an upgrade and have not got it yet. */
export interface PendingUpgrades {
  /** The socket has its upgrade: it is somebody else's now. */
  accepted(socket: Socket): void
  /** Cuts all that are still pending. */
  destroyAll(): void
}

/**
 * Bounds how long an upgrade may take. An upgrade that no route takes is answered with 404 by a Fastify that
 * is not ours to hook into, and then nobody reads or closes that socket: it would stay for ever, and keep the
 * server from closing.
 *
 * @param timeoutMs  after so long without a byte the socket is cut; ws takes the time-out off what it accepts
 */
export function watchUpgrades(server: Server, timeoutMs: number): PendingUpgrades {
  const pending = new Set<Socket>()

  const watch = (_request: unknown, socket: Duplex) => {
    if (!(socket instanceof Socket)) return
    pending.add(socket)
    socket.once('close', () => pending.delete(socket))
    socket.setTimeout(timeoutMs, () => {
      if (pending.has(socket)) socket.destroy()
    })
  }
  server.on('upgrade', watch)

  return {
    accepted: (socket) => pending.delete(socket),
    destroyAll: () => {
      for (const socket of pending) socket.destroy()
    },
  }
}
