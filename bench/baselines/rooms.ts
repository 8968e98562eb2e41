// Rooms as the documentation of socket.io has them: an acknowledgement for the join, `socket.to(…).emit(…)` for the rest.
import type { Server } from 'socket.io'

/** @param peersOf  who is in a room, wherever they are connected */
export function serveRooms(io: Server, peersOf: (roomId: string) => string[] | Promise<string[]>): void {
  io.on('connection', (socket) => {
    let roomId = ''
    socket.on('join', async (id: string, joined: (answer: { peers: number; peerId: string }) => void) => {
      roomId = id
      const peerIds = await peersOf(id)
      void socket.join(id)
      joined({ peers: peerIds.length, peerId: socket.id })
      for (const peerId of peerIds) socket.emit('ready', { isInitiator: true, peerId })
      socket.to(id).emit('ready', { isInitiator: false, peerId: socket.id })
    })
    socket.on('signal', (message: unknown) => socket.to(roomId).emit('signal', message))
    socket.on('signal-to', (to: string, message: unknown) => socket.to(to).emit('signal', socket.id, message))
    socket.on('leave', (left: () => void) => {
      void socket.leave(roomId)
      socket.to(roomId).emit('peer-left')
      left()
    })
    socket.on('disconnect', () => socket.to(roomId).emit('peer-left'))
  })
}
